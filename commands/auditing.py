"""`bihuan audit`: what was done to the installation, and by whom."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated

import typer

from cases.auditing import audited, note_read, require_auditor
from cases.personnel import find_person
from cases.record.database import transaction
from commands.options import Database, Format, Printed, connect, moment, print_rows

COLUMNS = ("seq", "at", "action", "role", "actor", "login", "case", "facts")


def audit(
    since: Annotated[str | None, typer.Option("--from", metavar="MOMENT", help="Recorded at or after.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="MOMENT", help="Recorded before.")] = None,
    who: Annotated[str | None, typer.Option("--who", metavar="LOGIN", help="Who did it, or whom it is about.")] = None,
    what: Annotated[str | None, typer.Option("--what", metavar="ACTION", help="Such as change_duty or export.")] = None,
    by: Annotated[
        str | None,
        typer.Option("--as", metavar="LOGIN", help="The audit administrator who reads."),
    ] = None,
    database: Database = "",
    form: Printed = Format.TABLE,
) -> None:
    """列出管理行为的审计记录：人员、职务、流程、设置、日历、导出、备份、恢复和查看身份；不含案件内容。

    List what was done to the installation: people, duties, laws, settings, calendars, exports, backups, restores and
    reveals; nothing of what was said in a case. That somebody has read it is an act of administration, too.
    """
    now = moment(None)
    with transaction(connect(database)) as db:
        auditor = find_person(db, by) if by else None
        if auditor is not None:
            require_auditor(db, auditor, now)
        person = find_person(db, who) if who else None
        lines = audited(db, moment(since) if since else None, moment(until) if until else None, person, what)
        note_read(db, now, auditor, len(lines))
    print_rows([astuple(line) for line in lines], COLUMNS, form)
