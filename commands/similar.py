"""Which cases tell of the same matter."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlmodel import Session, select

from cases.access import is_storable
from cases.errors import BadRequest, NotFound, shown
from cases.indexing import index_new, rebuild
from cases.record.case import Case
from cases.record.database import reading
from cases.record.people import Unit
from cases.similar import similar_cases, similar_to
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say

COLUMNS = ("number", "state", "score", "phrases", "title")


def similar(
    what: Annotated[str | None, typer.Argument(metavar="TEXT|NUMBER", help="A text, or the number of a case.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="This unit and everything below it.")] = None,
    is_made_anew: Annotated[bool, typer.Option("--rebuild", help="Make the index anew from the texts first.")] = False,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """查找与一段文字或一件案件相似的在办和近期办结案件，并列出共同的说法。

    Find the open and lately closed cases that tell of the same as a text or a case, with the phrases they share.
    """
    now, db = moment(at), connect(database)
    if what is None and not is_made_anew:
        raise BadRequest("请给出一段文字或案件编号。", "Name a text, or the number of a case.")
    if is_made_anew:
        count = rebuild(db, now)
        say(f"索引已重建：{count} 件案件。", f"the index was made anew: {count} cases.")
    else:
        index_new(db, now)  # also where no server runs
    if what is None:
        return
    with reading(db) as session:
        place = _unit(session, unit)
        case = session.exec(select(Case).where(Case.number == what)).first() if is_storable(what) else None
        if case is None:
            found = similar_to(session, what, now, unit=place)
        else:
            found = similar_cases(session, case, now, unit=place)
        rows = [
            (one.case.number, one.case.state, one.score, "；".join(one.phrases), one.case.title) for one in found.cases
        ]
    print_rows(rows, COLUMNS, form)


def _unit(db: Session, code: str | None) -> Unit | None:
    """Return a unit by its code. Raises NotFound."""
    if code is None:
        return None
    found = db.exec(select(Unit).where(Unit.code == code)).first() if is_storable(code) else None
    if found is None:
        raise NotFound(f"没有代码为 {shown(code, 64)} 的单位。", f"There is no unit {shown(code, 64)}.")
    return found
