"""A leaver's hand-over moves every duty at once, and with it every open desk and part; nothing is written by halves."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from cases.errors import BadRequest, NotFound
from cases.handing_over import plan
from cases.open_work import deserted, desks_of
from cases.personnel import find_person
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import Duty, User
from tests.cases.absences import (
    FRIDAY,
    disabled,
    duties,
    ended,
    handed,
    named,
    on_desk,
    one_is_done,
    told_for,
)  # fmt: skip
from tests.cases.test_ladders import moment
from tests.cases.world import HOUR, Story, World
from tests.cast import MONDAY
from workflow.machine import NotByYou


def held(world: World, login: str, at: Any) -> list[str]:
    codes = {number: code for code, number in world.units.items()}
    return sorted(
        f"{row.role}@{codes[row.unit_id]}" for row in duties(world, login) if row.until_at is None or row.until_at > at
    )


def test_a_leaver_hands_over_every_desk_with_the_case_of_three_departments_on_it(world: World) -> None:
    story = one_is_done(world)
    at = story.at + HOUR
    with reading(world.db) as db:
        before = plan(db, find_person(db, "zhou"), find_person(db, "qian"), at)
    assert [(desk.word, desk.cases, desk.is_empty, desk.next_at) for desk in before.desks] == [
        ("handler@A", 1, True, None)
    ]
    told = handed(world, "zhou", "qian", at)
    assert told["duties"][0] | {"duty": 0, "new": 0} == {
        "role": "handler", "unit": "A", "duty": 0, "new": 0,  "cases": 1,
    }  # fmt: skip
    assert held(world, "zhou", at) == [] and held(world, "qian", at) == ["handler@A", "worker@E"]
    assert on_desk(world, "zhou", at) == {} and on_desk(world, "qian", at) == {story.number: None}
    story.at = at
    with pytest.raises(NotByYou):
        story.then("sign_part", "zhou")
    story.then("sign_part", "qian")
    story.then("report_part", "qian", result="已督促补缴")
    story.then("report", "wang", answer="已补发工资")
    assert told_for(world, story.number)[-2] == ("report_part", "qian", None)
    world.check()


def test_someone_of_many_duties_hands_all_of_them_over_and_keeps_what_is_personal(world: World) -> None:
    Story(world).up_to("submit")
    Story(world).up_to("report")
    with reading(world.db) as db:
        moving = plan(db, find_person(db, "shuang"), find_person(db, "sun"), MONDAY + 9 * HOUR)
    assert [(desk.word, desk.cases, desk.others) for desk in moving.desks] == [
        ("reviewer@C", 1, 1), ("handler@D", 0, 2), ("supervisor@C", 1, 1),
    ]  # fmt: skip
    assert (moving.cases, moving.stays) == (2, ["representative@C"])
    handed(world, "shuang", "sun", MONDAY + 9 * HOUR)
    assert held(world, "shuang", MONDAY + 9 * HOUR) == ["representative@C"]
    assert held(world, "sun", MONDAY + 9 * HOUR) == ["handler@D", "leader@C", "reviewer@C", "supervisor@C"]
    world.check()


def test_one_event_tells_of_it_and_names_nobody(world: World) -> None:
    named(world, "qian", "handler@A", "zhou")
    told = handed(world, "zhou", "bai", MONDAY)
    with reading(world.db) as db:
        events = db.exec(select(Event).where(Event.action == "hand_over").order_by(col(Event.seq))).all()
        (data,) = [json.loads(event.data) for event in events]
    assert data["user"] == world.people["zhou"] and data["to"] == world.people["bai"]
    assert (len(data["duties"]), len(data["deputies"])) == (1, 1) == (len(told["duties"]), len(told["deputies"]))
    assert "zhou" not in json.dumps(data) and "周" not in json.dumps(data, ensure_ascii=False)


def test_deputies_go_over_in_both_directions(world: World) -> None:
    named(world, "qian", "handler@A", "zhou")  # stands in for the leaver
    named(world, "zhou", "handler@B", "bai")  # whom the leaver stands in for
    named(world, "guo", "handler@A", "qian")  # the deputy's own deputy
    handed(world, "zhou", "he", MONDAY)
    at = moment("11-18 09:00")
    with reading(world.db) as db:
        rows = {row.id: row for row in db.exec(select(Duty))}
        logins = {number: login for login, number in world.people.items()}
        there = {
            (logins[row.user_id], logins[rows[row.deputy_of].user_id])
            for row in rows.values()
            if row.deputy_of and row.until_at and row.until_at > at
        }
    assert there == {("qian", "he"), ("he", "bai"), ("guo", "qian")}
    story = one_is_done(world)
    story.at = at
    story.then("sign_part", "guo")
    assert told_for(world, story.number)[-1] == ("sign_part", "guo", "he")
    ended(world, "he", "handler@B", "bai", at)
    world.check()


def test_a_successor_who_was_the_deputy_stands_in_for_nobody_any_more(world: World) -> None:
    named(world, "qian", "handler@A", "zhou")
    named(world, "guo", "handler@A", "qian")
    with reading(world.db) as db:
        moving = plan(db, find_person(db, "zhou"), find_person(db, "qian"), MONDAY)
    assert [(one.deputy.login, one.absent.login, one.ends) for one in moving.deputies] == [("qian", "qian", True)]
    handed(world, "zhou", "qian", MONDAY)
    assert held(world, "qian", MONDAY) == ["handler@A", "worker@E"]
    named(world, "zhou", "reviewer@T", "tang")
    named(world, "tang", "reviewer@C", "li", FRIDAY, FRIDAY)
    handed(world, "zhou", "tang", MONDAY + HOUR)  # who would be their own deputy
    assert held(world, "tang", MONDAY + HOUR) == ["reviewer@C", "reviewer@T"]
    world.check()


def test_a_duty_that_is_still_to_begin_goes_over_with_its_dates(world: World) -> None:
    later = MONDAY + timedelta(days=30)
    with transaction(world.db) as db:
        db.add(Duty(user_id=world.people["zhou"], unit_id=world.units["T"], role="head", from_at=later))
    handed(world, "zhou", "qian", MONDAY)
    assert [(row.role, row.from_at) for row in duties(world, "qian")] == [
        ("worker", None), ("handler", MONDAY), ("head", later),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("leaver", "successor", "kind", "says"),
    [
        ("zhou", "zhou", BadRequest, "to themselves"),
        ("zhou", "zheng", BadRequest, "Nobody disabled"),
        ("zhou", "nobody", NotFound, "nobody with the login"),
        ("nobody", "zhou", NotFound, "nobody with the login"),
        ("xitong", "anquan", BadRequest, "three people"),
        ("zhang", "qian", BadRequest, "nothing to hand over"),
        ("deng", "qian", BadRequest, "nothing to hand over"),
    ],
)
def test_a_hand_over_that_cannot_be_is_refused_in_one_sentence(
    world: World, leaver: str, successor: str, kind: type[Exception], says: str
) -> None:
    before = world.everything()
    with pytest.raises(kind, match=says) as refused:
        handed(world, leaver, successor, MONDAY)
    assert getattr(refused.value, "zh", "").endswith("。")
    assert world.everything() == before


def test_what_a_disabled_person_leaves_is_an_exception_until_it_is_moved(world: World) -> None:
    story = one_is_done(world)
    at = story.at
    with reading(world.db) as db:
        assert list(deserted(db, at)) == []
    disabled(world, "zhou", at)
    disabled(world, "wang", at)  # wu and shuang are still there
    with reading(world.db) as db:
        assert [(user.login, desk.word, desk.cases) for user, desk in deserted(db, at)] == [("zhou", "handler@A", 1)]
    handed(world, "zhou", "qian", at)
    with reading(world.db) as db:
        assert list(deserted(db, at)) == []
    world.check()


def test_every_kind_of_open_work_counts_on_its_desk(world: World) -> None:
    one_is_done(world)
    Story(world).up_to("submit")
    Story(world).up_to("report")
    Story(world, unit="E").up_to("submit")  # falls to the town
    Story(world).up_to("sign_for").then("refer_up", "zhao", summary="需协调")
    Story(world).up_to("accept").then("return", "wang", reason="不归我部门", rule="三定方案")  # back to the supervisor
    at = MONDAY + 9 * HOUR
    counts = {}
    with reading(world.db) as db:
        for login in ("li", "wang", "zhou", "bai", "zhao", "chen", "tang", "guo", "sun"):
            for desk in desks_of(db, db.get_one(User, world.people[login]), at):
                counts[desk.word] = desk.cases
    assert counts == {
        "reviewer@C": 1, "handler@D": 1, "handler@A": 1, "handler@B": 0, "supervisor@C": 2, "supervisor@P": 1,
        "reviewer@T": 1, "handler@G": 0, "leader@C": 0,
    }  # fmt: skip
