"""Whatever people do and time does: each open case is on a desk with a clock, paused until an end, or an exception.

`BIHUAN_TEST_EXAMPLES` says how many histories for each database, `BIHUAN_TEST_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from cases.act import act, actions_for, find
from cases.audience import addressees
from cases.laws import law_of
from cases.outlook import outlooks
from cases.queries import exceptions
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung, Parked
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.sweep import sweep
from cases.words import OWNER
from tests.cases.positions import DUTIES
from tests.cases.test_model import SOUND
from tests.cases.world import World
from tests.cast import MONDAY
from workflow.errors import Refusal

HISTORIES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "4"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0"))
STEPS = 150
CASES = 5
LAWS = ("proposal", "grievance")
MEASURES = ["urge", "order", "take_over", "extend"]
PAUSES = (timedelta(minutes=5), timedelta(hours=3), timedelta(hours=3), timedelta(days=1), timedelta(days=9))


def test_no_open_case_ever_waits_in_the_dark(world: World) -> None:
    seed = SEED or random.SystemRandom().randrange(1, 10**9)
    print(f"BIHUAN_TEST_SEED={seed}, {HISTORIES} histories of {STEPS} steps")
    dice, counts = random.Random(seed), Counter[str]()
    for _ in range(HISTORIES):
        at = MONDAY
        numbers = [
            world.raises(
                dice.choice(["zhang", "qian"]), at, law=dice.choice(["proposal", "grievance"]), unit=dice.choice("CTEP")
            )
            for _ in range(CASES)
        ]
        for _ in range(STEPS):
            at += dice.choice(PAUSES) / CASES
            counts["acts"] += a_turn(world, dice, dice.choice(numbers), at)
            if dice.random() < 0.8:  # at times nobody sweeps for a while
                counts.update(one.rung.split()[0] for one in sweep(world.db, at))
                with reading(world.db) as db:
                    in_the_light(db, at)
    world.check()
    with reading(world.db) as db:
        fired = Counter((row.clock_id, row.term, row.rung) for row in db.exec(select(FiredRung)))
        assert max(fired.values()) == 1
    print(dict(counts))


def a_turn(world: World, dice: random.Random, number: str, at: datetime) -> bool:
    """Let somebody who may do something do it; tell whether the form was right."""
    with transaction(world.db) as db:
        case = find(db, number)
        for login in dice.sample(sorted(DUTIES), len(DUTIES)):
            person = db.get_one(User, world.people[login])
            steps = actions_for(db, case, person, at)
            law = law_of(db, case.law_id)
            lively = [step for step in steps if step.does or (step.target and not law.state(step.target).final)]
            if steps := lively if dice.random() < 0.95 else steps:
                step = dice.choice(steps)
                break
        else:
            return False
        into = db.exec(select(Case.number).where(col(Case.closed_at).is_(None), Case.number != number)).first()
        known = {**SOUND, "measure": MEASURES, "into": [into or ""]}
        form = {name: dice.choice(known[name]) for name in step.needs if name in known and name not in step.preset}
    try:
        with transaction(world.db) as db:
            person = db.get_one(User, world.people[login])
            act(db, find(db, number), step.action, by=person, at=at, form=form)
    except Refusal:
        return False
    return True


def in_the_light(db: Session, at: datetime) -> None:
    """Assert of every open case that somebody has it, that a clock tells until when, and that something comes next."""
    parked = {row.clock_id for row in db.exec(select(Parked).where(col(Parked.released_at).is_(None)))}
    unwatched = {number for number, _ in exceptions(db)}
    ahead = {one.number: one for one in outlooks(db, at)}
    for case in db.exec(select(Case).where(col(Case.closed_at).is_(None))):
        clocks = db.exec(select(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))).all()
        state = law_of(db, case.law_id).state(case.state)
        assert case.number not in unwatched
        assert [clock.state for clock in clocks if clock.kind == "state" and clock.due_at is not None] == [case.state]
        assert all(state.pauses for clock in clocks if clock.remaining is not None)
        assert all(clock.next_at is None or clock.next_at > at for clock in clocks)
        owners = list(addressees(db, case, [OWNER], at))
        assert owners and all(one.people or one.unit_id is None for one in owners)
        assert any(clock.next_at for clock in clocks) or any(clock.id in parked for clock in clocks)
        assert ahead[case.number].to or ahead[case.number].why[0]
