"""Orders: numbered without a gap, each with a clock of its own until the unit answers or the case ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from cases.act import find
from cases.capabilities.orders import number_of, orders_of
from cases.climbing import level_of, post_of
from cases.errors import InvalidFields
from cases.record.database import reading
from cases.record.orders import Order
from cases.record.people import User
from cases.seats import people_at
from cases.sheet import history_of
from tests.cases.departments import of_parts, status, three_departments
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import HOUR, Story, World
from workflow.errors import Refusal
from workflow.machine import NotByYou


def orders(world: World, story: Story) -> list[Order]:
    """Return the orders of a case."""
    with reading(world.db) as db:
        return list(orders_of(db, story.case.id or 0))


def ordering_clocks(world: World, story: Story) -> list[tuple[str | None, object]]:
    """Return the clocks of orders that run."""
    running = world.clocks(story.number, running=True)
    return [(clock.state, clock.due_at) for clock in running if (clock.state or "").startswith("answer@")]


def test_an_order_has_a_number_a_day_and_a_clock_and_is_answered_by_the_unit(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("order", "zhao", order_text="请三日内书面答复")
    (row,) = orders(world, story)
    assert (number_of(row), row.unit_id, row.due_at) == ("督办〔2026〕1号", world.units["D"], moment("11-19 17:30"))
    assert ordering_clocks(world, story) == [(f"answer@{world.units['D']}.{row.id}", moment("11-19 17:30"))]
    assert story.case.due_at == moment("12-07 17:30")  # the case is late by its own clocks alone
    story.then("answer_order", "wang", answer="已约谈单位")
    (row,) = orders(world, story)
    assert (row.answered_at, row.answered_by) == (story.at, world.people["wang"])
    assert ordering_clocks(world, story) == []
    assert story.case.answered_at is None  # an answer to the union is none to the submitter
    world.check()


def test_numbers_run_for_each_union_and_year_without_a_gap(world: World) -> None:
    stories = [Story(world).up_to("sign_for") for _ in range(2)]
    for story in (*stories, stories[0]):
        story.then("order", "zhao", order_text="请答复")
    with pytest.raises(InvalidFields):
        stories[1].then("order", "zhao", order_text="请答复", at_unit="A")
    stories[1].then("order", "chen", order_text="省里督办", at_unit="D")
    stories[1].then("order", "sun", order_text="再次督办", answer_within="5wd")
    stories[1].at = moment("12-31 23:30") + timedelta(hours=1)
    stories[1].then("order", "sun", order_text="新的一年")
    assert [number_of(row) for row in orders(world, stories[0])] == ["督办〔2026〕1号", "督办〔2026〕3号"]
    assert [(number_of(row), row.union_id) for row in orders(world, stories[1])] == [
        ("督办〔2026〕2号", world.units["C"]),
        ("督办〔2026〕1号", world.units["P"]),
        ("督办〔2026〕4号", world.units["C"]),
        ("督办〔2027〕1号", world.units["C"]),
    ]
    world.check()


def test_two_who_order_at_once_get_two_numbers(world: World) -> None:
    stories = [Story(world).up_to("sign_for") for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda story: story.then("order", "zhao", order_text="请答复"), stories))
    numbers = sorted(row.number for story in stories for row in orders(world, story))
    assert numbers == [1, 2, 3, 4, 5, 6]
    world.check()


def test_a_silent_unit_is_overdue_yellow_and_the_case_climbs(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("order", "sun", order_text="请答复", answer_within="1wd")
    fired = swept(world, moment("11-20 18:00"), since=story.at)
    assert [row[1:] for row in short(fired, world) if row[0].startswith("answer@D")] == [
        ("remind -4wh", "11-17 13:30"),
        ("overdue 0", "11-17 17:30"),
        ("yellow +1wd", "11-18 17:30"),
        ("climb +3wd", "11-20 17:30"),
    ]
    world.check()


def test_an_order_without_a_text_or_to_a_stranger_or_to_oneself_is_refused(world: World) -> None:
    story = Story(world).up_to("submit")
    before = world.everything()
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({}, "请填写督办要求"),
        ({"order_text": "请答复"}, "不能给本工会自己下达督办单"),  # it lies with the union itself
        ({"order_text": "请答复", "at_unit": "D"}, "D 不承办本案"),
        ({"order_text": "请答复", "at_unit": "?"}, "没有代码为 . 的单位"),
        ({"order_text": "请答复", "answer_within": "soon"}, "soon"),
    )
    for form, sentence in wrong:
        with pytest.raises(InvalidFields, match=sentence):
            story.then("order", "zhao", **form)
    with pytest.raises(NotByYou):
        story.then("order", "li", order_text="请答复")
    story.then("accept", "li", category="其他", tier="A", lead="D")
    with pytest.raises(InvalidFields, match="答复期限最多一年"):
        story.then("order", "zhao", order_text="请答复", answer_within="500d")
    with reading(world.db) as db:
        assert orders_of(db, story.case.id or 0) == []
    assert {name: rows for name, rows in before.items() if name in ("orders", "order_counts")} == {
        "orders": [], "order_counts": []
    }  # fmt: skip
    assert world.everything()["order_counts"] == []  # no number was used up


def test_an_order_is_answered_once_and_by_its_own_unit(world: World) -> None:
    story = three_departments(world)
    story.then("order", "zhao", order_text="甲")
    story.then("order", "zhao", order_text="乙", at_unit="A")
    story.then("order", "zhao", order_text="丙")
    with pytest.raises(InvalidFields, match="请写明答复哪一份：督办〔2026〕1号、督办〔2026〕3号"):
        story.then("answer_order", "wang", answer="好")
    with pytest.raises(InvalidFields, match="不是下达给您单位的"):
        story.then("answer_order", "wang", answer="好", order_number="督办〔2026〕2号")
    with pytest.raises(InvalidFields, match="本案没有 督办〔2026〕9号"):
        story.then("answer_order", "wang", answer="好", order_number="督办〔2026〕9号")
    with pytest.raises(NotByYou):
        story.then("answer_order", "bai", answer="好")
    story.then("answer_order", "wang", answer="好", order_number="督办〔2026〕1号")
    before = world.everything()
    with pytest.raises(InvalidFields, match="督办〔2026〕1号 已经答复"):
        story.then("answer_order", "wang", answer="再答", order_number="督办〔2026〕1号")
    assert world.everything() == before
    story.then("answer_order", "wu", answer="好")
    with pytest.raises(NotByYou):
        story.then("answer_order", "wang", answer="再答")
    story.then("answer_order", "zhou", answer="好")
    assert ordering_clocks(world, story) == []
    world.check()


def test_orders_touch_no_part_and_end_with_the_case(world: World) -> None:
    story = three_departments(world)
    parts, clocks = status(world, story), of_parts(world, story)
    story.then("order", "sun", order_text="请协办单位说明", at_unit="A")
    story.then("order", "sun", order_text="请主办说明")
    assert (status(world, story), of_parts(world, story)) == (parts, clocks)
    story.then("answer_order", "zhou", answer="已说明")
    assert (status(world, story), of_parts(world, story)) == (parts, clocks)
    story.then("go_back", "zhao", point="in_review", reason="立案有误")
    assert len(ordering_clocks(world, story)) == 1  # an order is to be answered wherever the case lies
    story.then("reject", "li", reason="不属于工会职责")
    assert [row.ended_at for row in orders(world, story)] == [None, story.at]
    assert world.clocks(story.number, running=True) == []
    world.check()


def test_whom_a_case_has_climbed_to_orders_in_earnest(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.at = moment("12-14 18:00")
    swept(world, story.at, since=story.at - 30 * 24 * HOUR, step=6 * HOUR)
    assert story.case.level == 4
    story.then("acknowledge", "chen", measure="order", reason="请市总督办")
    (row,) = orders(world, story)
    assert (number_of(row), row.union_id, row.unit_id) == ("督办〔2026〕1号", world.units["P"], world.units["D"])
    assert len(ordering_clocks(world, story)) == 1
    world.check()


def test_a_law_without_orders_has_the_measure_as_before(world: World) -> None:
    story = Story(world, law="grievance").up_to("accept")
    while not story.case.level:
        story.at += 24 * HOUR
        swept(world, story.at, since=story.at)
    with reading(world.db) as db:
        level = level_of(db, story.case)
        assert level is not None
        (person,) = people_at(db, post_of(level), story.at)[1][:1]
    story.then("acknowledge", person.login, measure="order")
    assert orders(world, story) == []


def test_the_submitter_reads_neither_the_order_nor_its_answer(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("order", "zhao", order_text="内部要求")
    story.then("answer_order", "wang", answer="内部答复")
    with reading(world.db) as db:
        case = find(db, story.number)
        for login, is_read in (("zhang", False), ("li", True)):
            history = history_of(db, case, db.get_one(User, world.people[login]), story.at)
            bodies = {said.body for one in history for said in one.said}
            assert ({"内部要求", "内部答复"} <= bodies) is is_read


def test_a_parent_union_orders_the_union_where_the_case_lies_and_its_leader_answers(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("order", "chen", order_text="请尽快审议")
    (row,) = orders(world, story)
    assert (row.union_id, row.unit_id) == (world.units["P"], world.units["C"])
    with pytest.raises(Refusal):
        story.then("answer_order", "li", answer="好")
    story.then("answer_order", "sun", answer="今日审议")
    world.check()
