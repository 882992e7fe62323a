"""Search the cases as somebody sees them."""

from __future__ import annotations

from typing import Annotated

import typer

from cases.errors import BadRequest
from cases.lists import Filters
from cases.record.database import reading
from cases.search.finding import search as found_in
from cases.search.keeping import keep, rebuild
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say
from commands.record import As, person

COLUMNS = ("number", "state", "title")


def search(
    as_login: As,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Each of them, parted by spaces, has to occur.")] = "",
    stage: Annotated[str | None, typer.Option(help="submit, review, handle, supervise or feedback.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="This unit and everything below it.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="So many at most, newest first.")] = 50,
    is_made_anew: Annotated[bool, typer.Option("--rebuild", help="Make the index anew from the texts first.")] = False,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """按编号、标题、内容和答复搜索 --as 所指的人可以看到的案件，最新的在最前。

    Search number, title, texts and answers of the cases that the person named by --as may see, newest first.
    """
    engine = connect(database)
    if not words.strip() and not is_made_anew:
        raise BadRequest("请给出要搜索的词。", "Name the words to search for.")
    if is_made_anew:
        count = rebuild(engine)
        say(f"索引已重建：{count} 件案件。", f"the index was made anew: {count} cases.")
    else:
        keep(engine)  # also where no server runs
    if not words.strip():
        return
    with reading(engine) as db:
        found = found_in(db, person(db, as_login), moment(at), words, Filters(stage=stage, unit=unit), limit=limit)
        rows = [(case.number, case.state, case.title) for case in found.page.cases]
    print_rows(rows, COLUMNS, form)
