"""Random lives of a case with three departments in three different states: whatever they do, nothing is lost.

`BIHUAN_TEST_EXAMPLES` says how many lives there are for each database, `BIHUAN_TEST_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from cases.act import actions_for, find
from cases.dispute_rates import ended_disputes
from cases.rates import rates
from cases.record.case import Extension
from cases.record.columns import table_of
from cases.record.database import reading
from cases.record.disputes import Dispute
from cases.record.people import Duty, User
from cases.seats import people_at, posts
from cases.sides import Side
from cases.sweep import sweep
from tests.cases.departments import check_departments, three_departments
from tests.cases.world import DAY, HOUR, Story, World
from tests.cast import MONDAY
from workflow.definition import Step
from workflow.errors import Refusal

LIVES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "12"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0"))
STEPS = 30
WHO = ("wang", "wu", "zhou", "bai", "zhao", "shuang", "sun", "chen", "wei")
#: What leads away from the quarrel is left out, and what only passes the time is rare.
LEFT_OUT = {"note", "refer_up", "put_on_account", "urge"}
VALUES: dict[str, list[Any]] = {
    "reason": ["理由"], "rule": ["三定方案第五条"], "lead": ["D", "A", "B", "G"], "support": ["A", "B", "A;B", ""],
    "part": ["A", "B", "D"], "extra": ["2wd", "12wd", "20d", "40d"], "approve": ["yes", "no"], "release": ["yes", "no"],
    "result": ["已办"], "answer": ["已办"], "measure": ["urge", "extend"],
}  # fmt: skip


def test_whatever_three_departments_do_nothing_is_lost_and_every_figure_is_that_of_a_recount(world: World) -> None:
    number = SEED or random.SystemRandom().randrange(1, 10**9)
    print(f"BIHUAN_TEST_SEED={number}, {LIVES} lives of {STEPS} steps")
    dice, done = random.Random(number), Counter[str]()
    for _ in range(LIVES):
        story = three_departments(world)
        for _ in range(STEPS):
            story.at += dice.choice((timedelta(minutes=20), 3 * HOUR, DAY))
            if dice.random() < 0.3:
                list(sweep(world.db, story.at))
            done[one_step(world, story, dice)] += 1
            if story.case.closed_at is not None:
                break
            check_requests(world, story)
        check_departments(world)
    print(done.most_common())
    check_figures(world, MONDAY + 365 * DAY)
    assert LIVES < 40 or (done["dispute"] and done["return_part"] and done["request_part_extension"])


def one_step(world: World, story: Story, dice: random.Random) -> str:
    """Let somebody do something that is offered to them; a form may be refused, and then nothing is written."""
    login = dice.choice(WHO)
    with reading(world.db) as db:
        case, person = find(db, story.number), db.exec(select(User).where(User.login == login)).one()
        steps = [step for step in actions_for(db, case, person, story.at) if step.action not in LEFT_OUT]
    if not steps:
        return "nothing"
    step = dice.choice(steps)
    version = story.case.version
    try:
        world.does(story.number, step.action, login, story.at, **form_of(step, dice))
    except Refusal as refusal:
        assert refusal.zh and refusal.en
        assert story.case.version == version
        return "refused"
    return step.action


def form_of(step: Step, dice: random.Random) -> dict[str, Any]:
    """Fill in what a step needs, and some of what it takes."""
    names = [*step.needs, *(name for name in step.takes if dice.random() < 0.5)]
    form = {name: dice.choice(VALUES[name]) for name in names if name in VALUES}
    return {name: value for name, value in form.items() if value != ""}


def check_requests(world: World, story: Story) -> None:
    """Assert that each request that waits has a clock, that no other has one, and that nobody of two sides decides."""
    with reading(world.db) as db:
        case = find(db, story.number)
        waiting = db.exec(
            select(Extension).where(
                Extension.case_id == case.id, col(Extension.decided_at).is_(None), col(Extension.lapsed_at).is_(None)
            )
        ).all()
        running = [Side.parse(row.state) for row in world.clocks(story.number, running=True) if row.kind == "beside"]
        deciding = sorted(side.row_id or 0 for side in running if side.name.startswith("decide"))
        assert deciding == sorted(row.id or 0 for row in waiting)
        assert len({row.unit_id for row in waiting}) == len(waiting)
        quarrel = db.exec(select(Dispute).where(Dispute.case_id == case.id, col(Dispute.decided_at).is_(None))).first()
        if quarrel is not None:
            sides = {quarrel.opened_by_unit_id, quarrel.against_unit_id}
            (post,) = posts(db, case, "adjudicator")
            _, people = people_at(db, post, story.at)
            assert people
            duties = db.exec(select(Duty.unit_id).where(col(Duty.user_id).in_([person.id for person in people])))
            assert sides.isdisjoint(duties)


def check_figures(world: World, until: datetime) -> None:
    """Assert that the rates of disputes, in all and by unit, are what a recount of the rows gives."""
    with reading(world.db) as db:
        (whole,) = rates(db, MONDAY - DAY, until + DAY)
        rows = {row["key"]: row for row in rates(db, MONDAY - DAY, until + DAY, "unit")}
        ended = db.exec(select(Dispute).where(col(Dispute.decided_at).is_not(None))).all()
        table = table_of(Dispute).c
        told = list(ended_disputes(db, table.decided_at.is_not(None), table.id.is_not(None)))
    codes = {unit_id: code for code, unit_id in world.units.items()}
    booked = Counter(codes[row.booked_to_unit_id] for row in ended if row.booked_to_unit_id is not None)
    assert {key: row["disputes"] for key, row in rows.items() if row["disputes"]} == dict(booked)
    assert whole["disputes"] == booked.total() == sum(one.booked_to_unit_id is not None for one in told)
    minutes = sum(int((row.decided_at - row.opened_at).total_seconds()) // 60 for row in ended if row.decided_at)
    lapsed = sum(one.minutes for one in told if one.booked_to_unit_id is None)
    assert whole["dispute_minutes"] == minutes - lapsed == sum(row["dispute_minutes"] for row in rows.values())
