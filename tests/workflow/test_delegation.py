"""A law by which a department could be given work without a limit, or be forgotten at the end, is told where."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS
from workflow.law_text import LawError
from workflow.proof import prove
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
#: The lines of the table [parts], and of the clock of a delegation alone.
PARTS = LAW[LAW.index("[parts]") : LAW.index("[review]")]
REVIEW = next(line for line in LAW.splitlines() if line.endswith("--- 审议 review"))
DELEGATED = next(line for line in PARTS.splitlines(keepends=True) if line.startswith("delegated"))

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param("delegation_deeds", 'does = ["sign_delegated"]', "does = []", "sign_delegated"),
    pytest.param("delegation_deeds", 'does = ["report_delegated"]', "does = []", "report_delegated"),
    pytest.param("delegation_deeds", 'by = ["lead", "support"]\nneeds = ["reason"]\ntakes = ["part", "audience"]',
                 'by = "lead"\nneeds = ["reason"]\ntakes = ["part", "audience"]', "take_back"),
    pytest.param("delegation_deeds", 'does = ["delegate"]\n', "", "delegate"),
    pytest.param("limited_parts", PARTS, "", "add_support"),
    pytest.param("held_report", '"promise_in_answer"]\nonly_if = ["support_done"]', '"promise_in_answer"]', "report"),
    pytest.param("parts_left", f'does = ["end_assignments"]\n\n{REVIEW}', f"\n{REVIEW}", "withdrawn"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_law_that_forgets_a_hand_is_told_where(rule: str, old: str, new: str, word: str) -> None:
    assert LAW.count(old) == 1
    findings = prove(parse(LAW.replace(old, new), "proposal.toml", WORDS))
    assert {finding.rule for finding in findings} == {rule}
    assert word in findings[0].path
    assert findings[0].zh.endswith("。") and findings[0].en.endswith(".")


def test_a_law_may_let_work_be_delegated_without_a_limit_for_it() -> None:
    assert prove(parse(LAW.replace(DELEGATED, ""), "proposal.toml", WORDS)) == []


def test_a_limit_for_what_is_delegated_does_not_stand_alone() -> None:
    alone = PARTS.splitlines(keepends=True)[0] + DELEGATED
    with pytest.raises(LawError, match="needs both sign and done"):
        parse(LAW.replace(PARTS, alone + "\n"), "proposal.toml", WORDS)
