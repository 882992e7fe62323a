"""Whatever a group does, in whatever order: no vote is counted twice, and what is recorded is what a recount finds."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from cases.ballots import ballots_of, seats_of
from cases.record.database import reading
from cases.record.people import Duty
from cases.record.review import Ballot
from tests.cases.panels import stands_in
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY
from workflow.errors import Refusal

EXAMPLES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "20"))
PANEL = ("li", "shuang", "feng", "tang")
#: Members, a deputy of two of them for three days, a member who stands in for another, and people of no group.
PEOPLE = (*PANEL, "wu", "zhao", "wang", "zhang")
CHOICES = ("accept", "accept", "reject", "return", "abstain")
RECORDS = ("carry", "vote_down", "vote_back", "vote_again")
PASSED = st.sampled_from((1, 1, 1, 30, 60)).map(lambda hours: timedelta(hours=hours))
#: One person tries one thing; or everybody votes, and then each member tries to record something.
ATTEMPT = st.tuples(
    st.sampled_from(PEOPLE),
    st.one_of(
        st.tuples(st.just("vote"), st.sampled_from(CHOICES)),
        st.tuples(st.sampled_from(("recuse", "name_chair", "dissolve", *RECORDS)), st.sampled_from(PANEL)),
        st.tuples(st.sampled_from(("convene", "withdraw", "accept")), st.sampled_from(PANEL)),
    ),
    PASSED,
).map(lambda one: [one])
ROUND = st.tuples(
    st.lists(st.sampled_from(CHOICES), min_size=len(PANEL), max_size=len(PANEL)), st.sampled_from(RECORDS), PASSED
).map(
    lambda drawn: (
        [(login, ("vote", word), drawn[2]) for login, word in zip(PANEL, drawn[0], strict=True)]
        + [(login, (record, "li"), timedelta(minutes=1)) for record in (drawn[1], *RECORDS[:3]) for login in PANEL]
    )
)
ACTS = st.lists(st.one_of(ATTEMPT, ATTEMPT, ATTEMPT, ROUND), min_size=4, max_size=16).map(
    lambda groups: [act for group in groups for act in group]
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, accused=st.sampled_from((None, None, "D", "T")))
def lives(world: World, acts: list[tuple[str, tuple[str, str], timedelta]], accused: str | None) -> None:
    """Let a case live through some acts, many of which the law refuses, and recount after each."""
    story = Story(world)
    story.then("submit", "zhang")
    first: dict[str, Any] = {"chair": "li", "panel": list(PANEL)} | ({"accused": accused} if accused else {})
    story.then("convene", "li", **first)
    for login, (action, word), passed in acts:
        before = story.case.version
        try:
            story.then(action, login, after=passed, **form_of(action, word))
        except Refusal as refusal:
            assert refusal.zh and refusal.en
            assert story.case.version == before
        else:
            recount(world, story)


@pytest.fixture
def town(world: World) -> World:
    """Lets Wu stand in for Li and Feng for three days, and Shuang for Tang."""
    stands_in(world, "wu", "li", days=3)
    stands_in(world, "wu", "feng", "P", days=3)
    stands_in(world, "shuang", "tang", "T", days=30)
    return world


def test_no_vote_counts_twice_and_what_is_recorded_is_what_a_recount_finds(town: World) -> None:
    lives(town)
    with reading(town.db) as db:
        assert {"accept", "reject", "return"} & set(db.exec(select(Ballot.outcome)))  # they came to ends
    town.check()


def form_of(action: str, word: str) -> dict[str, Any]:
    """Return a form for an action; the word is a vote, or a member."""
    accepted: dict[str, Any] = {"category": "工资报酬", "tier": "A", "lead": "A"}
    forms: dict[str, dict[str, Any]] = {
        "vote": {"vote": word, "reason": "看法"},
        "recuse": {"reason": "亲属", **({"chair": word} if word != "tang" else {})},
        "carry": accepted,
        "accept": accepted,
        "convene": {"chair": word, "panel": list(PANEL)},
        "name_chair": {"chair": word, "reason": "外出"},
        "vote_again": {},
        "withdraw": {},
    }
    return forms.get(action, {"reason": "理由"})


def recount(world: World, story: Story) -> None:
    """Assert what must hold of every ballot of a case, from the rows alone."""
    with reading(world.db) as db:
        ballots = ballots_of(db, story.case)
        assert [ballot.number for ballot in ballots] == list(range(1, len(ballots) + 1))
        assert [ballot.decided_at is None for ballot in ballots].count(True) == (story.case.state == "in_vote")
        for ballot in ballots:
            seats = seats_of(db, ballot)
            assert len({seat.user_id for seat in seats}) == len(seats) == len(PANEL)
            voted = [seat for seat in seats if seat.choice is not None]
            assert all(seat.recused_at is None for seat in voted)
            assert len({seat.cast_by for seat in voted}) == len(voted)  # nobody has cast two
            for seat in voted:
                if seat.cast_by != seat.user_id:
                    duties = db.exec(
                        select(Duty).where(Duty.user_id == seat.cast_by, col(Duty.deputy_of).is_not(None))
                    ).all()
                    assert any(duty.until_at and MONDAY <= seat.cast_at < duty.until_at for duty in duties)
            counted = Counter(seat.choice for seat in voted)
            decisive = sum(counted.values()) - counted["abstain"]
            most = [choice for choice in ("accept", "reject", "return") if Fraction(counted[choice] * 2) > decisive]
            entitled = len(seats) - sum(seat.recused_at is not None for seat in seats)
            assert ballot.quorum == -(-entitled // 2)
            if ballot.outcome in ("accept", "reject", "return"):
                assert most == [ballot.outcome] and len(voted) >= ballot.quorum and entitled >= 2
            elif ballot.outcome == "none":
                assert most == [] and len(voted) >= ballot.quorum
            assert ballot.decided_at is None or ballot.decided_at <= MONDAY + 400 * DAY
