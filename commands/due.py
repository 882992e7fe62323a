"""`bihuan due`: when a limit falls due, and why; one at a time or a whole CSV file of them."""

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Annotated, NoReturn, TextIO

import typer

from commands.offices import Offices, shown
from commands.options import Database, Format, Printed
from workflow.calendar import Calendar, CalendarError, Day, Due, Limit, Refusal

DAY_COLUMNS = ("date", "weekday", "counted", "minutes", "total_minutes", "total_days", "why_zh", "why_en")
PROGRESS_EVERY = 50_000


def due(
    moment: Annotated[str | None, typer.Argument(help="ISO 8601; without a zone it is in the calendar's.")] = None,
    limit: Annotated[str | None, typer.Argument(help="3wd, 16wh, 10d, 48h or 90m.")] = None,
    calendar: Annotated[str, typer.Option(help="A calendar's name, or a FILE.toml.")] = "cn-office",
    explain: Annotated[
        bool, typer.Option("--explain", help="Name every day from the start to the due moment.")
    ] = False,
    from_csv: Annotated[bool, typer.Option("--csv", help="Read start,limit[,calendar] rows from stdin.")] = False,
    database: Database = "",
    form: Printed = Format.TABLE,
) -> None:
    """按日历的办公时间，计算从 MOMENT 起算的时限何时到期；没有数据库时用随程序附带的日历。

    Tell when a limit that begins at MOMENT falls due, in the database's calendar or else the one that ships.
    """
    if from_csv:
        if moment is not None or explain or form is not Format.TABLE:
            _refuse(
                Refusal("--csv 不与其他参数同用（--calendar 除外）。", "--csv goes with no other word but --calendar.")
            )
        raise typer.Exit(_answer_rows(calendar, database))
    if moment is None or limit is None:
        _refuse(Refusal("请给出起始时刻和时限，或用 --csv。", "Give a moment and a limit, or --csv."))
    try:
        office = Offices(database).find(calendar)
    except CalendarError as error:
        _refuse(error, status=1)
    except Refusal as error:
        _refuse(error)
    try:
        start, allowed = read_moment(moment, office), Limit.parse(limit)
        answer = office.due(start, allowed)
        days = office.explain(start, allowed) if explain else []
    except Refusal as error:
        _refuse(error)
    if answer.provisional:
        typer.echo(_provisional(office, start, answer), err=True)
    _print(form, office, start, allowed, answer, days if explain else None)


def read_moment(text: str, office: Calendar) -> datetime:
    """Reads an ISO 8601 moment, without a zone in the calendar's; a date alone is its midnight; raises Refusal."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        word = shown(text)
        raise Refusal(
            f"“{word}”不是存在的时刻，请写成 2026-11-20T09:30 这样。",
            f'"{word}" is no moment that exists; write it as in 2026-11-20T09:30.',
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=office.zone)


def _refuse(error: Refusal, status: int = 2) -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(status)


def _provisional(office: Calendar, start: datetime, answer: Due) -> str:
    first, last = sorted((start.astimezone(office.zone).year, answer.at.astimezone(office.zone).year))
    unpublished = [str(year) for year in range(first, last + 1) if not office.is_published(year)]
    years = "、".join(unpublished) if len(unpublished) < 4 else f"{unpublished[0]}–{unpublished[-1]}"
    return str(
        Refusal(
            f"{years} 年的放假安排尚未公布，此时限为暂定。",
            f"The arrangement of {years.replace('、', ', ')} is not published yet; this due moment is provisional.",
        )
    )


def _print(form: Format, office: Calendar, start: datetime, limit: Limit, answer: Due, days: list[Day] | None) -> None:
    moment, rows = _written(answer.at, office), [_row(day) for day in days or ()]
    if form is Format.JSON:
        told = {"start": _written(start, office), "limit": str(limit), "due": moment, "calendar": office.name}
        more = {} if days is None else {"days": [dict(zip(DAY_COLUMNS, row, strict=True)) for row in rows]}
        typer.echo(json.dumps({**told, "provisional": answer.provisional, **more}, ensure_ascii=False, indent=2))
    elif form is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        plain = [("start", "limit", "due"), (_written(start, office), str(limit), moment)]
        writer.writerows(plain if days is None else [DAY_COLUMNS, *rows])
    else:
        typer.echo(moment)
        for line in _aligned([DAY_COLUMNS, *rows]) if days is not None else ():
            typer.echo(line)


def _written(moment: datetime, office: Calendar) -> str:
    return moment.astimezone(office.zone).isoformat(timespec="seconds")


def _row(day: Day) -> tuple[str | int | bool, ...]:
    weekday = f"{day.weekday_zh} {day.weekday_en}"
    numbers = (day.is_counted, day.minutes, day.total_minutes, day.total_days)
    return (day.date.isoformat(), weekday, *numbers, day.zh, day.en)


def _aligned(rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    """Pads columns by the width that a terminal gives them: a Chinese letter is two columns wide."""
    words = [
        [{True: "yes", False: "no"}[cell] if isinstance(cell, bool) else str(cell) for cell in row] for row in rows
    ]
    widths = [max(map(_width, column)) for column in zip(*words, strict=True)]
    for row in words:
        yield "  ".join(word + " " * (width - _width(word)) for word, width in zip(row, widths, strict=True)).rstrip()


def _width(word: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in word)


def _answer_rows(calendar: str, database: str) -> int:
    """Answers a CSV file row by row; gives the exit status, 1 when any row was bad."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace", newline="")
    reader = csv.reader(sys.stdin)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if any(header.count(name) != 1 for name in ("start", "limit")) or header.count("calendar") > 1:
            raise Refusal("首行必须是 start,limit[,calendar]。", "The first row has to be start,limit[,calendar].")
        offices = Offices(database)
        answer = _row_answerer(header, calendar, offices.find)
        if "calendar" not in header:
            offices.find(calendar)
    except csv.Error:
        _refuse(Refusal("输入不是 CSV。", "The input is not CSV."))
    except CalendarError as error:
        _refuse(error, status=1)
    except Refusal as error:
        _refuse(error)
    return _stream(reader, header, answer, sys.stdout)


def _row_answerer(header: list[str], calendar: str, find: Callable[[str], Calendar]) -> Callable[[list[str]], str]:
    """Makes the function that answers one row; calendars are loaded once, wrong ones refused once per row."""
    start_at, limit_at = header.index("start"), header.index("limit")
    calendar_at = header.index("calendar") if "calendar" in header else None
    offices: dict[str, Calendar | Refusal] = {}

    def answer(row: list[str]) -> str:
        if len(row) != len(header):
            raise Refusal(
                f"应有 {len(header)} 列，实有 {len(row)} 列。", f"{len(header)} columns expected, {len(row)} found."
            )
        word = (row[calendar_at].strip() if calendar_at is not None else "") or calendar
        office = offices.get(word)
        if office is None:
            try:
                office = find(word)
            except Refusal as error:
                office = error
            offices[word] = office
        if isinstance(office, Refusal):
            raise office
        start = read_moment(row[start_at].strip(), office)
        return _written(office.due(start, Limit.parse(row[limit_at].strip())).at, office)

    return answer


def _stream(reader: Iterator[list[str]], header: list[str], answer: Callable[[list[str]], str], out: TextIO) -> int:
    start_at, limit_at = header.index("start"), header.index("limit")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("start", "limit", "due"))
    shows_progress = sys.stderr.isatty()
    number, status = 1, 0  # the header is row 1, as spreadsheets count
    while True:
        number += 1
        row: list[str] = []
        try:
            row = next(reader)
            if not row:
                continue  # an empty line is no row
            found = answer(row)
        except StopIteration:
            if shows_progress and number > PROGRESS_EVERY:
                print(file=sys.stderr)
            return status
        except csv.Error:
            found, status = "", 1
            typer.echo(f"第 {number} 行：不是正确的 CSV。 / row {number}: not valid CSV.", err=True)
        except Refusal as error:
            found, status = "", 1
            typer.echo(f"第 {number} 行：{error.zh} / row {number}: {error.en}", err=True)
        start, limit = (row[at] if at < len(row) else "" for at in (start_at, limit_at))
        writer.writerow((start, limit, found))
        if shows_progress and number % PROGRESS_EVERY == 0:
            print(f"\r{number:,}", end="", file=sys.stderr, flush=True)
