"""`bihuan export`: the ledger of cases as XLSX or CSV, and the events as JSON lines that anyone can verify offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cases import act as door
from cases.record.database import reading
from cases.spreadsheets.ledger import Filters, arriving, export_cases
from cases.verifying import export_events
from commands.options import At, Database, connect, moment, say

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
    with reading(connect(database)) as db:
        count = export_cases(db, out, filters, at=moment(at))
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
    with reading(connect(database)) as db:
        case_id = door.find(db, case).id if case else None
        with arriving(out) as part, part.open("w", encoding="utf-8", newline="\n") as file:
            for line in export_events(db, case_id):
                count += 1
                file.write(line + "\n")
    say(f"已导出 {count} 个事件到 {out}。", f"{count} events exported to {out}.")
