"""The guide to many hands says in both languages what the law says: it quotes it and calls actions by their names."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.pictures import ROOT, WORKFLOWS

GUIDES = ("many-hands.md", "many-hands.zh-CN.md")
LAW = tomllib.loads((WORKFLOWS / "proposal.toml").read_text(encoding="utf-8"))


def text(guide: str) -> str:
    return (ROOT / "docs" / guide).read_text(encoding="utf-8")


def extracts(guide: str) -> list[dict[str, Any]]:
    """Return the parts of a law that a guide quotes."""
    return [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text(guide), re.S)]


def stands_in(quoted: Any, law: Any) -> bool:
    """Tell whether a law says all that is quoted; a step is known by its action."""
    if isinstance(quoted, dict):
        return isinstance(law, dict) and all(name in law and stands_in(quoted[name], law[name]) for name in quoted)
    if isinstance(quoted, list) and quoted and isinstance(quoted[0], dict):
        return all(any(stands_in(one, other) for other in law) for one in quoted)
    return bool(quoted == law)


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_quotes_stands_in_the_law(guide: str) -> None:
    found = extracts(guide)
    assert len(found) == 9
    for extract in found:
        assert stands_in(extract, LAW), extract


def test_both_languages_quote_the_same_and_have_the_same_sections() -> None:
    english, chinese = GUIDES
    assert extracts(english) == extracts(chinese)
    assert text(english).count("\n## ") == text(chinese).count("\n## ")


@pytest.mark.parametrize("guide", GUIDES)
def test_actions_are_called_what_the_law_calls_them(guide: str) -> None:
    label = "label_en" if guide == "many-hands.md" else "label"
    known = {step[label] for step in LAW["steps"]}
    rows = re.findall(r"^\| (.*?) \|", text(guide), re.MULTILINE)
    named = {word for row in rows for word in row.split(" · ")}
    assert named - {"action", "verb", "动作"} <= known


@pytest.mark.parametrize("guide", GUIDES)
def test_links_of_a_guide_lead_somewhere(guide: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text(guide)):
        assert (ROOT / "docs" / target).exists(), target
