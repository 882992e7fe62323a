"""A law that keeps people apart who cannot be is told where; words of its table are read strictly."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS
from workflow.law_text import LawError
from workflow.proof import UnitStaff, prove, prove_staffing
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
SUPERVISOR = 'supervisor = ["supervisor", "parent.supervisor", "adjudicator", "leader"]'
REVIEWER = 'reviewer   = ["reviewer", "panel", "chair"]'

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param("separation_roles", REVIEWER, 'reviewer = ["reviewer", "anyone"]', "anyone"),
    pytest.param("separation_roles", REVIEWER, 'reviewer = ["reviewer", "climbed_to"]', "climbed_to"),
    pytest.param("separation_roles", REVIEWER, 'reviewer = ["reviewer", "parent.head"]', "parent.head"),
    pytest.param(
        "separation_desks",
        SUPERVISOR,
        'supervisor = ["supervisor"]\nabove = ["parent.supervisor"]',
        "parent.supervisor",
    ),
    pytest.param("separation_desks", SUPERVISOR, 'supervisor = ["supervisor"]\njudge = ["adjudicator"]', "adjudicator"),
]


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_separation_that_can_never_be_satisfied_is_told_where(rule: str, old: str, new: str, word: str) -> None:
    assert LAW.count(old) == 1
    findings = prove(parse(LAW.replace(old, new), "proposal.toml", WORDS))
    assert {finding.rule for finding in findings} == {rule}
    assert word in findings[0].path
    assert findings[0].zh.endswith("。") and findings[0].en.endswith(".")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (REVIEWER, 'reviewer = ["king"]', '"king" is no role'),
        (REVIEWER, 'reviewer = ["reviewer", "lead"]', '"lead" belongs to handler already'),
        (REVIEWER, "reviewer = []", "names no role"),
        (f"{SUPERVISOR}\n", "", ""),
        ('handler    = ["lead", "support", "delegate", "promisor"]', 'Handler = ["lead"]', "no name"),
    ],
)
def test_a_separation_with_a_fault_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    assert LAW.count(old) == 1
    text = LAW.replace(old, new)
    if not says:  # two capacities are left, which is sound; one alone keeps nobody apart
        assert prove(parse(text, "proposal.toml", WORDS)) == []
        start = text.index(REVIEWER)
        text, says = text[:start] + text[text.index("[history]") :], "two capacities"
    with pytest.raises(LawError, match="line") as refused:
        parse(text, "proposal.toml", WORDS)
    assert says in refused.value.en


def test_one_person_who_would_have_to_review_and_to_supervise_is_told_at_the_topmost_unit() -> None:
    law = parse(LAW, "proposal.toml", WORDS)
    duties = frozenset({"reviewer", "supervisor", "leader", "handler"})
    alone = {"reviewer": frozenset({1}), "supervisor": frozenset({1}), "handler": frozenset({1})}
    county = UnitStaff("c", "县总工会", None, duties, holders=alone)
    town = UnitStaff("t", "镇工会", "c", frozenset())
    (finding,) = prove_staffing(law, [county, town])
    assert (finding.rule, finding.path) == ("inseparable", ("县总工会",))
    assert "督查人员" in finding.zh and "supervisor" in finding.en
    two = UnitStaff("c", "县总工会", None, duties, holders=alone | {"supervisor": frozenset({1, 2})})
    assert prove_staffing(law, [two, town]) == []
    own = UnitStaff("t", "镇工会", "c", frozenset(), holders={"reviewer": frozenset({2}), "supervisor": frozenset({2})})
    assert [one.path for one in prove_staffing(law, [county, own])] == [("县总工会",)]  # the town has the county above
