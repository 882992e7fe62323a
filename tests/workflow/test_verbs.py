"""A law whose verbs could lead past a review, or leave an order without an answer, is told where."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS, shipped
from workflow.law_text import LawError
from workflow.paths import Paths
from workflow.proof import prove
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
GO_BACK = (
    'to = ["in_review", "assigned", "handling"]\nby = "supervisor"\nneeds = ["point", "reason"]\ndoes = ["go_back"]'
)
ORDERS = 'answer = { label = "督办答复", label_en = "Answer to an order", limit = "3wd", ladder = "order" }'
RECALL = 'from = "verifying"\nto = "handling"\nby = "lead"\ndoes = ["recall", "take_up_again"]'

#: Rules, what is replaced, by what, and a word of the first finding's path.
BROKEN = [
    pytest.param({"picked_point", "unasked"}, GO_BACK, GO_BACK.replace('"point", ', ""), "go_back"),
    pytest.param({"picked_point"}, GO_BACK, GO_BACK.replace('does = ["go_back"]', ""), "go_back"),
    pytest.param({"picked_point"}, GO_BACK, GO_BACK.replace('"assigned", "handling"', ""), "go_back"),
    pytest.param(
        {"recalled_past_review"},
        'from = "assigned"\nto = "in_review"\nby = "reviewer"\ndoes = ["recall", "unassign"]',
        'from = "in_review"\nto = "handling"\nby = "supervisor"\ndoes = ["recall"]',
        "handling",
    ),
    pytest.param({"recalled_step"}, RECALL, RECALL.replace('"lead"', '"leader"'), "handling"),
    pytest.param({"answered_order"}, 'by = "ordered"', 'by = "leader"', "answer"),
    pytest.param({"answered_order"}, ORDERS, "", "answer"),
    pytest.param({"answered_order"}, 'from = "open"\nby = "ordered"', 'from = "handling"\nby = "ordered"', "answer"),
]


@pytest.mark.parametrize(("rules", "old", "new", "word"), BROKEN)
def test_a_law_whose_verbs_lead_astray_is_told_where(rules: set[str], old: str, new: str, word: str) -> None:
    assert LAW.count(old) == 1
    findings = prove(parse(LAW.replace(old, new), "proposal.toml", WORDS))
    assert {finding.rule for finding in findings} == rules
    first = next(finding for finding in findings if finding.rule in rules - {"unasked"})
    assert word in first.path
    assert first.zh.endswith("。") and first.en.endswith(".")


def test_a_step_with_several_targets_leads_to_each_but_the_one_it_leaves() -> None:
    law = shipped("proposal")
    ways = {(one.source.name, one.target.name) for one in Paths(law).arrows if one.step.action == "go_back"}
    assert ways == {
        (source, target)
        for source in ("handling", "verifying")
        for target in ("in_review", "assigned", "handling")
        if source != target
    }
    (step,) = [one for one in law.steps if one.action == "go_back"]
    assert (step.target, step.targets) == (None, ("in_review", "assigned", "handling"))


def test_one_target_in_a_list_is_one_target() -> None:
    law = parse(LAW.replace('to = "verifying"', 'to = ["verifying"]'), "proposal.toml", WORDS)
    assert next(one for one in law.steps if one.action == "report").target == "verifying"


def test_a_target_that_is_no_state_is_refused_with_its_line() -> None:
    with pytest.raises(LawError, match="line") as refused:
        parse(LAW.replace('"assigned", "handling"]\nby', '"kitchen"]\nby'), "proposal.toml", WORDS)
    assert "kitchen" in refused.value.en
