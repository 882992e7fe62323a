"""Nothing that is counted or numbered before the accused counts a case that complains of them."""

from __future__ import annotations

import pytest
from sqlmodel import select

from cases.capabilities.orders import number_of, orders_of
from cases.errors import InvalidFields
from cases.indexing import index_new
from cases.open_work import desks_of
from cases.raising import Draft, raise_case
from cases.record.database import reading, transaction
from cases.record.news import Notification, Outlet
from cases.record.people import Duty, Unit, User
from cases.similar import similar_to
from config.settings import Settings
from notifications.outbox import fan_out
from tests.cases.world import HOUR, Story, World
from tests.cast import MONDAY

TEXT = "车间粉尘很大，没有口罩，三个月没有发工资。"


def against(world: World, unit: str, text: str = "拖欠工资。") -> Story:
    """Submit a case that complains of a unit, as a reviewer has confirmed."""
    story = Story(world)
    with transaction(world.db) as db:
        zhang = db.get_one(User, world.people["zhang"])
        story.number = raise_case(db, Draft("proposal", "C", "拖欠工资", text), by=zhang, at=story.at).number
    story.then("submit", "zhang")
    story.then("name_accused", "li", accused=unit)
    return story


def test_orders_in_cases_that_complain_of_somebody_have_numbers_of_their_own(world: World) -> None:
    numbers = []
    for story in (Story(world).up_to("accept"), against(world, "D"), Story(world).up_to("accept"), against(world, "D")):
        if story.case.lead_id is None:
            story.then("accept", "li", category="工资报酬", tier="A", lead="A")
        story.then("order", "zhao", order_text="请速办")
        with reading(world.db) as db:
            numbers += [number_of(row) for row in orders_of(db, story.case.id or 0)]
    assert numbers == ["督办〔2026〕1号", "督办密〔2026〕1号", "督办〔2026〕2号", "督办密〔2026〕2号"]
    world.check()


def test_open_work_on_a_desk_is_counted_without_it_before_them_and_with_it_before_others(world: World) -> None:
    with transaction(world.db) as db:  # the head of D leads the city as well
        db.add(Duty(user_id=world.people["wu"], unit_id=world.units["C"], role="leader"))
    Story(world).up_to("submit")
    against(world, "D")
    with reading(world.db) as db:
        people = {login: db.get_one(User, world.people[login]) for login in ("li", "wu", "sun")}
        for reader, count in (("wu", 1), ("sun", 2)):
            (desk,) = desks_of(db, people["li"], MONDAY + HOUR, people[reader])
            assert desk.cases == count, reader
        (desk,) = desks_of(db, people["li"], MONDAY + HOUR)
        assert desk.cases == 2


def test_its_words_make_nothing_less_rare_before_them(world: World) -> None:
    story = Story(world)
    with transaction(world.db) as db:
        zhang = db.get_one(User, world.people["zhang"])
        story.number = raise_case(
            db, Draft("proposal", "C", "通风不好", TEXT + "另有其他。"), by=zhang, at=MONDAY
        ).number
    story.then("submit", "zhang")

    def score(login: str) -> float:
        index_new(world.db, story.at + HOUR)
        with reading(world.db) as db:
            by, unit = db.get_one(User, world.people[login]), db.get_one(Unit, world.units["C"])
            found = similar_to(db, "通风不好\n" + TEXT + "食堂也不好。", story.at + HOUR, by=by, unit=unit)
            return next(one.score for one in found.cases if one.case.number == story.number)

    before = {login: score(login) for login in ("shuang", "li")}
    against(world, "D", TEXT)
    assert score("shuang") == before["shuang"]
    assert score("li") != before["li"]


@pytest.mark.parametrize(("unit", "hears"), [("D", False), ("E", True)])
def test_a_robot_is_silent_where_one_of_them_could_read_it(world: World, unit: str, hears: bool) -> None:
    with transaction(world.db) as db:  # in the city's own group chat, where Shuang of D is as well
        robot = Outlet(
            unit_id=world.units["C"], channel="dingtalk", name="群", address="https://d.example", made_at=MONDAY
        )
        db.add(robot)
    against(world, unit)
    fan_out(world.db, Settings(), MONDAY + 3 * HOUR)
    with reading(world.db) as db:
        rows = db.exec(select(Notification)).all()
        li = [row for row in rows if row.user_id == world.people["li"]]
        assert li and any(row.outlet_id is not None for row in rows) is hears


def test_it_is_neither_merged_nor_linked_with_what_they_work_on(world: World) -> None:
    theirs, others = Story(world).up_to("sign_for"), Story(world).up_to("submit")
    story = against(world, "D")
    before = world.everything()
    with pytest.raises(InvalidFields, match="权益保障部在其中一案承办"):
        story.then("merge", "li", into=theirs.number)
    with pytest.raises(InvalidFields, match="权益保障部在其中一案承办"):
        story.then("link", "li", other=theirs.number, link_kind="relates")
    with pytest.raises(InvalidFields, match="权益保障部在其中一案承办"):
        theirs.then("link", "li", other=story.number, link_kind="relates")
    assert world.everything() == before
    story.then("link", "li", other=others.number, link_kind="relates")
    assert story.then("merge", "li", into=others.number).state == "merged"
    with pytest.raises(InvalidFields, match="权益保障部是被反映单位"):
        others.then("accept", "li", category="工资报酬", tier="A", lead="D")
    world.check()
