"""A law whose group review could go wrong is told where; votes are counted as the law says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.words import WORDS, WORKFLOWS
from workflow.law_text import LawError
from workflow.proof import UnitStaff, prove, prove_staffing
from workflow.provisions import Review
from workflow.reading import parse
from workflow.tally import ABSTAIN, ACCEPT, OUTCOMES, REJECT, RETURN, Tally

LAW = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
TABLE = LAW[LAW.index("[review] ") : LAW.index("[history]")]

#: Rule, what is replaced, by what, and a word of the finding's path.
BROKEN = [
    pytest.param("review_table", TABLE, "", "convene", id="votes without [review]"),
    pytest.param("review_table", 'does = ["vote"]\n', "", "vote", id="[review] without votes"),
    pytest.param("vote_convened", 'does = ["convene"]\n', "", "convene", id="a vote without a group"),
    pytest.param(
        "vote_recorded",
        'does = ["record_reject", "end_assignments"]\nonly_if = ["reject_carried"]\n',
        'does = ["end_assignments"]\n',
        "record_reject",
        id="a no",
    ),
    pytest.param(
        "vote_recorded",
        'to = "rejected"\nby = "chair"',
        'to = "rejected"\nby = "supervisor"',
        "record_reject",
        id="recorded by another",
    ),
    pytest.param(
        "vote_recorded",
        'takes = ["chair"]\ndoes = ["recuse"]',
        'does = ["recuse"]',
        "chair",
        id="a chair who withdraws and leaves none",
    ),
]


@pytest.mark.parametrize(("rule", "old", "new", "word"), BROKEN)
def test_a_law_whose_vote_could_go_wrong_is_told_where(rule: str, old: str, new: str, word: str) -> None:
    assert LAW.count(old) == 1
    findings = prove(parse(LAW.replace(old, new), "proposal.toml", WORDS))
    assert rule in {finding.rule for finding in findings}
    (finding, *_) = [finding for finding in findings if finding.rule == rule]
    assert word in finding.path
    assert finding.line and finding.zh.endswith("。") and finding.en.endswith(".")


def test_a_law_in_which_a_tie_has_no_way_on_is_told_so() -> None:
    text = LAW.replace('only_if = ["nothing_carried"]\n', "").replace('only_if = ["no_decision"]\n', "")
    findings = [finding for finding in prove(parse(text, "proposal.toml", WORDS)) if finding.rule == "vote_recorded"]
    assert [finding.path[-1] for finding in findings] == ["vote_again"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('quorum   = "1/2"', "quorum   = 0", "from 2 to 50"),
        ('quorum   = "1/2"', "quorum   = 1", "from 2 to 50"),
        ('quorum   = "1/2"', "quorum   = 51", "from 2 to 50"),
        ('quorum   = "1/2"', "quorum   = true", "a number of people"),
        ('quorum   = "1/2"', "quorum   = 0.5", "a number of people"),
        ('quorum   = "1/2"', 'quorum   = "3/2"', "more than all"),
        ('quorum   = "1/2"', 'quorum   = "0/2"', "a share"),
        ('quorum   = "1/2"', "", "quorum"),
        ('majority = "1/2"', 'majority = "1/3"', "less than a half"),
        ('majority = "1/2"', 'majority = "4/3"', "more than all"),
        ('majority = "1/2"', "majority = 1", "a share"),
        ('majority = "1/2"', "", "majority"),
        ('majority = "1/2"', 'majority = "1/2"\nveto = "chair"', "veto"),
        ('tell = ["late_reviewers"] }', 'tell = ["late_reviewer"] }', "late_reviewer"),
        ('by = "panel"\nneeds = ["vote"', 'by = "late_reviewers"\nneeds = ["vote"', "late_reviewers"),
    ],
)
def test_a_table_of_review_with_a_fault_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    assert LAW.count(old) == 1
    with pytest.raises(LawError, match="line") as refused:
        parse(LAW.replace(old, new), "proposal.toml", WORDS)
    assert says in refused.value.en


CITY = UnitStaff("c", "市总工会", None, frozenset({"reviewer", "supervisor", "leader", "handler"}), reviewers=3)
TOWN = UnitStaff("t", "镇总工会", "c", frozenset({"reviewer"}), reviewers=2)
FIRM = UnitStaff("f", "企业工会", "t", frozenset())


def test_a_quorum_that_the_reviewers_of_a_unit_cannot_reach_is_told_once_with_the_units_concerned() -> None:
    law = parse(LAW.replace('quorum   = "1/2"', "quorum   = 3"), "proposal.toml", WORDS)
    (finding,) = prove_staffing(law, [CITY, TOWN, FIRM])
    assert (finding.rule, finding.path, finding.line) == (
        "quorum",
        ("镇总工会",),
        LAW[: LAW.index("[review] ")].count("\n") + 1,
    )
    assert "只有 2 人" in finding.zh and "至少要 3 人" in finding.zh and "2 个单位" in finding.zh
    assert prove_staffing(law, [CITY, replace(TOWN, reviewers=3), FIRM]) == []


def test_a_share_of_those_entitled_is_always_reached_unless_nobody_else_can_be_named() -> None:
    law = parse(LAW, "proposal.toml", WORDS)
    assert prove_staffing(law, [CITY, replace(TOWN, reviewers=1), FIRM]) == []
    alone = parse(LAW.replace('takes = ["panel", "accused", "reason"]', ""), "proposal.toml", WORDS)
    (finding,) = prove_staffing(alone, [CITY, replace(TOWN, reviewers=1), FIRM])
    assert "只有 1 人" in finding.zh and "至少要 2 人" in finding.zh


HALF, THIRDS, ALL = Fraction(1, 2), Fraction(2, 3), Fraction(1)


@pytest.mark.parametrize(
    ("quorum", "majority", "entitled", "votes", "carried", "is_final"),
    [
        (HALF, HALF, 3, {}, None, False),
        (HALF, HALF, 3, {ACCEPT: 2}, ACCEPT, True),
        (HALF, HALF, 4, {ACCEPT: 2}, ACCEPT, False),  # two more could make it a tie
        (HALF, HALF, 4, {ACCEPT: 2, REJECT: 2}, None, True),
        (HALF, HALF, 3, {ACCEPT: 1, REJECT: 1, ABSTAIN: 1}, None, True),
        (HALF, HALF, 3, {ACCEPT: 1, REJECT: 1, RETURN: 1}, None, True),
        (HALF, HALF, 3, {ABSTAIN: 3}, None, True),
        (HALF, HALF, 3, {ACCEPT: 1, ABSTAIN: 2}, ACCEPT, True),
        (HALF, THIRDS, 3, {ACCEPT: 2, REJECT: 1}, ACCEPT, True),  # two thirds are two thirds
        (HALF, THIRDS, 5, {ACCEPT: 3, REJECT: 2}, None, True),
        (HALF, ALL, 3, {ACCEPT: 2, REJECT: 1}, None, True),
        (3, HALF, 3, {ACCEPT: 2}, None, False),  # the quorum is still to come
        (3, HALF, 2, {ACCEPT: 2}, None, True),  # and here it never will
        (HALF, HALF, 1, {ACCEPT: 1}, None, True),  # one is no group
    ],
)
def test_what_carries(
    quorum: int | Fraction,
    majority: Fraction,
    entitled: int,
    votes: dict[str, int],
    carried: str | None,
    is_final: bool,
) -> None:
    review = Review(quorum, majority, 1)
    tally = Tally(review, review.needed(entitled), entitled, votes)
    assert (tally.carried, tally.is_final) == (carried, is_final)


@given(
    entitled=st.integers(2, 6),
    quorum=st.sampled_from([2, 3, HALF, THIRDS]),
    majority=st.sampled_from([HALF, THIRDS, ALL]),
    choices=st.lists(st.sampled_from([*OUTCOMES, ABSTAIN]), max_size=6),
)
def test_what_is_final_is_what_no_further_votes_can_change(
    entitled: int, quorum: int | Fraction, majority: Fraction, choices: list[str]
) -> None:
    review, cast = Review(quorum, majority, 1), choices[:entitled]

    def tally(given: list[str]) -> Tally:
        return Tally(review, review.needed(entitled), entitled, {one: given.count(one) for one in set(given)})

    def ends(given: list[str]) -> set[str | None]:
        if len(given) == entitled:
            return {tally(given).carried}
        return {end for one in (*OUTCOMES, ABSTAIN) for end in ends([*given, one])} | {tally(given).carried}

    now = tally(cast)
    later = ends(cast) if now.has_quorum or not now.can_have_quorum else ends(cast) | {"open"}
    assert now.is_final is (later == {now.carried} or now.out == 0)
