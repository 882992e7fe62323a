"""Endorsement: one voice a person, told to nobody by name, and none of whoever has to do with the case."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from cases.act import find
from cases.errors import Stale
from cases.policy import may_see, reads_as_staff, visible_to
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.endorsements import Endorsement
from cases.record.people import Duty, User
from cases.sheet import sheet_of
from cases.timeline import events_of
from tests.cases.voices import gathering, neighbours
from tests.cases.world import HOUR, Story, World
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotFromHere, NotNow

PATIENCE = 30.0


def sees(world: World, story: Story, login: str) -> tuple[bool, bool]:
    """Tell whether a person may see a case, asked for it and in a list; the two never differ."""
    with reading(world.db) as db:
        person = db.get_one(User, world.people[login])
        alone = may_see(db, find(db, story.number), person, story.at)
        listed = db.exec(select(Case.id).where(Case.number == story.number, visible_to(db, person, story.at))).first()
        return alone, listed is not None


def test_no_event_tells_who_endorses_a_case(world: World) -> None:
    (login,) = neighbours(world, 1)
    story = gathering(world)
    story.then("endorse", login)
    with reading(world.db) as db:
        event = events_of(db, story.case.id or 0)[-1]
        row = db.exec(select(Endorsement)).one()
    assert row.user_id == world.people[login] == 100
    assert event.actor_id is None
    assert '"user_id"' not in event.data and not re.search(r"\b100\b", event.data)
    assert '"voices":1' in event.data and '"endorsements"' in event.data
    world.check()


def test_nobody_endorses_twice_but_may_take_it_back_and_give_it_again(world: World) -> None:
    first, second = neighbours(world, 2)
    story = gathering(world)
    story.then("endorse", first)
    before = world.everything()
    with pytest.raises(NotNow, match="只能附议一次"):
        story.then("endorse", first)
    assert world.everything() == before
    with pytest.raises(NotNow, match="没有附议"):
        story.then("unendorse", second)
    assert story.then("unendorse", first).voices == 0
    with pytest.raises(NotNow, match="没有附议"):
        story.then("unendorse", first)
    assert story.then("endorse", first).voices == 1
    assert story.then("endorse", second).state == "in_review"
    world.check()


@pytest.mark.parametrize(
    ("login", "how", "says"),
    [
        ("zhang", NotByYou, "您是本案申请人"),  # who raised it
        ("shuang", NotNow, "审议、办理或督查"),  # a representative who reviews for the same union
        ("li", NotByYou, "不由您办理"),  # a reviewer and nothing else
        ("feng", NotByYou, "不由您办理"),  # at the union above
    ],
)
def test_who_raised_a_case_or_acts_in_it_does_not_endorse_it(
    world: World, login: str, how: type[Refusal], says: str
) -> None:
    story, before = gathering(world), world.everything()
    with pytest.raises(how, match=says):
        world.does(story.number, "endorse", login, story.at + HOUR)
    assert world.everything() == before


def test_who_has_acted_in_a_case_before_does_not_endorse_it(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with transaction(world.db) as db:  # they leave their desk and are a worker like others
        db.connection().execute(
            update(table_of(Duty)).where(col(Duty.user_id) == world.people["wang"]).values(role="worker")
        )
    with pytest.raises(NotNow, match="审议、办理或督查"):
        story.then("endorse", "wang")


def test_a_case_that_is_closed_or_not_handed_in_is_not_endorsed(world: World) -> None:
    story = Story(world)
    with pytest.raises(NotFromHere):
        story.then("endorse", "qian")
    story.up_to("satisfied")
    before = world.everything()
    with pytest.raises(NotFromHere, match="销号"):
        story.then("endorse", "qian")
    assert world.everything() == before


def test_whoever_may_endorse_reads_the_case_while_it_can_be_and_nothing_for_staff(world: World) -> None:
    story = Story(world)
    assert sees(world, story, "qian") == (False, False)  # a draft
    story.up_to("sign_for")
    assert sees(world, story, "qian") == (True, True)
    assert set(story.offers("qian")) == {"endorse"}  # not even a note
    story.then("note", "li", note="内部意见", audience="staff")
    story.then("note", "wang", note="正在联系")
    with reading(world.db) as db:
        qian = db.get_one(User, world.people["qian"])
        sheet = sheet_of(db, story.case, qian, story.at)
        assert not reads_as_staff(db, story.case, qian, story.at)
    assert (sheet.is_staff, sheet.submitter) == (False, None)
    assert [said.body for _, said in sheet.texts if said.field == "note"] == ["正在联系"]
    assert all(happening.actor is None or happening.actor.name is None for happening in sheet.history)
    with pytest.raises(NotByYou):
        story.then("note", "qian", note="我也想说")
    story.then("report", "wang", answer="已办")
    assert sees(world, story, "qian") == (False, False)
    world.check()


def test_only_duties_at_the_unit_or_below_it_let_somebody_endorse(world: World) -> None:
    (aside,) = neighbours(world, 1, unit="B")
    story = Story(world, unit="T", by="qian").up_to("submit")
    assert sees(world, story, "zhang") == (False, False)  # a representative of the city, above the town
    assert sees(world, story, aside) == (False, False)
    with pytest.raises(NotByYou):
        story.then("endorse", "zhang")
    with transaction(world.db) as db:
        db.connection().execute(
            update(table_of(User)).where(col(User.id) == world.people["qian"]).values(is_active=False)
        )
    assert sees(world, story, "qian") == (False, False)


def test_who_endorses_makes_nobody_s_form_outdated(world: World) -> None:
    (login,) = neighbours(world, 1)
    story = Story(world).up_to("submit")
    seen = story.case.version
    story.then("endorse", login)
    story.at += HOUR
    world.does(story.number, "accept", "li", story.at, seen, category="其他", tier="A", lead="D")
    with pytest.raises(Stale):
        world.does(story.number, "reject", "shuang", story.at, seen, reason="不办")


def test_of_two_browsers_of_one_person_one_is_counted_and_the_other_told(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            story = Story(world).up_to("submit")
            seen, start = story.case.version, Barrier(2, timeout=PATIENCE)
            once = partial(attempt, world, story, start, seen)
            answers = [one.result() for one in [pool.submit(once), pool.submit(once)]]
            refusals = [answer for answer in answers if isinstance(answer, Refusal)]
            assert len(refusals) == 1, number
            assert isinstance(refusals[0], NotNow | Stale)
            assert story.case.voices == 1
    with reading(world.db) as db:
        rows = db.exec(select(Endorsement.case_id)).all()
    assert len(rows) == len(set(rows)) == 10
    world.check()


def attempt(world: World, story: Story, start: Barrier, seen: int) -> object:
    """Endorse a case at the same moment as somebody else, and return the event or the refusal."""
    start.wait()
    try:
        return world.does(story.number, "endorse", "qian", story.at + HOUR, seen)
    except Refusal as refusal:
        return refusal
