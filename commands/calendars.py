"""Working calendars on the command line: which there are, what a year holds, a new arrangement, another calendar."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlmodel import Session, select

from cases.arranging import Draft, Tally, added, arranged, is_known, preview, publish, require_administrator
from cases.calendars import OFFICE, calendar, names, newest
from cases.errors import BadRequest, NotFound
from cases.rearranging import Moved
from cases.record.database import reading, transaction
from cases.record.people import Unit
from cases.settling import settle
from commands.options import At, Database, Format, Printed, connect, moment, print_rows, say
from commands.record import As, person
from workflow.arrangement_text import decoded, read_arrangement
from workflow.calendar import load_calendar
from workflow.office_hours import Kind

MOST_BYTES = 1024 * 1024
STDIN = "-"

office = typer.Typer(
    name="calendar",
    help="工作日历：查看、导入放假安排、增加日历。\n\nWorking calendars, and the holidays of each year.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A calendar's name.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list which running limits would change.")]


@office.command("list")
def list_calendars(database: Database = "", form: Printed = Format.TABLE) -> None:
    """列出日历：版本、时区、已公布到哪一年、几个单位使用。

    List the calendars: version, zone, the last published year, how many units name each.
    """
    with reading(connect(database)) as db:
        used = Counter(db.exec(select(Unit.calendar)))
        kept = newest(db)
        rows = []
        for name in names(db):
            hours, row = calendar(db, name).hours, kept.get(name)
            last = max((year for year, plan in hours.years.items() if plan.is_published), default=None)
            version = (row.version, row.published_at) if row else (0, None)
            rows.append((name, *version, str(hours.zone), hours.holidays, last, used[name]))
    print_rows(rows, ("name", "version", "published_at", "timezone", "holidays", "last_year", "units"), form)


@office.command()
def show(
    name: Name = OFFICE,
    year: Annotated[int | None, typer.Option(help="Name every day off and every make-up day of it.")] = None,
    database: Database = "",
    form: Printed = Format.TABLE,
) -> None:
    """查看日历各年的安排，或某一年的每个放假日和补班日。

    Show what is arranged for each year, or each day off and each make-up day of one.
    """
    with reading(connect(database)) as db:
        if name not in names(db):
            raise NotFound(f"没有名为 {name[:40]} 的日历。", f"There is no calendar named {name[:40]}.")
        hours = calendar(db, name).hours
    if year is None:
        years = [(y, plan.is_published, len(plan.off), len(plan.work)) for y, plan in sorted(hours.years.items())]
        print_rows(years, ("year", "published", "off", "work"), form)
        return
    plan = hours.plan(year)
    days = sorted([*((day, Kind.HOLIDAY) for day in plan.off), *((day, Kind.MAKEUP) for day in plan.work)])
    print_rows([(day, f"{day:%a}", *kind.value) for day, kind in days], ("date", "weekday", "zh", "en"), form)
    if not plan.is_published:
        say(f"{year} 年的放假安排尚未公布。", f"{year} is not published yet.")


@office.command("import")
def import_arrangement(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The notice as text, CSV or the holiday JSON.")],
    as_login: As,
    year: Annotated[int | None, typer.Option(help="The year that is meant, where the text does not say.")] = None,
    name: Annotated[str, typer.Option("--calendar", metavar="NAME", help="Which calendar takes it.")] = OFFICE,
    dry_run: DryRun = False,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """导入某年的放假安排（通知原文、CSV 或 JSON），列出或更新受影响的时限。

    Import the arrangement of a year, and move the running limits that it changes.
    """
    where = "" if file == STDIN else Path(file).name
    text = decoded(_read(file), where)
    arrangement = read_arrangement(text, year=year, where=where)
    _bring_in(lambda db: arranged(db, arrangement, text, name), database, as_login, at, form, is_dry=dry_run)


@office.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="A calendar file.")],
    as_login: As,
    dry_run: DryRun = False,
    database: Database = "",
    at: At = None,
    form: Printed = Format.TABLE,
) -> None:
    """增加日历，或以文件更新同名日历，并更新受影响的时限。

    Add a calendar, or a version of one that is there, and move the running limits that it changes.
    """
    _read(str(file))  # a file that is not there is a wrong call, one with mistakes is a finding
    load_calendar(file)
    source = file.read_text(encoding="utf-8-sig")
    _bring_in(lambda db: added(db, source, file.name), database, as_login, at, form, is_dry=dry_run)


def _bring_in(
    drafted: Callable[[Session], Draft], database: str, login: str, at: str | None, form: Format, *, is_dry: bool
) -> None:
    """Look at what a draft would move, and publish it unless that was all that was asked for."""
    engine, now, tally = connect(database), moment(at), Tally()
    with reading(engine) as db:
        require_administrator(db, person(db, login), now)
        draft = drafted(db)
        if is_known(db, draft):
            say(f"未变：日历 {draft.name} 已是如此。", f"unchanged: {draft.name} says so already.")
            return
        rows = tally.counting(preview(db, draft))
        if is_dry:
            print_rows(_told(rows), ("number", "clock", "from", "to", "change"), form)
        deque(rows, maxlen=0)
    zh, en = (
        f"改期 {tally.moved} 个时限，转为确定 {tally.firm} 个。",
        f"{tally.moved} limits move, {tally.firm} are firm.",
    )
    if is_dry:
        say(f"试运行，未写入：{zh}", f"dry run, nothing written: {en}")
        return
    with transaction(engine) as db:
        version = publish(db, draft, tally, by=person(db, login), at=now).version
    with _progress() as show_cases:
        for cases in settle(engine, now):
            show_cases(cases)
    say(f"日历 {draft.name} 第 {version} 版已公布，{zh}", f"{draft.name} is published as version {version}: {en}")


def _told(rows: Iterable[Moved]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        words = ("moved", row.is_moved), ("firm", row.is_firm_now), ("provisional", row.is_provisional)
        change = "+".join(word for word, is_so in words if is_so)
        yield row.number, row.state or row.kind, row.before, row.after, change


def _read(file: str) -> bytes:
    """Return what a file holds, or stdin. Raises BadRequest where there is none, or one far too large."""
    try:
        if file == STDIN:
            raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as source:
                raw = source.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such name"
        raise BadRequest(f"读不到文件 {file[:200]}：{why}。", f"Cannot read {file[:200]}: {why}.") from None
    if len(raw) > MOST_BYTES:
        raise BadRequest("文件超过 1 MB，不是放假安排。", "The file is larger than 1 MB: no calendar.")
    return raw


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Lend a function that counts the cases that are put right: on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda cases: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task, done = progress.add_task("…", total=None), Counter[str]()

        def show_cases(cases: int) -> None:
            done["cases"] += cases
            progress.update(task, description=f"{done['cases']:,} 件 cases")

        yield show_cases
