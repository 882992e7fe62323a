"""A limit that many voices made shorter is counted again once holidays are published, and verified like any other."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from cases.broken import ChainBroken
from cases.calendars import shipped
from cases.explaining import explain
from cases.record.clock import ClockSpan
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from tests.cases.calendar_acts import of_2027, published
from tests.cases.test_ladders import moment
from tests.cases.voices import neighbours
from tests.cases.world import HOUR, MINUTE, Story, World
from workflow.clocks import Figures, shorten
from workflow.limits import Limit


def shortened(world: World) -> Story:
    """Bring a case late in the year to its handling, with ten voices."""
    story = Story(world, at=moment("12-21 09:00")).up_to("sign_for")
    for login in neighbours(world, 10):
        story.then("endorse", login, after=MINUTE)
    return story


def test_it_follows_a_calendar_that_is_published_later_and_is_explained_from_its_beginning(world: World) -> None:
    story = shortened(world)
    before = world.clock(story.number, "state")
    assert before.is_provisional and (before.due_at or story.at) < (before.first_due_at or story.at)
    published(world, of_2027, story.at + HOUR)
    after = world.clock(story.number, "state")
    assert not after.is_provisional and after.due_at is not None and before.due_at is not None
    assert after.due_at >= before.due_at  # the New Year's holiday is known now
    with reading(world.db) as db:
        shown = next(one for one in explain(db, story.case) if one.clock.id == after.id)
    assert shown.days[-1].total_days == 10
    world.check()


def test_a_stretch_whose_limit_was_changed_behind_its_events_is_found(world: World) -> None:
    story, spans = shortened(world), table_of(ClockSpan)
    with transaction(world.db) as db:
        db.connection().execute(update(spans).where(spans.c.why == "shorten").values(limit="20wd"))
    with pytest.raises(ChainBroken, match="clock_spans"):
        world.check()
    assert story.number


def test_a_shorter_limit_never_lengthens_and_touches_no_clock_that_stands_still() -> None:
    office, at = shipped(), moment("11-16 09:00")
    running, paused = Figures(Limit(3, "wd"), moment("11-19 17:30")), Figures(Limit(3, "wd"), None)
    assert shorten(office, running, Limit(10, "wd"), at, at) == running
    assert shorten(office, paused, Limit(1, "wd"), at, at) == paused
    assert shorten(office, running, Limit(2, "wd"), at, at).due_at == moment("11-18 17:30")
    assert shorten(office, running, Limit(2, "wh"), at, at + HOUR).due_at == moment("11-17 17:30")
