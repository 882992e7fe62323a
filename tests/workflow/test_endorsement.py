"""A law whose thresholds lead nowhere, or whose promises nobody settles, is told where; its table is read strictly."""

from __future__ import annotations

import pytest

from tests.workflow.words import WORDS, WORKFLOWS
from workflow.endorsement_rules import UnitVoices, prove_voices
from workflow.law_text import LawError
from workflow.limits import Limit
from workflow.proof import prove
from workflow.reading import parse

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
ENDORSED_FROM = LAW[
    LAW.rindex("from = ", 0, LAW.index('does = ["endorse"]')) : LAW.index('\nonly_if = ["may_endorse"]')
]
TABLE = LAW[LAW.index("[endorsement]") : LAW.index("[history]")]
RED = '{ at = "+10wd", do = "red",    tell = ["supervisor", "leader"] },'
KEPT = 'from = "any"\nby = "promisor"\nneeds = ["result"]'
TEN = '{ at = 10, do = "shorten", limit = "10wd", states = ["in_review", "handling"] },'
STRIKES = 'to = "verifying"\nby = "lead"\nneeds = ["result"]\ndoes = ["strike_off"]'

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param("threshold_unmet", ENDORSED_FROM, ENDORSED_FROM.replace('"in_review", ', ""), "50"),
    pytest.param(
        "threshold_unmet",
        'to = "in_committee"\nby = "system"',
        'to = "in_committee"\nby = "system"\nneeds = ["reason"]',
        "to_committee",
    ),
    pytest.param("threshold_order", "{ at = 2, ", "{ at = 0, ", "0"),
    pytest.param("threshold_order", "{ at = 50,", "{ at = 10,", "10"),
    pytest.param("threshold_shortens", TEN, TEN.replace("10wd", "60wd"), "60wd"),
    pytest.param("threshold_shortens", TEN, TEN.replace('["in_review", "handling"]', '["in_review"]'), "10wd"),
    pytest.param("endorsement_table", ENDORSED_FROM, ENDORSED_FROM.replace("[", '["draft", ', 1), "draft"),
    pytest.param("endorsement_table", ENDORSED_FROM, ENDORSED_FROM.replace("endorser", "support"), "endorsement"),
    pytest.param("promise_ladder", RED, RED.replace('"red",    tell = ["supervisor", "leader"]', '"climb"'), "+10wd"),
    pytest.param("promise_ladder", RED, RED.replace('"supervisor", "leader"', '"owner_head"'), "+10wd"),
    pytest.param("promise_ladder", RED, '{ at = "+10wd", do = "act", action = "withdraw" },', "+10wd"),
    pytest.param("promise_deeds", KEPT, KEPT.replace('"any"', '"open"'), "keep_promise_done"),
    pytest.param("promise_deeds", 'does = ["break_promise"]', "does = []", "break_promise"),
    pytest.param("account_exit", STRIKES, STRIKES.replace('["strike_off"]', "[]"), "strike_off"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_law_whose_thresholds_or_promises_lead_nowhere_is_told_where(
    rule: str, old: str, new: str, word: str
) -> None:
    assert LAW.count(old) == 1
    findings = prove(parse(LAW.replace(old, new), "proposal.toml", WORDS))
    assert {finding.rule for finding in findings} == {rule}
    assert any(word in finding.path for finding in findings)
    assert all(finding.zh.endswith("。") and finding.en.endswith(".") for finding in findings)


def test_a_law_that_lets_people_endorse_without_saying_who_is_refused() -> None:
    findings = prove(parse(LAW.replace(TABLE, ""), "proposal.toml", WORDS))
    assert "endorsement_table" in {finding.rule for finding in findings}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('by = ["worker", "representative"]', 'by = ["worker", "neighbour"]', "neighbour"),
        ('by = ["worker", "representative"]', "by = []", "by"),
        ("{ at = 2, ", '{ at = "two", ', "at"),
        ("{ at = 2, ", "{ at = true, ", "at"),
        ('do = "shorten"', 'do = "lengthen"', "lengthen"),
        ('do = "shorten", limit = "10wd"', 'do = "shorten", limit = "soon"', "soon"),
        ('do = "shorten", limit = "10wd"', 'do = "shorten"', "limit"),
        ('do = "act",     action = "to_committee"', 'do = "act"', "action"),
        ('states = ["in_review", "handling"]', 'states = ["closed"]', "closed"),
        ('action = "enough_voices" },', 'action = "enough_voices", states = ["handling"] },', "states"),
        ('action = "enough_voices" },', 'action = "enough_voices", colour = "red" },', "colour"),
    ],
)
def test_a_table_of_endorsement_with_a_fault_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    assert LAW.count(old) == 1
    with pytest.raises(LawError, match="line") as refused:
        parse(LAW.replace(old, new), "proposal.toml", WORDS)
    assert says in refused.value.en


def test_a_shorter_limit_without_states_holds_wherever_the_case_waits_for_the_union() -> None:
    law = parse(LAW.replace(', states = ["in_review", "handling"]', ""), "proposal.toml", WORDS)
    assert law.shorter_limit("handling", 10) == law.shorter_limit("verifying", 60) == Limit.parse("10wd")
    assert law.shorter_limit("handling", 9) is None
    assert law.shorter_limit("on_account", 60) is law.shorter_limit("closed", 60) is None  # it pauses; it has ended
    assert prove(law) == []


def test_a_unit_with_too_few_people_for_a_threshold_is_warned_of() -> None:
    law = parse(LAW, "proposal.toml", WORDS)
    units = [
        UnitVoices("C", "市总", None, frozenset({1})),
        UnitVoices("T", "镇", "C", frozenset(range(2, 9))),
        UnitVoices("E", "企业", "T", frozenset({9})),
    ]
    found = prove_voices(law, units)
    assert [(one.line > 0, one.rule, one.path, one.is_warning) for one in found] == [
        (True, "too_few_voices", ("企业",), True),  # one person, who may have raised it
        (True, "too_few_voices", ("市总", "镇", "企业"), True),  # nine, of whom one may have raised it
        (True, "too_few_voices", ("市总", "镇", "企业"), True),
    ]
    assert prove_voices(parse((WORKFLOWS / "grievance.toml").read_text("utf-8"), "g", WORDS), units) == []
