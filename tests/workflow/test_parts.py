"""A law in which a support department could be forgotten is told where; words of its table are read strictly."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS
from workflow.law_text import LawError
from workflow.proof import prove
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
PART_CLIMB = '{ at = "+3wd", do = "climb",   tell = ["parent.supervisor"] },\n]\nreferral'

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param(
        "part_deeds", 'by = "support"\ndoes = ["sign_part"]', 'by = "lead"\ndoes = ["sign_part"]', "sign_part"
    ),
    pytest.param("part_deeds", 'does = ["waive_part"]', "does = []", "waive_part"),
    pytest.param(
        "part_ladder",
        'do = "yellow",  tell = ["owner_head", "supervisor"] },\n  ' + PART_CLIMB,
        'do = "act", action = "withdraw" },\n  ' + PART_CLIMB,
        "+1wd",
    ),
    pytest.param(
        "beside_ladder",
        'limit = "1wd", ladder = "decision"',
        'limit = "1wd", ladder = "lapse"',
        "+5wd",
    ),
    pytest.param(
        "part_ladder", PART_CLIMB, '{ at = "+3wd", do = "red",     tell = ["owner_head"] },\n]\nreferral', "+3wd"
    ),
]


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_law_in_which_a_department_could_be_forgotten_is_told_where(rule: str, old: str, new: str, word: str) -> None:
    assert LAW.count(old) == 1
    findings = prove(parse(LAW.replace(old, new), "proposal.toml", WORDS))
    assert {finding.rule for finding in findings} == {rule}
    assert word in findings[0].path
    assert findings[0].zh.endswith("。") and findings[0].en.endswith(".")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("sign = {", "seal = {", "seal"),
        ('"Support to sign",   limit = "1wd",  ladder = "part"', '"Support to sign", ladder = "part"', "limit"),
        ('"Support to sign",   limit = "1wd",  ladder = "part"', '"x", limit = "1wd", ladder = "none"', "none"),
        ('done = { label = "协办办理", label_en = "Support to finish", limit = "10wd", ladder = "part" }', "", "done"),
    ],
)
def test_a_table_of_parts_with_a_fault_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    assert LAW.count(old) == 1
    with pytest.raises(LawError, match="line") as refused:
        parse(LAW.replace(old, new), "proposal.toml", WORDS)
    assert says in refused.value.en
