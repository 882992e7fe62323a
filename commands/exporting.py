"""`bihuan export`: the ledger of cases as XLSX or CSV, events as JSON lines, a case as a dossier to verify offline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from cases import act as door
from cases import dossier as dossiers
from cases import raw
from cases.administering import EXPORT, note
from cases.record.database import reading, transaction
from cases.spreadsheets.ledger import Filters, arriving, export_cases
from cases.verifying import export_events
from commands.keeping import Files, settings
from commands.options import At, Database, connect, moment, say
from config import clock

exporting = typer.Typer(help="导出案件和事件。\n\nBring cases and events out.", no_args_is_help=True)


@exporting.command("cases")
def cases(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx|csv", help="The file to write.")],
    unit: Annotated[str | None, typer.Option(metavar="CODE", help="A unit and everything below it.")] = None,
    state: Annotated[str | None, typer.Option(help="A state of the law.")] = None,
    stage: Annotated[str | None, typer.Option(help="submit, review, handle, supervise or feedback.")] = None,
    category: Annotated[str | None, typer.Option(help="A category.")] = None,
    workflow: Annotated[str | None, typer.Option(help="The name of a law.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="MOMENT", help="Submitted at or after.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="MOMENT", help="Submitted before.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Open cases only.")] = False,
    only_overdue: Annotated[bool, typer.Option("--overdue", help="Cases that are overdue only.")] = False,
    database: Database = "",
    at: At = None,
) -> None:
    """导出台账；--at 是计算逾期时长的时刻。

    Write the ledger; `--at` is the moment that `late_by` is counted to.
    """
    filters = Filters(
        unit,
        state,
        stage,
        category,
        workflow,
        moment(since) if since else None,
        moment(until) if until else None,
        only_open,
        only_overdue,
    )
    engine, now = connect(database), moment(at)
    asked = {"unit": unit, "state": state, "stage": stage, "category": category, "workflow": workflow}
    noted(engine, "cases", {name: value for name, value in asked.items() if value is not None})
    with reading(engine) as db:
        count = export_cases(db, out, filters, at=now)
    say(f"已导出 {count} 件到 {out}。", f"{count} cases exported to {out}.")


@exporting.command("events")
def events(
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="The file to write.")],
    case: Annotated[str | None, typer.Option(metavar="NUMBER", help="Only the events of one case.")] = None,
    database: Database = "",
) -> None:
    """导出事件，每行一个 JSON，末行是总数和最后的哈希；可用 verify --file 核验。

    Write the events, one JSON line each, closing with their count and the last hash; `verify --file` reads it.
    """
    count = -1  # the closing line is no event
    engine = connect(database)
    with reading(engine) as db:
        case_id = door.find(db, case).id if case else None
    noted(engine, "events", {"case": case_id} if case_id else {})
    with reading(engine) as db, arriving(out) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for line in export_events(db, case_id):
            count += 1
            file.write(line + "\n")
    say(f"已导出 {count} 个事件到 {out}。", f"{count} events exported to {out}.")


@exporting.command("dossier")
def dossier(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The number of a case.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The file to write.")],
    files: Files = None,
    database: Database = "",
) -> None:
    """导出一件案件的案卷：事件、文字、附件、时限和摘要；不含申请人身份；可用 verify --file 离线核验。

    Write the dossier of a case: events, texts, files, clocks and a summary, never who raised it. `verify --file`
    verifies it without a database.
    """
    engine, now = connect(database), clock.now()
    with reading(engine) as db:
        case_id = door.find(db, number).id or 0
    noted(engine, "dossier", {"case": case_id})
    with raw.snapshot(engine) as db, arriving(out) as part:
        events = dossiers.write(db, case_id, part, files or settings().files, now)
    say(f"案卷 {number} 已导出到 {out}，含 {events} 个事件。", f"{out} holds {number} with {events} events.")


def noted(engine: Engine, what: str, told: Mapping[str, Any]) -> None:
    """Write down that something is about to leave the system."""
    with transaction(engine) as db:
        note(db, EXPORT, clock.now(), {"what": what, **told})
