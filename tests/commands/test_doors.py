"""The table of commands is whole: a command, or a way out of the system, without a row fails here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.main import get_command

from commands.doors import COMMANDS, EXPORTS, HOST, PERSON, READER, WORDS
from commands.program import app

#: Commands that speak for nobody although they name somebody: whose a new token will be.
NAMES_WITHOUT_ACTING = {"token create"}


def commands(program: typer.Typer = app) -> Iterator[tuple[str, Any]]:
    """Yield every command with all its words."""
    waiting: list[tuple[str, Any]] = [("", get_command(program))]
    while waiting:
        words, one = waiting.pop()
        if hasattr(one, "commands"):
            waiting += [(f"{words} {name}".strip(), inner) for name, inner in one.commands.items()]
        else:
            yield words, one


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert sorted(name for name, _ in commands()) == sorted(COMMANDS)
    assert set(COMMANDS.values()) == set(WORDS)


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_a_command_speaks_for_a_person_exactly_where_it_asks_for_one(name: str, command: Any) -> None:
    options = {option: parameter for parameter in command.params for option in parameter.opts}
    names = options.get("--as")
    if names is None or name in NAMES_WITHOUT_ACTING:
        assert COMMANDS[name] not in (PERSON, READER)
    else:
        assert COMMANDS[name] == (PERSON if names.required else READER)


def test_every_command_that_writes_a_file_for_others_has_a_row_among_the_exports() -> None:
    writing = {name for name, one in commands() if any((p.metavar or "").startswith("OUT") for p in one.params)}
    writing |= {name for name, _ in commands() if name.startswith("export ")}
    assert writing | {"head"} == set(EXPORTS)
    assert all(COMMANDS[name] == word for name, word in EXPORTS.items())


def test_a_command_that_is_added_without_a_row_is_found() -> None:
    program = typer.Typer()
    program.command("peek")(lambda: None)
    program.command("peep")(lambda: None)
    assert {name for name, _ in commands(program)} - set(COMMANDS) == {"peek", "peep"}
    assert HOST in WORDS
