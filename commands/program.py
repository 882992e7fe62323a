"""The program: every command by its name, and one sentence instead of a traceback when something is wrong."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn, TextIO, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cases.arranging import UnfitCalendar
from cases.backup import DamagedBackup
from cases.broken import ChainBroken
from cases.dossier import ChangedDossier
from cases.errors import InvalidFields, Stale
from cases.laws import UnsoundLaw
from commands import auditing, calendars, keeping, laws, record, reports, serving, showing, upkeep, verifying
from commands.due import due
from commands.exporting import exporting
from commands.importing import importing
from commands.keys import keys
from commands.news import Undelivered, news
from commands.people import users
from commands.searching import search
from commands.similar import similar
from commands.tokens import tokens
from commands.usage import list_in_both_languages, wrong_call
from config import logs
from config.settings import SettingsError
from workflow.arrangement import ArrangementError
from workflow.calendar import CalendarError
from workflow.errors import Refusal
from workflow.law_text import LawError
from workflow.machine import ActionNotAllowed

#: Refusals that mean "found something wrong" (1) and not "called wrongly" (2).
FINDINGS = (
    ActionNotAllowed, ArrangementError, CalendarError, ChainBroken, ChangedDossier, DamagedBackup, InvalidFields,
    LawError, Stale, Undelivered, UnfitCalendar, UnsoundLaw,
)  # fmt: skip

app = typer.Typer(
    name="bihuan",
    help="闭环：工会诉求闭环办理引擎。\n\nBihuan: a closed-loop case engine for trade unions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# `-3wd` is a wrong limit and not an option; the command itself says so.
app.command(context_settings={"ignore_unknown_options": True})(due)
for command in (
    upkeep.init,
    serving.serve,
    serving.demo,
    record.submit,
    record.act,
    showing.show,
    record.explain,
    reports.overdue,
    reports.rates,
    reports.figures,
    reports.questions,
    search,
    similar,
    upkeep.sweep,
    upkeep.doctor,
    verifying.verify,
    verifying.head,
    auditing.audit,
    keeping.backup,
    keeping.restore,
):
    app.command()(command)
app.add_typer(importing, name="import")
app.add_typer(exporting, name="export")
app.add_typer(laws.workflow)
app.add_typer(calendars.office)
app.add_typer(users)
app.add_typer(tokens)
app.add_typer(news)
app.add_typer(keys)


def main(words: list[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit status: 0 done, 1 found something wrong, 2 wrong call."""
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    if not logging.getLogger().handlers:  # whoever runs this within a program of theirs has a log
        logs.set_up()
    try:
        program = list_in_both_languages(cast(TyperGroup, get_command(app)))
        status = program(words, prog_name=app.info.name, standalone_mode=False)
    except typer.TyperException as error:
        print(wrong_call(error), file=sys.stderr)
        sys.exit(2)
    except typer.Abort:  # no answer to a question, such as the one for a password
        print("已中止。 / Aborted.", file=sys.stderr)
        sys.exit(1)
    except Refusal as error:
        print(error, file=sys.stderr)
        sys.exit(1 if isinstance(error, FINDINGS) else 2)
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:  # the reader of our output has gone, which is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(status)


def _speak_utf8(stream: TextIO) -> None:
    """Print Chinese whatever the terminal's locale claims."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")
