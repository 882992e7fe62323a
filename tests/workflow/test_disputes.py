"""A law in which a return is not answered, or a dispute not decided, is told where."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS
from workflow.definition import Definition
from workflow.proof import UnitStaff, prove, prove_staffing
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param(
        "undecided_dispute",
        'takes = ["support"]\ndoes = ["assign"]\n\n[[steps]]\naction = "transfer"',
        'takes = ["support"]\n\n[[steps]]\naction = "transfer"',
        "adjudicate",
        id="an adjudicator who says nothing of who handles the case",
    ),
    pytest.param(
        "groundless_dispute",
        'does = ["give_back"]\nonly_if = ["returned_before"]',
        'does = []\nonly_if = ["returned_before"]',
        "dispute",
        id="a dispute where nothing was returned",
    ),
    pytest.param(
        "unanswered_return",
        'from = "assigned"\nto = "redispatching"',
        'from = "assigned"\nto = "verifying"',
        "return",
        id="a return to whom cannot assign it anew",
    ),
    pytest.param("unanswered_part", 'does = ["release_part"]', "does = []", "release_part", id="no way to let go"),
]


def read(old: str, new: str) -> Definition:
    assert LAW.count(old) == 1
    return parse(LAW.replace(old, new), "proposal.toml", WORDS)


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_law_that_leaves_a_quarrel_undecided_is_told_where(rule: str, old: str, new: str, word: str) -> None:
    law = read(old, new)
    if rule == "undecided_dispute":  # the other decision is in the way of showing it
        text = law.source.replace('does = ["decide_part"]', "does = []")
        law = parse(text, "proposal.toml", WORDS)
    findings = [finding for finding in prove(law) if finding.rule == rule]
    assert findings and word in findings[0].path
    assert findings[0].line > 1
    assert findings[0].zh.endswith("。") and findings[0].en.endswith(".")


def test_a_state_of_the_adjudicator_that_no_step_leaves_is_found() -> None:
    law = read('from = "adjudicating"\nto = "assigned"\nby = "adjudicator"', 'from = "adjudicating"\nby = "supervisor"')
    law = parse(law.source.replace('to = "handling"\nby = "adjudicator"', 'by = "adjudicator"'), "x", WORDS)
    found = {finding.rule: finding for finding in prove(law)}
    assert "adjudicating" in found["stuck_owner"].path


def test_an_adjudicator_that_no_unit_has_is_found_with_the_line_of_units_that_was_searched() -> None:
    law = parse(LAW, "proposal.toml", WORDS)
    everyone = frozenset({"reviewer", "handler", "supervisor", "leader"})
    city = UnitStaff("c", "市总工会", None, everyone - {"supervisor"})
    town = UnitStaff("t", "镇工会", "c", frozenset({"supervisor", "handler"}))
    village = UnitStaff("v", "村工会", "t", frozenset())
    findings = [finding for finding in prove_staffing(law, [city, town, village]) if "裁定人" in finding.zh]
    (finding,) = findings  # the town and its village have a supervisor above their departments, the city has none
    assert (finding.rule, finding.path) == ("unfilled", ("市总工会",))
    assert "共 1 个单位" in finding.zh and "adjudicator" in finding.en
    assert finding.line == next(n for n, text in enumerate(LAW.splitlines(), 1) if 'owner = "adjudicator"' in text)
    assert not prove_staffing(law, [UnitStaff("c", "市总工会", None, everyone), town, village])
