"""Every command that a page of docs names exists, with the options that it names."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from commands.program import app
from tests.pictures import ROOT

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md"])
#: What stands around words that may be left out.
NOTATION = str.maketrans("\\|[]…", "     ")
#: `bihuan …` in a line of text, or at the beginning of a line of a block.
QUOTED = re.compile(r"`bihuan ([^`]+)`|^bihuan ([^\n#]+)", re.MULTILINE)


def said(page: Path) -> list[str]:
    """Return what a page says after `bihuan`."""
    return [quoted or line for quoted, line in QUOTED.findall(page.read_text(encoding="utf-8"))]


def unknown(words: str) -> str:
    """Return the first word of a command that does not exist, or nothing."""
    command: Any = get_command(app)
    for word in shlex.split(words.translate(NOTATION)):
        options = [name for one in command.params for name in one.opts]
        if word.startswith("--"):
            if word.partition("=")[0] not in options:
                return word
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return word
            command = command.commands[word]
    return ""


def test_pages_name_commands() -> None:
    assert sum(len(said(page)) for page in PAGES) > 60


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_that_a_page_names_exists(page: Path) -> None:
    assert [(words, word) for words in said(page) if (word := unknown(words))] == []


def test_a_command_or_an_option_that_is_gone_is_found() -> None:
    assert unknown("audit --what reveal --as LOGIN") == "" and unknown("key rotate --new-file FILE") == ""
    assert (unknown("vanish"), unknown("audit --why"), unknown("key eat")) == ("vanish", "--why", "eat")


@pytest.mark.parametrize("page", [one for one in PAGES if ".zh-CN" in one.name], ids=lambda page: page.name)
def test_both_languages_have_the_same_sections_tables_and_commands(page: Path) -> None:
    other = page.with_name(page.name.replace(".zh-CN", ""))
    for pattern in (r"^## ", r"^\|", r"^```"):
        counts = [len(re.findall(pattern, one.read_text(encoding="utf-8"), re.MULTILINE)) for one in (page, other)]
        assert counts[0] == counts[1], pattern
    named = [sorted({words.split()[0] for words in said(one)}) for one in (page, other)]
    assert named[0] == named[1]
