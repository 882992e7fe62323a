"""What so many voices bring about by themselves: a review, a shorter limit, the committee."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.capabilities.endorsements import voices_of
from cases.desks import desk_of
from cases.explaining import explain
from cases.record.database import reading
from cases.record.people import User
from cases.timeline import events_of
from tests.cases.test_ladders import moment, short, swept
from tests.cases.voices import gathering, neighbours
from tests.cases.world import MINUTE, Story, World
from workflow.machine import NotByYou, NotNow


def test_two_who_endorse_it_bring_a_case_to_its_review_by_themselves(world: World) -> None:
    first, second = neighbours(world, 2)
    story = gathering(world)
    assert story.case.state == "gathering"
    assert story.then("endorse", first).state == "gathering"
    case = story.then("endorse", second)
    assert (case.state, case.voices) == ("in_review", 2)
    with reading(world.db) as db:
        told = [(event.action, event.role, event.actor_id) for event in events_of(db, case.id or 0)][-3:]
    assert told == [
        ("endorse", "endorser", None),
        ("endorse", "endorser", None),
        ("enough_voices", "system", None),
    ]
    world.check()


def test_what_counted_for_a_threshold_cannot_be_taken_back_and_what_came_later_can(world: World) -> None:
    first, second, third = neighbours(world, 3)
    story = gathering(world)
    for login in (first, second, third):
        story.then("endorse", login)
    with pytest.raises(NotNow, match="已满 2 人"):
        story.then("unendorse", second)
    assert story.then("unendorse", third).voices == 2
    world.check()


def test_ten_voices_shorten_the_limit_of_the_desk_now_with_an_event_and_an_explanation(world: World) -> None:
    story = Story(world).up_to("sign_for")
    law_s, before = moment("12-07 17:30"), world.clock(story.number, "state").due_at
    assert before == law_s
    for login in neighbours(world, 10):
        story.then("endorse", login, after=MINUTE)
    clock = world.clock(story.number, "state")
    assert (clock.limit, clock.first_due_at, clock.due_at) == ("15wd", law_s, moment("11-30 17:30"))
    assert story.case.due_at == clock.due_at
    with reading(world.db) as db:
        event = events_of(db, story.case.id or 0)[-1]
        shown = next(one for one in explain(db, story.case) if one.clock.id == clock.id)
    assert '["shorten","state","handling","10wd"' in event.data and '"passed":[[10,"shorten","10wd"]]' in event.data
    assert [stretch.why for stretch in shown.stretches] == ["start", "shorten"]
    assert (shown.days[-1].total_days, shown.days[-1].date.isoformat()) == (10, "2026-11-30")
    fired = swept(world, moment("11-30 19:00"), since=story.at)
    assert short(fired, world) == [("handling", "remind -2wd", "11-26 17:30"), ("handling", "overdue 0", "11-30 17:30")]
    world.check()


def test_a_shorter_limit_leaves_the_next_working_day_and_never_lengthens(world: World) -> None:
    story = Story(world).up_to("sign_for")
    voices = neighbours(world, 10)
    for login in voices[:9]:
        story.then("endorse", login, after=MINUTE)
    story.at = moment("12-02 10:00")  # twelve working days after, when ten would be over
    story.then("endorse", voices[9], after=timedelta(0))
    assert world.clock(story.number, "state").due_at == moment("12-03 17:30")
    with reading(world.db) as db:
        shown = next(one for one in explain(db, story.case) if one.clock.state == "handling")
    assert shown.days[-1].date.isoformat() == "2026-12-03"

    late = Story(world).up_to("sign_for")
    for login in voices[:9]:
        late.then("endorse", login, after=MINUTE)
    late.at = moment("12-07 16:00")  # on the last day: the next working day would be later than the limit
    late.then("endorse", voices[9], after=timedelta(0))
    assert world.clock(late.number, "state").due_at == moment("12-07 17:30")
    world.check()


def test_ten_voices_in_review_shorten_the_handling_once_the_case_comes_there(world: World) -> None:
    story = Story(world).up_to("submit")
    for login in neighbours(world, 10):
        story.then("endorse", login, after=MINUTE)
    assert world.clock(story.number, "state").due_at == world.clock(story.number, "state").first_due_at  # three days
    story.then("accept", "li", category="其他", tier="C", lead="D")
    story.then("sign_for", "wang")
    clock = world.clock(story.number, "state")
    assert (clock.limit, clock.due_at) == ("60wd", moment("11-30 17:30"))
    story.then("request_extension", "wang", reason="材料不齐", extra="5wd")
    story.then("decide_extension", "zhao", approve="yes")
    assert world.clock(story.number, "state").due_at == moment("12-07 17:30")  # more time counts from the shorter limit
    with reading(world.db) as db:
        shown = next(one for one in explain(db, story.case) if one.clock.state == "handling")
    assert [stretch.why for stretch in shown.stretches] == ["start", "shorten", "extend"]
    assert shown.days[-1].total_days == 15
    world.check()


def test_fifty_voices_bring_a_case_in_review_to_the_committee_whose_leader_decides(world: World) -> None:
    story = Story(world).up_to("submit")
    for login in neighbours(world, 50):
        story.then("endorse", login, after=timedelta(seconds=5))
    assert (story.case.state, story.case.voices) == ("in_committee", 50)
    with reading(world.db) as db:
        sun = db.get_one(User, world.people["sun"])
        assert [case.number for case in desk_of(db, sun, story.at).cases] == [story.number]
    with pytest.raises(NotByYou):
        story.then("committee_accept", "li", category="其他", tier="A", lead="D")
    story.then("committee_accept", "sun", category="其他", tier="A", lead="D")
    assert story.case.state == "assigned"
    world.check()


def test_fifty_voices_elsewhere_bring_it_to_the_committee_once_it_is_reviewed_and_only_once(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("ask_submitter", "li", reason="请补充地址")
    for login in neighbours(world, 50):
        story.then("endorse", login, after=timedelta(seconds=5))
    assert story.case.state == "awaiting_submitter"
    assert story.then("supplement", "zhang", note="东门").state == "in_committee"
    story.then("committee_reject", "sun", reason="不属于本会职责")
    assert story.then("appeal", "zhang", reason="请再看").state == "in_review"  # at the union above, by its reviewers
    world.check()


def test_a_case_that_nobody_endorses_in_time_is_withdrawn(world: World) -> None:
    story = gathering(world)
    assert world.clock(story.number, "case").due_at is None  # the union's time has not begun
    swept(world, moment("11-30 18:00"), since=story.at)
    assert story.case.state == "withdrawn"
    world.check()


def test_the_count_its_next_threshold_and_my_own_voice_are_told(world: World) -> None:
    first, second = neighbours(world, 2)
    story = gathering(world)
    story.then("endorse", first)
    with reading(world.db) as db:
        told = [voices_of(db, story.case, db.get_one(User, world.people[login])) for login in (first, second)]
    assert [(one.count, one.is_mine, one.next and one.next.at) for one in told if one] == [(1, True, 2), (1, False, 2)]
