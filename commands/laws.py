"""Laws on the command line: check one, show it, publish it, move running cases to it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cases.errors import NotFound
from cases.laws import build, latest, migrate_cases, published
from cases.laws import publish as publish_law
from cases.record.database import reading, transaction
from cases.record.schema import require_current
from cases.staffing import staff, voices
from cases.words import vocabulary
from commands.options import Database, Format, Printed, connect, print_rows, say
from config import clock
from workflow.definition import Definition
from workflow.diagram import mermaid, table
from workflow.endorsement_rules import prove_voices
from workflow.errors import Refusal
from workflow.proof import prove, prove_staffing
from workflow.reading import load
from workflow.role_names import Language

SHIPPED = Path(__file__).resolve().parent.parent / "config" / "workflows"

workflow = typer.Typer(
    name="workflow", help="检查、查看、发布和更换流程。\n\nThe law of a workflow.", no_args_is_help=True
)


class Shape(StrEnum):
    """How a law is shown."""

    TABLE = "table"
    MERMAID = "mermaid"
    TOML = "toml"


@workflow.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Law files.")],
    database: Annotated[
        str | None,
        typer.Option("--database", envvar="BIHUAN_DATABASE", help="Also check that every role is filled here."),
    ] = None,
    form: Printed = Format.TABLE,
) -> None:
    """证明流程不会使案件无路可走；每个问题都给出证明它的路径。

    Prove that a law cannot strand a case; every finding shows the path that proves it.
    """
    rows: list[tuple[str, int, str, str, str, str]] = []
    is_sound = True  # a warning is printed and refuses nothing
    for path in files:
        try:
            definition = load(path, vocabulary())
        except Refusal as error:
            rows.append((str(path), 0, "reading", error.zh, error.en, ""))
            is_sound = False
            continue
        findings = prove(definition)
        if database:
            with reading(require_current(database)) as db:
                findings += prove_staffing(definition, staff(db, clock.now()))
                findings += prove_voices(definition, voices(db, definition, clock.now()))
        is_sound = is_sound and all(finding.is_warning for finding in findings)
        rows += [(str(path), f.line, f.rule, f.zh, f.en, " → ".join(f.path)) for f in findings]
    if not rows:
        say("流程可靠：没有发现问题。", "sound: nothing found.")
        return
    print_rows(rows, ("file", "line", "rule", "zh", "en", "path"), form)
    raise typer.Exit(0 if is_sound else 1)


@workflow.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A law's name, or a FILE.toml.")],
    form: Annotated[Shape, typer.Option("--format", help="table, mermaid or toml.")] = Shape.TABLE,
    language: Annotated[Language, typer.Option(help="zh or en.")] = "zh",
    database: Database = "",
) -> None:
    """显示流程：谁可以做什么，或画成图。

    Print a law: who may do what, or its picture.
    """
    definition = _definition(name, database)
    match form:
        case Shape.MERMAID:
            print(mermaid(definition, language))
        case Shape.TOML:
            print(definition.source)
        case Shape.TABLE:
            print(table(definition, language))


@workflow.command()
def publish(file: Annotated[Path, typer.Argument(metavar="FILE")], database: Database = "") -> None:
    """把经过证明的流程发布为新版本；在办案件仍用原版本。

    Publish a proven law as the next version; running cases keep theirs.
    """
    definition = load(file, vocabulary())
    with transaction(connect(database)) as db:
        before = {law.id for law in published(db)}
        row = publish_law(db, definition, at=clock.now())
    if row.id in before:
        say(
            f"未变：「{row.title}」第 {row.version} 版就是这份文本。",
            f"unchanged: version {row.version} of {row.name} is already this text.",
        )
    else:
        say(f"「{row.title}」第 {row.version} 版已发布。", f"{row.name} is published as version {row.version}.")


@workflow.command()
def migrate(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    to: Annotated[int, typer.Option("--to", metavar="VERSION")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would change.")] = False,
    database: Database = "",
    form: Printed = Format.TABLE,
) -> None:
    """把未结案件移到流程的另一版本，并逐件列出变化。

    Move open cases to another version of their law; lists, case by case, what changes.
    """
    with transaction(connect(database)) as db:
        rows = migrate_cases(db, name, to, at=clock.now(), is_dry_run=dry_run)
    print_rows(rows, ("number", "from", "to", "state", "moved", "why"), form)
    if any(not row[4] for row in rows):
        raise typer.Exit(1)


def _definition(name: str, database: str) -> Definition:
    """Return a law from a file, from the database, or from those that ship, in this order."""
    if name.endswith(".toml"):
        return load(Path(name), vocabulary())
    try:
        with reading(connect(database)) as db:
            row = latest(db, name)
            return build(row.source, f"{row.name} v{row.version}").definition
    except Refusal:
        shipped = SHIPPED / f"{name}.toml"
        if not (name.isidentifier() and shipped.is_file()):
            raise NotFound(f"没有名为 {name[:40]} 的流程。", f"There is no law named {name[:40]}.") from None
        return load(shipped, vocabulary())
