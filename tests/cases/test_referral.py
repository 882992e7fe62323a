"""Referred up: the parent's people have it on their desk, hear of it and answer; both times of its road are told."""

from __future__ import annotations

from datetime import timedelta

from cases.desks import desk_of
from cases.laws import law_of
from cases.record.database import reading
from cases.record.people import User
from cases.sheet import sheet_of
from cases.timeline import events_of
from cases.two_times import TwoTimes, two_times
from notifications.audience import audience_of
from notifications.happening import Happening
from tests.cases.test_ladders import moment
from tests.cases.world import DAY, HOUR, Story, World


def both(world: World, story: Story) -> TwoTimes | None:
    """Return both times of a case now."""
    with reading(world.db) as db:
        return two_times(db, story.case, story.at)


def referred(world: World) -> Story:
    """Bring a case to the union above, three days after it was raised."""
    story = Story(world).up_to("sign_for")  # Monday 12:00
    story.at = moment("11-19 09:00")
    story.then("refer_up", "zhao", after=timedelta(0), summary="全市骑手均无驿站，需省总立项")
    return story


def test_a_case_referred_up_lies_on_the_desk_of_the_union_above_which_hears_of_it(world: World) -> None:
    import json

    story = referred(world)
    with reading(world.db) as db:
        for login, expected in (("chen", [story.number]), ("zhao", [])):
            person = db.get_one(User, world.people[login])
            assert [case.number for case in desk_of(db, person, story.at).cases] == expected
        event, case = events_of(db, story.case.id or 0)[-1], story.case
        told = audience_of(
            db,
            Happening(
                event.seq, event.at, event.action, event.role, event.actor_id, event.state_from, event.state_to,
                json.loads(event.data), case, law_of(db, case.law_id),
            ),
            story.at,
        )  # fmt: skip
    assert told.people == {world.people["chen"]: "task"}
    world.check()


def test_the_parent_s_answer_comes_back_to_the_same_case_and_is_shown_as_the_parent_s(world: World) -> None:
    story = referred(world)
    story.then("reply_from_above", "chen", after=7 * DAY, answer="省总已列入明年项目")
    assert (story.case.state, story.case.unit_id) == ("handling", world.units["C"])
    with reading(world.db) as db:
        sheet = sheet_of(db, story.case, db.get_one(User, world.people["zhang"]), story.at)
        found = two_times(db, story.case, story.at)
    answers = [(said.body, happening.role) for happening, said in sheet.texts if said.field == "answer"]
    assert answers == [("省总已列入明年项目", "parent.supervisor")]
    assert found is not None
    (one,) = found.referrals
    assert (one.unit_id, one.summary, one.answer) == (
        world.units["P"],
        "全市骑手均无驿站，需省总立项",
        "省总已列入明年项目",
    )
    assert (one.replied_at or story.at) - one.referred_at == 7 * DAY
    world.check()


def test_both_times_are_told_on_the_wall_and_in_office_hours(world: World) -> None:
    story = referred(world)
    at_first = both(world, story)
    # Handed in on Monday at 10:00, referred on Thursday at 9:00: 6 hours on Monday, 7.5 on two days, half an hour.
    assert at_first is not None
    assert (at_first.own, at_first.own_minutes) == (timedelta(days=2, hours=23), 6 * 60 + 2 * 450 + 30)
    assert (at_first.above, at_first.above_minutes) == (timedelta(0), 0)
    story.then("reply_from_above", "chen", after=DAY, answer="请按此办")
    later = both(world, story)
    assert later is not None
    assert (later.above, later.above_minutes) == (DAY, 450)
    assert later.own == at_first.own
    story.then("report", "wang", after=HOUR, answer="已办")
    story.then("verify", "zhao", after=HOUR)
    story.then("satisfied", "zhang", after=5 * DAY)  # what its submitter takes counts for neither
    story.at += 30 * DAY
    ended = both(world, story)
    assert ended is not None
    assert (ended.own, ended.above) == (at_first.own + 2 * HOUR, DAY)
    assert [stay.side for stay in ended.stays] == ["own", "above", "own", "submitter"]


def test_a_case_that_goes_up_twice_tells_each_time_and_one_that_never_does_tells_nothing(world: World) -> None:
    story = referred(world)
    story.then("reply_from_above", "chen", after=DAY, answer="请补充人数")
    story.then("refer_up", "zhao", after=HOUR, summary="约八百人")
    found = both(world, story)
    assert found is not None
    assert [(one.summary, one.answer) for one in found.referrals] == [
        ("全市骑手均无驿站，需省总立项", "请补充人数"),
        ("约八百人", None),
    ]
    assert both(world, Story(world).up_to("verify")) is None
    world.check()
