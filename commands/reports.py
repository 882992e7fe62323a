"""What supervisors ask: what is overdue, what the rates are, which of them may be published, what was promised."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from sqlmodel import select

from cases.errors import NotFound
from cases.figures import ALL
from cases.figures import COLUMNS as FIGURE_COLUMNS
from cases.figures import figures as figures_of
from cases.figures import publish as fix_figures
from cases.figures import published as are_fixed
from cases.queries import Overdue, counted
from cases.queries import overdue as overdue_cases
from cases.questions import counted as asked
from cases.questions import quarter_of
from cases.questions import questions as questions_of
from cases.rates import COLUMNS as RATE_COLUMNS
from cases.rates import rates as rates_of
from cases.record.database import reading, transaction
from cases.record.people import Unit
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say
from config import clock

COLUMNS = (
    "number", "external_id", "unit", "lead", "category", "stage", "state", "due_at", "late_by", "level",
)  # fmt: skip

QUESTION_COLUMNS = (
    "unit", "unit_name", "number", "promise", "text", "promised_on", "days_late", "outcome", "ended_at",
)  # fmt: skip


class Grouping(StrEnum):
    """What overdue cases are counted by."""

    UNIT = "unit"
    CATEGORY = "category"
    NONE = "none"


class Asked(StrEnum):
    """What questions are counted by."""

    UNIT = "unit"


class Breakdown(StrEnum):
    """What rates are broken down by."""

    UNIT = "unit"
    CATEGORY = "category"


def overdue(
    database: Database = "",
    at: At = None,
    by: Annotated[Grouping | None, typer.Option(help="Count by this instead of listing.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="This unit and everything below it.")] = None,
    form: Printed = Format.TABLE,
) -> None:
    """列出或统计当前或过去某一时刻逾期的案件，以记录为准。

    List or count the cases that are, or at a past moment were, overdue; from the record.
    """
    then = moment(at)
    with reading(connect(database)) as db:
        if unit and db.exec(select(Unit.id).where(Unit.code == unit)).first() is None:
            raise NotFound(f"没有代码为 {unit[:64]} 的单位。", f"There is no unit {unit[:64]}.")
        rows = overdue_cases(db, then, unit=unit)
    if by is None:
        print_rows([row_of(row) for row in rows], COLUMNS, form)
    elif by is Grouping.NONE:
        print_rows([(len(rows),)], ("count",), form)
    else:
        print_rows(counted(rows, "unit" if by is Grouping.UNIT else "category"), ("key", "count"), form)


def rates(
    since: Annotated[str, typer.Option("--from", metavar="MOMENT", help="The period begins here.")],
    until: Annotated[str, typer.Option("--to", metavar="MOMENT", help="The period ends before this moment.")],
    database: Database = "",
    by: Annotated[Breakdown | None, typer.Option(help="One row for each.")] = None,
    form: Printed = Format.TABLE,
) -> None:
    """计算一段时间的响应率、办结率、解决率和满意率，附各自分母。

    Tell response, completion, resolution and satisfaction in a period, each with its denominator.
    """
    with reading(connect(database)) as db:
        rows = rates_of(db, moment(since), moment(until), by.value if by else None)
    print_rows([list(row.values()) for row in rows], RATE_COLUMNS, form)


def figures(
    quarter: Annotated[str, typer.Argument(metavar="QUARTER", help="2026Q3; it has to be over.")],
    database: Database = "",
    by: Annotated[Breakdown | None, typer.Option(help="One row for each that can stand alone.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Fix them: they stay as they are from now on.")] = False,
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """一个季度可以对外公布的数据：不足 5 件的合并列出，无从认出个人；--publish 后不再变动。

    Tell the figures of a quarter that may be published, with nobody to be recognised in them.
    """
    engine, then = connect(database), clock.now() if publish else moment(at)  # what is not over is not published
    if publish:
        with transaction(engine) as db:
            fix_figures(db, quarter_of(db, quarter, then), then)
    with reading(engine) as db:
        asked = quarter_of(db, quarter, then)
        rows, is_fixed = figures_of(db, asked, by.value if by else ALL, then), are_fixed(db, asked)
    print_rows([[row[name] for name in FIGURE_COLUMNS] for row in rows], FIGURE_COLUMNS, form)
    say("空白处不足 5 件，不公布。", "What is blank is fewer than five, and is not told.")
    if is_fixed:
        say(
            f"{asked.name} 的数据已公布，不再变动。", f"The figures of {asked.name} are published and stay as they are."
        )
    else:
        say("尚未公布；核对后加 --publish 公布一次。", "They are not published yet: look at them, then add --publish.")


def questions(
    database: Database = "",
    quarter: Annotated[str | None, typer.Option(metavar="QUARTER", help="2026Q4; this one if left out.")] = None,
    by: Annotated[Asked | None, typer.Option(help="Count by this instead of listing.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="This unit and everything below it.")] = None,
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """列出或按单位统计一个季度内逾期或未兑现的承诺（质询清单）。

    List, or count by unit, the promises that were overdue or broken in a quarter.
    """
    then = moment(at)
    with reading(connect(database)) as db:
        place = db.exec(select(Unit).where(Unit.code == unit)).first() if unit else None
        if unit and place is None:
            raise NotFound(f"没有代码为 {unit[:64]} 的单位。", f"There is no unit {unit[:64]}.")
        rows = questions_of(db, quarter_of(db, quarter, then), then, unit=place)
    if by is None:
        print_rows([tuple(getattr(row, name) for name in QUESTION_COLUMNS) for row in rows], QUESTION_COLUMNS, form)
    else:
        print_rows(asked(rows), ("unit", "unit_name", "count", "open", "broken", "kept"), form)


def row_of(row: Overdue) -> tuple[object, ...]:
    """Return the columns of an overdue case in the order of the contract."""
    return tuple(getattr(row, name) for name in COLUMNS)
