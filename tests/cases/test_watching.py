"""A case is copied to somebody, or watched: they see it and hear of its moves, and may do nothing in it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from cases.act import find
from cases.capabilities.watching import watching
from cases.errors import InvalidFields
from cases.policy import may_see, reads_as_staff, visible_to
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.news import Notification
from cases.record.people import Duty, User
from config.settings import Settings
from notifications.outbox import fan_out
from tests.cases.departments import of_parts, status, three_departments
from tests.cases.test_ladders import moment
from tests.cases.world import Story, World
from workflow.machine import NotByYou, NotNow


def watchers(world: World, story: Story) -> list[str]:
    """Return who watches a case."""
    logins = {user_id: login for login, user_id in world.people.items()}
    with reading(world.db) as db:
        return [logins[row.user_id] for row in watching(db, story.case.id or 0)]


def sees(world: World, story: Story, login: str) -> tuple[bool, bool, bool]:
    """Return whether somebody may open the case, finds it in lists, and reads it as staff."""
    with reading(world.db) as db:
        case, person = find(db, story.number), db.get_one(User, world.people[login])
        listed = db.exec(select(Case.id).where(visible_to(db, person, story.at), Case.id == case.id)).first()
        is_seen = may_see(db, case, person, story.at)
        return is_seen, listed is not None, is_seen and reads_as_staff(db, case, person, story.at)


def test_a_copy_lets_somebody_see_the_case_and_do_nothing_in_it(world: World) -> None:
    story = Story(world).up_to("sign_for")
    assert sees(world, story, "zhou") == (False, False, False)
    story.then("copy_to", "zhao", person="zhou")
    assert sees(world, story, "zhou") == (True, True, True)
    assert set(story.offers("zhou")) == {"unwatch", "note"}
    with pytest.raises(NotByYou):
        story.then("report", "zhou", answer="不归我")
    story.then("stop_copy", "wang", person="zhou")
    assert sees(world, story, "zhou") == (False, False, False)
    assert watchers(world, story) == []
    world.check()


def test_whoever_sees_the_case_as_staff_may_watch_it_and_stop(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("watch", "sun")
    assert watchers(world, story) == ["sun"]
    with pytest.raises(NotNow, match="您已关注本案"):
        story.then("watch", "sun")
    story.then("unwatch", "sun")
    with pytest.raises(NotNow, match="您没有关注本案"):
        story.then("unwatch", "sun")
    with pytest.raises(NotNow, match="申请人"):
        story.then("watch", "zhang")
    with pytest.raises(NotByYou):
        story.then("watch", "zhou")
    assert watchers(world, story) == []
    world.check()


@pytest.mark.parametrize("person", ["nobody", "zheng", "zhang", "qian", "shenji", "deng"])
def test_a_copy_goes_to_active_staff_alone(world: World, person: str) -> None:
    story = Story(world).up_to("sign_for")
    story.at = moment("11-17 10:00")
    before = world.everything()
    with pytest.raises(InvalidFields) as refusal:
        story.then("copy_to", "zhao", person=person)
    (error,) = refusal.value.errors
    assert error.zh == f"不能抄送给 {person}：须是在岗的工会或部门工作人员"
    assert world.everything() == before


def test_staff_who_raised_the_case_are_copied_to_like_others_so_that_nobody_learns_it(world: World) -> None:
    story = Story(world, by="zhou").up_to("submit")
    story.then("copy_to", "zhao", person="zhou")
    assert watchers(world, story) == ["zhou"]
    other = Story(world, by="zhou").up_to("submit")
    assert story.offers("zhou") == other.offers("zhou")  # they are no staff because of it
    with pytest.raises(NotNow, match="您没有关注本案"):
        story.then("unwatch", "zhou")  # whoever ended it would be known as the applicant
    fan_out(world.db, Settings(), story.at)
    with reading(world.db) as db:
        told = db.exec(select(Notification).where(Notification.user_id == world.people["zhou"])).all()
    assert told == []
    world.check()


def test_nobody_is_copied_to_twice_or_taken_off_who_was_not_on(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with pytest.raises(NotNow, match="没有抄送给任何人"):
        story.then("stop_copy", "zhao", person="zhou")
    story.then("copy_to", "zhao", person="zhou")
    with pytest.raises(InvalidFields, match="已在抄送之列"):
        story.then("copy_to", "wang", person="zhou")
    with pytest.raises(InvalidFields, match="不在抄送之列"):
        story.then("stop_copy", "zhao", person="feng")
    assert watchers(world, story) == ["zhou"]


def test_who_has_left_every_duty_watches_no_more(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("copy_to", "zhao", person="zhou")
    with transaction(world.db) as db:
        duty = db.exec(select(Duty).where(Duty.user_id == world.people["zhou"])).one()
        duty.until_at = story.at
    assert sees(world, story, "zhou") == (False, False, False)


def test_a_copy_touches_no_department_and_none_of_their_clocks(world: World) -> None:
    story = three_departments(world)
    parts, clocks, due = status(world, story), of_parts(world, story), story.case.due_at
    story.then("copy_to", "zhao", person="feng")
    story.then("watch", "zhou")
    story.then("stop_copy", "zhao", person="feng")
    assert (status(world, story), of_parts(world, story), story.case.due_at) == (parts, clocks, due)
    world.check()
