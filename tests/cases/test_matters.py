"""Whatever waits beside a case is on the desk of whoever has to see to it, with a limit of its own."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta

from sqlalchemy import event

from cases.matters import matters_of
from cases.raised import as_desk, lately_closed, raised_by, to_rate
from cases.record.at_once import gather
from cases.record.case import Case
from cases.record.database import reading
from cases.record.people import User
from tests.cases.absences import named
from tests.cases.departments import BECAUSE, three_departments
from tests.cases.on_desks import having, in_the_dark, matters
from tests.cases.test_ladders import moment
from tests.cases.test_levels import climbed
from tests.cases.walks import Walk
from tests.cases.world import DAY, HOUR, Story, World

WALKS = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "2"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0"))
STEPS = 14


# --- more time


def test_a_request_for_more_time_is_on_the_desk_of_whoever_decides(world: World) -> None:
    story = three_departments(world)
    story.then("request_extension", "wang", reason="需要取证", extra="5wd")
    assert matters(world, "zhao", story.at) == [(story.number, "decide", moment("11-17 17:30"))]
    assert having(world, "decide", story.at) == ["zhao", "shuang"]
    story.then("request_part_extension", "bai", reason="需要取证", extra="5wd")
    assert [kind for _, kind, _ in matters(world, "zhao", story.at)] == ["decide", "decide"]
    story.then("decide_extension", "zhao", approve="no")
    story.then("decide_part_extension", "zhao", approve="yes")
    assert having(world, "decide", story.at) == []


def test_much_time_is_on_the_leader_s_desk(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", reason="需要取证", extra="20d")
    assert having(world, "decide_above", story.at) == ["sun"]
    assert having(world, "decide", story.at) == []


def test_a_request_without_a_clock_waits_by_the_limit_that_it_is_about(world: World) -> None:
    story = Story(world, law="grievance").up_to("accept")
    story.then("request_extension", "wang", reason="需要取证", extra="5d")
    (due_at,) = {row.due_at for row in world.clocks(story.number, running=True) if row.kind == "state"}
    assert matters(world, "zhao", story.at) == [(story.number, "decide", due_at)]
    story.then("decide_extension", "zhao", approve="no")
    assert matters(world, "zhao", story.at) == []


def test_a_deputy_decides_in_the_place_of_another_and_nobody_on_what_their_own_side_asked_for(world: World) -> None:
    story = three_departments(world)
    named(world, "hai", "supervisor@C", "zhao")
    story.at += DAY
    story.then("request_extension", "wang", reason="需要取证", extra="5wd")
    with reading(world.db) as db:
        (mine,) = matters_of(db, db.get_one(User, world.people["hai"]), story.at).rows
    assert mine.stands_for == world.people["zhao"]
    assert having(world, "decide", story.at) == ["zhao", "hai", "shuang"]
    named(world, "shuang", "handler@D", "wang", at=story.at, first=story.at.date() + timedelta(days=1))
    story.at += DAY
    assert having(world, "decide", story.at) == ["zhao", "hai"]


def test_whoever_worked_on_a_case_is_passed_over_and_the_union_above_decides(world: World) -> None:
    story = Story(world, unit="T")
    story.then("submit", "zhang")
    world.appoints("du", "handler", "G")
    story.then("accept", "tang", category="工资报酬", tier="A", lead="G")
    story.then("sign_for", "du")
    story.then("request_extension", "guo", reason="需要取证", extra="5wd")
    assert having(world, "decide", story.at) == ["zhao", "shuang"]


# --- orders, levels, parts that were given back


def test_an_order_is_on_the_desk_of_the_unit_that_was_ordered(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("order", "zhao", order_text="请三日内书面答复")
    assert matters(world, "wang", story.at) == [(story.number, "answer", moment("11-19 17:30"))]
    assert having(world, "answer", story.at) == ["wang", "wu", "shuang"]
    story.then("answer_order", "wu", answer="已约谈")
    assert having(world, "answer", story.at) == []


def test_an_order_to_a_union_is_on_its_leader_s_desk(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("order", "chen", order_text="请尽快审议", at_unit="C")
    assert having(world, "answer", story.at) == ["sun"]


def test_what_has_climbed_is_on_the_desk_of_whom_it_has_climbed_to_until_they_acknowledge_it(world: World) -> None:
    story = climbed(world)
    story.at = moment("11-20 18:00")
    (row,) = [clock for clock in world.clocks(story.number, running=True) if clock.kind == "climb"]
    assert having(world, "climbed_to", story.at) == ["chen"]
    assert matters(world, "chen", story.at) == [(story.number, "climbed_to", row.due_at)]
    story.then("acknowledge", "chen", measure="urge")
    assert having(world, "climbed_to", story.at) == []


def test_a_part_given_back_is_on_the_lead_s_desk_by_the_clock_of_the_part(world: World) -> None:
    story = three_departments(world)
    story.then("return_part", "zhou", **BECAUSE)
    assert having(world, "given_back", story.at) == ["wang", "wu", "shuang"]
    assert matters(world, "wang", story.at)[0][2] == moment("11-30 17:30")
    story.then("agree", "wang", part="A")
    assert having(world, "given_back", story.at) == []


def test_what_is_most_urgent_comes_first_and_a_long_list_is_cut(world: World) -> None:
    for hours in (9, 1, 5):
        story = Story(world).up_to("sign_for")
        story.then("order", "zhao", order_text="请答复", answer_within=f"{hours}h")
    rows = matters(world, "wang", story.at)
    assert [due_at - story.at for _, _, due_at in rows if due_at] == [1 * HOUR, 5 * HOUR, 9 * HOUR]
    with reading(world.db) as db:
        cut = matters_of(db, db.get_one(User, world.people["wang"]), story.at, most=2)
    assert (len(cut.rows), cut.has_more) == (2, True)


# --- merged cases


def test_a_merged_case_stays_with_its_submitter_until_the_lead_case_is_closed_and_rated(world: World) -> None:
    lead, other = (Story(world, by=by).up_to("submit") for by in ("zhang", "qian"))
    other.then("merge", "li", into=lead.number)

    def of_qian() -> tuple[list[str], list[str], list[str]]:
        with reading(world.db) as db:
            qian = db.get_one(User, world.people["qian"])
            queries = [to_rate(db, qian, lead.at), lately_closed(db, qian, lead.at, lead.at - 30 * DAY)]
            mine = as_desk(gather(db, raised_by(db, qian, lead.at)))
            found: list[list[Case]] = [list(mine.cases), *gather(db, queries)]
            raised, rating, closed = ([case.number for case in cases] for cases in found)
            return raised, rating, closed

    assert of_qian() == ([other.number], [], [])
    lead.then("accept", "li", category="其他", tier="A", lead="D")
    assert of_qian() == ([other.number], [], [])
    lead.then("sign_for", "wang")
    lead.then("report", "wang", answer="已办")
    assert of_qian() == ([other.number], [], [])
    lead.then("verify", "zhao")
    assert of_qian() == ([other.number], [other.number], [])
    assert having(world, "rating", lead.at) == ["qian"]
    lead.then("satisfied", "zhang")
    assert of_qian() == ([other.number], [other.number], [other.number])
    other.at = lead.at
    other.then("rate_merged", "qian", rating="satisfied")
    assert of_qian() == ([], [], [other.number])


def test_a_merged_case_that_nobody_rates_does_not_wait_for_ever(world: World) -> None:
    lead, other = (Story(world, by=by).up_to("submit") for by in ("zhang", "qian"))
    other.then("merge", "li", into=lead.number)
    lead.then("accept", "li", category="其他", tier="A", lead="D")
    lead.then("sign_for", "wang")
    lead.then("report", "wang", answer="已办")
    lead.then("verify", "zhao")
    lead.then("satisfied", "zhang")
    with reading(world.db) as db:
        qian = db.get_one(User, world.people["qian"])
        for days, waits in ((29, 1), (31, 0)):
            at = lead.at + days * DAY
            mine = as_desk(gather(db, raised_by(db, qian, at)))
            assert len(db.exec(to_rate(db, qian, at)).all()) == len(mine.cases) == waits


# --- all of it


def test_the_queries_of_a_desk_are_as_many_whatever_lies_there(world: World) -> None:
    def queries(login: str) -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        event.listen(world.db, "after_cursor_execute", counted)
        with reading(world.db) as db:
            matters_of(db, db.get_one(User, world.people[login]), story.at)
        event.remove(world.db, "after_cursor_execute", counted)
        return count

    story = Story(world)
    queries("wang")  # the laws are read once
    before = {login: queries(login) for login in ("wang", "zhao", "chen", "qian")}
    for _ in range(5):
        story = three_departments(world)
        story.then("request_extension", "wang", reason="需要取证", extra="5wd")
        story.then("return_part", "zhou", **BECAUSE)
        story.then("order", "zhao", order_text="请答复")
    assert {login: queries(login) for login in before} == before


def test_whatever_happens_each_running_clock_is_on_the_desk_of_somebody_who_can_act_on_it(world: World) -> None:
    seed = SEED or random.SystemRandom().randrange(1, 10**9)
    print(f"BIHUAN_TEST_SEED={seed}, {WALKS} walks of {STEPS} steps")
    dice, taken = random.Random(seed), Counter[str]()
    for _ in range(WALKS):
        walk = Walk(world, dice, taken)
        for _ in range(STEPS):
            walk.go(1)
            with reading(world.db) as db:
                assert in_the_dark(db, world.case(walk.number), walk.at) == []
