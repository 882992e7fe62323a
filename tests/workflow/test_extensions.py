"""A law by which somebody could give themselves more time, or nobody could, is told where; caps are read strictly."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS, shipped
from workflow.law_text import LawError
from workflow.limits import Limit
from workflow.proof import prove
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
DECIDES = 'does = ["decide_extension"]\nonly_if = ["extension_pending", "not_the_asker", "high_enough"]'
BY = 'by = ["supervisor", "leader", "parent.supervisor"]      # in order of rank\nneeds = ["approve"]\n'

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param(
        "own_extension",
        DECIDES,
        DECIDES.replace('"not_the_asker", ', ""),
        "decide_extension",
        id="whoever asked may decide",
    ),
    pytest.param(
        "own_extension",
        BY + 'takes = ["reason"]',
        BY.replace('["supervisor"', '["lead", "supervisor"') + 'takes = ["reason"]',
        "decide_extension",
        id="asked and decided in one role",
    ),
    pytest.param(
        "undecided_extension",
        'action = "request_extension"\nlabel = "申请延期"\nlabel_en = "Request extension"\nfrom = "handling"',
        'action = "request_extension"\nlabel = "申请延期"\nlabel_en = "Request extension"\n'
        'from = ["handling", "assigned"]',
        "assigned",
        id="nobody decides there",
    ),
    pytest.param(
        "extension_level", '"10wd", by = "leader"', '"10wd", by = "reviewer"', "decide_above", id="a level that may not"
    ),
    pytest.param(
        "extension_level", 'owner = "supervisor" }', 'owner = "reviewer" }', "decide", id="called, but may not decide"
    ),
    pytest.param(
        "extension_level", DECIDES, DECIDES.replace(', "high_enough"', ""), "high_enough", id="a level not asked for"
    ),
    pytest.param(
        "uncounted_extension",
        '"before_the_limit", "extensions_left"]',
        '"before_the_limit"]',
        "extensions_left",
        id="as often as they like",
    ),
]


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_law_with_a_flaw_in_its_extensions_is_told_where(rule: str, old: str, new: str, word: str) -> None:
    assert LAW.count(old) == 1
    findings = prove(parse(LAW.replace(old, new), "proposal.toml", WORDS))
    assert {finding.rule for finding in findings} == {rule}
    assert word in findings[0].path
    assert findings[0].line > 1
    assert findings[0].zh.endswith("。") and findings[0].en.endswith(".")


def test_the_caps_of_a_law_are_typed_and_a_law_without_the_table_has_none() -> None:
    caps = shipped("proposal").extensions
    assert caps is not None and caps.above is not None
    assert (caps.most, caps.longest) == (2, Limit(30, "d"))
    assert (caps.above.longer_than, caps.above.by) == (Limit(10, "wd"), "leader")
    clock = shipped("proposal").besides["decide_above"]
    assert (clock.owner, clock.limit, clock.ladder) == ("leader", Limit(1, "wd"), "decision")
    assert shipped("grievance").extensions is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("most    = 2", "most    = 0", "0"),
        ("most    = 2", "most    = true", "True"),
        ('longest = "30d"', 'longest = "a month"', "a month"),
        ('longest = "30d"', 'longset = "30d"', "longset"),
        ('by = "leader" }', 'by = "nobody" }', "nobody"),
        ('longer_than = "10wd", ', "", "None"),
    ],
)
def test_a_table_of_extensions_with_a_fault_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    assert LAW.count(old) == 1
    with pytest.raises(LawError, match="line") as refused:
        parse(LAW.replace(old, new), "proposal.toml", WORDS)
    assert says in refused.value.en
    head = LAW.splitlines().index(next(line for line in LAW.splitlines() if line.startswith("[extensions]"))) + 1
    assert any(f"line {line}:" in refused.value.en for line in range(head, head + 5))
