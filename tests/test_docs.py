"""What is written down stays true: generated pages, the commands that the README names, the two languages."""

from __future__ import annotations

import re

import pytest

from cases.words import vocabulary
from tests.pictures import ROOT, WORKFLOWS, pages
from workflow.reading import load


def test_pages_made_from_the_laws_are_in_step_with_them() -> None:
    behind = [path.name for path, text in pages().items() if path.read_text(encoding="utf-8") != text]
    assert behind == [], "run: python -m tests.pictures"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_of_the_readme_exists(page: str) -> None:
    from typer.main import get_command

    from commands.program import app

    known = get_command(app).commands  # type: ignore[attr-defined]  # a group of commands
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {word for word in re.findall(r"^bihuan (\w+)", text, re.MULTILINE)}
    table = text.split("|---|---|")[1].split("\n\n")[0]
    for cell in re.findall(r"^\| (.*?) \| ", table, re.MULTILINE):
        for words in re.findall(r"`([^`]+)`", cell):
            named.add(words.split()[0])
            for sub in words.split()[1:]:
                assert set(sub.split("\\|")) <= set(known[words.split()[0]].commands), words
    assert named <= set(known), named - set(known)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    for page in ("README.md", "README.zh-CN.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{page}: {target}"


def test_every_decision_has_context_decision_and_consequence() -> None:
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        assert all(f"**{part}" in text or f"## {part}" in text for part in ("Context", "Decision", "Consequence")), (
            path.name
        )


def test_every_word_that_is_registered_says_what_it_means() -> None:
    from cases.words import conditions, effects

    for word, function in {**effects(), **conditions()}.items():
        assert function.__doc__, word


def test_the_shipped_laws_use_only_registered_words() -> None:
    for path in WORKFLOWS.glob("*.toml"):
        assert load(path, vocabulary()).states


def test_the_changelog_names_the_version_of_the_project() -> None:
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version and f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
