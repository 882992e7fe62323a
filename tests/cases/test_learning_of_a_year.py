"""Two cases live the same life: one learns of a year's arrangement halfway, the other knew it from the start."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from cases.act import act, find
from cases.calendars import calendar, shipped
from cases.climbing import level_of, post_of
from cases.clocks import CLIMB, running_clocks
from cases.explaining import explain
from cases.firing import fire
from cases.record.database import reading, transaction
from cases.seats import people_at
from cases.verifying import verify_database
from tests.cases.calendar_acts import of_2027, published, without_2027
from tests.cases.test_clocks_rows import moment
from tests.cases.world import MINUTE, Story, Turn, World, check_case
from workflow.errors import Refusal

EXAMPLES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "12"))

DEEDS: tuple[tuple[Turn, ...], ...] = (
    (("accept", "li", {"category": "其他", "tier": "B", "lead": "D"}), ("sign_for", "wang", {})),
    (("ask_submitter", "li", {"reason": "缺材料"}),),
    (("supplement", "zhang", {"note": "材料"}),),
    (
        ("request_extension", "wang", {"reason": "取证", "extra": "5wd"}),
        ("decide_extension", "zhao", {"approve": "yes"}),
    ),
    (("acknowledge", "", {"measure": "extend", "extra": "8wd", "reason": "情况复杂"}),),  # by whom it has climbed to
    (("put_on_account", "zhao", {"promise": "明年", "promised_on": "2027-09-01"}),),
    (("take_off_account", "zhao", {"result": "已批"}),),
    (("report", "wang", {"answer": "已办"}), ("verify", "zhao", {}), ("unsatisfied", "zhang", {"reason": "未解决"})),
)
#: Which deed is tried first, and how many minutes after the one before.
lives = st.lists(st.tuples(st.integers(0, len(DEEDS) - 1), st.integers(1, 60 * 24 * 20)), max_size=5)


def lived(story: Story, life: Iterable[tuple[int, int]]) -> list[tuple[Turn, int]]:
    """Let a case live, each time with the first deed that it allows, and return what happened after how long."""
    happened = []
    for first, wait in life:
        for deed in DEEDS[first:] + DEEDS[:first]:
            if _is_done(story, deed[0], wait):
                happened.append((deed[0], wait))
                happened += [(act, 1) for act in deed[1:] if _is_done(story, act, 1)]
                break
    return happened


def _is_done(story: Story, act: Turn, wait: int) -> bool:
    action, by, form = act
    try:
        story.at += wait * MINUTE
        if by:
            story.then(action, by, after=timedelta(), **form)
        else:
            _from_above(story, action, form)
    except Refusal:
        story.at -= wait * MINUTE
        return False
    return True


def _from_above(story: Story, action: str, form: dict[str, str]) -> None:
    """Fire what is due of a case and let whom it has climbed to act; where it has not climbed, nothing has happened."""
    at = story.at
    with transaction(story.world.db) as db:
        case = find(db, story.number)
        while due := [clock for clock in running_clocks(db, case.id or 0) if clock.next_at and clock.next_at <= at]:
            fire(db, min(due, key=lambda clock: clock.next_at), at)
        level = level_of(db, case)
        people = people_at(db, post_of(level), at)[1] if level else []
        act(db, find(db, story.number), action, by=people[0] if people else None, at=at, form=form)


def standing(world: World, story: Story) -> list[tuple[object, ...]]:
    """Return where the clocks of a case stand, whichever rows they run for."""
    running = [clock for clock in world.clocks(story.number, running=True) if clock.kind != CLIMB]
    states = [clock.state and clock.state.partition(".")[0] for clock in running]
    return [
        (c.kind, state, c.limit, c.due_at, c.remaining, c.is_provisional)
        for c, state in zip(running, states, strict=True)
    ]


@given(st.integers(0, 60 * 24 * 60), lives, lives)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_who_learns_of_a_year_halfway_stands_where_one_stands_who_knew_it_from_the_start(
    world: World, minutes: int, before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    begins = moment("11-16 09:00") + timedelta(minutes=minutes)
    with reading(world.db) as db:
        is_known = calendar(db).is_published(2027)  # from the example before
    if is_known:
        published(world, without_2027, begins)
    learns = Story(world, at=begins).up_to("submit")
    first = lived(learns, before)
    published(world, of_2027, learns.at)

    knows = Story(world, at=begins).up_to("submit")
    # Who knows that a limit is nearer may be too late to ask for more time, and then does not live the same life.
    assume(all(_is_done(knows, act, wait) for act, wait in first))
    assert standing(world, learns) == standing(world, knows)
    assert lived(learns, after) == lived(knows, after)
    assert standing(world, learns) == standing(world, knows)

    clocks = world.clocks(learns.number, running=True)
    event(f"stretches of the clocks that run: {[clock.spans for clock in clocks]}")
    with reading(world.db) as db:
        for story in (learns, knows):
            check_case(db, story.case)
            verify_database(db, story.case.id)
            for each in explain(db, story.case):
                if each.clock.due_at and each.days:
                    assert each.days[-1].date == each.clock.due_at.astimezone(shipped().zone).date()
