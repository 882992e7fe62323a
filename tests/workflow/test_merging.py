"""A law in which a merged case could be lost is told where; its table is read strictly."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS, shipped
from workflow.law_text import LawError
from workflow.proof import prove
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
MERGE = 'does = ["merge_into", "end_assignments"]'

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param("merged_rated", 'needs = ["rating"]\ntakes = ["reason"]\ndoes = ["rate_merged"]', "", "merged"),
    pytest.param("merged_released", 'by = ["reviewer", "system"]', 'by = "reviewer"', "merged"),
    pytest.param("merged_released", 'by = ["reviewer", "system"]', 'by = ["submitter", "system"]', "merged"),
    pytest.param(
        "merged_released", 'from = "merged"\nto = "in_review"', 'from = "merged"\nto = "awaiting_submitter"', "merged"
    ),
    pytest.param("merged_followed", 'by = "system"\ndoes = ["merge_along"]', 'by = "reviewer"', "merged"),
    pytest.param("merging_table", MERGE, 'does = ["end_assignments"]', "merging"),
    pytest.param("merging_table", "[merging] ", "[nothing] ", "merging"),
]


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_law_in_which_a_merged_case_could_be_lost_is_told_where(rule: str, old: str, new: str, word: str) -> None:
    assert LAW.count(old) == 1
    text = LAW.replace(old, new)
    if new == "[nothing] ":  # the table goes with its one key
        text = "".join(line for line in text.splitlines(True) if not line.startswith(("[nothing]", "counts")))
    findings = prove(parse(text, "proposal.toml", WORDS))
    assert {finding.rule for finding in findings} == {rule}
    assert word in findings[0].path
    assert findings[0].zh.endswith("。") and findings[0].en.endswith(".")


def test_a_law_that_says_nothing_of_merged_cases_needs_no_more_words_for_them() -> None:
    assert shipped("grievance").merging is None
    assert prove(shipped("grievance")) == []


def test_merged_cases_count_as_one_unless_the_law_says_each() -> None:
    merging = shipped("proposal").merging
    assert merging is not None and merging.counts == "once"
    each = parse(LAW.replace('counts = "once"', 'counts = "each"'), "proposal.toml", WORDS).merging
    assert each is not None and each.counts == "each"


@pytest.mark.parametrize(
    ("new", "says"), [('counts = "twice"', "twice"), ("counts = 1", "counts"), ('count = "once"', "count")]
)
def test_a_table_of_merging_with_a_fault_is_refused_with_its_line(new: str, says: str) -> None:
    with pytest.raises(LawError, match="line") as refused:
        parse(LAW.replace('counts = "once"', new), "proposal.toml", WORDS)
    assert says in refused.value.en
