"""Whatever people, calendars and time do: an open case is on a desk with a clock, paused to an end, or an exception.

`BIHUAN_TEST_EXAMPLES` says how many histories for each database, `BIHUAN_TEST_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from cases.act import act, actions_for, find
from cases.arranging import Draft, added, is_known
from cases.audience import addressees
from cases.calendars import shipped
from cases.capabilities.assignments import current
from cases.laws import law_of
from cases.outlook import outlooks
from cases.queries import exceptions
from cases.record.case import Case
from cases.record.clock import Clock, FiredRung, Parked
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.settling import settle
from cases.sweep import sweep
from cases.words import OWNER
from tests.cases.calendar_acts import announced, of_2027, without_2027
from tests.cases.filled_in import SOUND
from tests.cases.on_desks import in_the_dark
from tests.cases.positions import DUTIES
from tests.cases.world import World
from tests.cast import MONDAY
from workflow.calendar_text import written
from workflow.errors import Refusal
from workflow.office_hours import YearPlan

HISTORIES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "2"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0"))
STEPS = 150
#: How often each desk of everybody is looked at, too.
LOOKS = 0.1
CASES = 5
LAWS = ("proposal", "grievance")
VERBS = {
    "order_text": ["请答复"], "colour": ["yellow", "red"], "person": ["feng", "zhou"],
    "point": ["in_review", "assigned", "handling"],
}  # fmt: skip
MEASURES = ["urge", "order", "take_over", "extend"]
PAUSES = (timedelta(minutes=5), timedelta(hours=3), timedelta(hours=3), timedelta(days=1), timedelta(days=9))


def test_no_open_case_ever_waits_in_the_dark(world: World) -> None:
    seed = SEED or random.SystemRandom().randrange(1, 10**9)
    print(f"BIHUAN_TEST_SEED={seed}, {HISTORIES} histories of {STEPS} steps")
    dice, counts = random.Random(seed), Counter[str]()
    for _ in range(HISTORIES):
        at = MONDAY
        numbers = [a_case(world, dice, at) for _ in range(CASES)]
        for _ in range(STEPS):
            at += dice.choice(PAUSES) / CASES
            which = dice.randrange(CASES)
            if world.case(numbers[which]).closed_at:
                numbers[which] = a_case(world, dice, at)
            if dice.random() < 0.4:  # mostly nobody does anything, and it climbs
                counts["acts"] += a_turn(world, dice, numbers[which], at)
            if dice.random() < 0.03:
                counts["calendars"] += a_calendar(world, dice, at)
            if dice.random() < 0.8:  # at times nobody sweeps for a while
                counts.update(one.rung.split()[0] for one in sweep(world.db, at))
                with reading(world.db) as db:
                    in_the_light(db, at)
                    if dice.random() < LOOKS:
                        assert in_the_dark(db, find(db, numbers[which]), at) == []
    world.check()
    with reading(world.db) as db:
        fired = Counter((row.clock_id, row.term, row.rung) for row in db.exec(select(FiredRung)))
        assert max(fired.values()) == 1
    print(dict(counts))


def a_case(world: World, dice: random.Random, at: datetime) -> str:
    """Raise a case of either law somewhere, and return its number."""
    return world.raises(dice.choice(["zhang", "qian"]), at, law=dice.choice(LAWS), unit=dice.choice("CTEP"))


def a_turn(world: World, dice: random.Random, number: str, at: datetime) -> bool:
    """Let somebody who may do something do it; tell whether the form was right."""
    with transaction(world.db) as db:
        case = find(db, number)
        for login in dice.sample(sorted(DUTIES), len(DUTIES)):
            person = db.get_one(User, world.people[login])
            steps = actions_for(db, case, person, at)
            law = law_of(db, case.law_id)
            lively = [
                step for step in steps if step.does or any(not law.state(target).final for target in step.targets)
            ]
            if steps := lively if dice.random() < 0.95 else steps:
                step = dice.choice(steps)
                break
        else:
            return False
        into = db.exec(select(Case.number).where(col(Case.closed_at).is_(None), Case.number != number)).first()
        known = {**SOUND, **VERBS, "measure": MEASURES, "into": [into or ""]}
        asked = [*step.needs, *step.takes] if step.does == ("acknowledge",) else step.needs
        form = {name: dice.choice(known[name]) for name in asked if name in known and name not in step.preset}
    try:
        with transaction(world.db) as db:
            person = db.get_one(User, world.people[login])
            act(db, find(db, number), step.action, by=person, at=at, form=form)
    except Refusal:
        return False
    return True


def a_calendar(world: World, dice: random.Random, at: datetime) -> bool:
    """Publish what the year looks like now, and at times let the sweep run before the clocks have followed it."""
    kind = dice.choice([of_2027, without_2027, disturbed(dice), disturbed(dice)])
    with reading(world.db) as db:
        if is_known(db, kind(db)):
            return False
    announced(world, kind, at)
    batches = settle(world.db, at)
    for _ in range(dice.choice([0, 1, CASES])):
        next(batches, None)
    if dice.random() < 0.5:
        deque(sweep(world.db, at), maxlen=0)
    for _ in settle(world.db, at):
        pass
    return True


def disturbed(dice: random.Random) -> Callable[[Session], Draft]:
    """Return the drafting of a calendar with days of the next months off, and weekends to make up for them."""
    hours, plans = shipped().hours, dict[int, YearPlan]()
    days = [date(2026, 11, 1) + timedelta(days=dice.randrange(120)) for _ in range(24)]
    for year in (2026, 2027):
        mine = {day for day in days if day.year == year}
        off, work = ({day for day in mine if (day.weekday() >= 5) is is_weekend} for is_weekend in (False, True))
        plans[year] = YearPlan(is_published=dice.random() < 0.7, off=frozenset(off), work=frozenset(work))
    text = written(replace(hours, years={**hours.years, **plans}))
    return lambda db: added(db, text, "disturbed.toml")


def in_the_light(db: Session, at: datetime) -> None:
    """Assert of every open case that somebody has it, that a clock tells until when, and that something comes next."""
    parked = {row.clock_id for row in db.exec(select(Parked).where(col(Parked.released_at).is_(None)))}
    unwatched = {number for number, _ in exceptions(db)}
    ahead = {one.number: one for one in outlooks(db, at)}
    for case in db.exec(select(Case).where(col(Case.closed_at).is_(None))):
        running = db.exec(select(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))).all()
        clocks = [clock for clock in running if not (clock.state or "").startswith("keep@")]  # `questions` has those
        state = law_of(db, case.law_id).state(case.state)
        assert case.number not in unwatched
        assert [clock.state for clock in clocks if clock.kind == "state" and clock.due_at is not None] == [case.state]
        assert all(state.pauses for clock in clocks if clock.remaining is not None)
        assert all(clock.next_at is None or clock.next_at > at for clock in clocks)
        owners = list(addressees(db, case, [OWNER], at))
        assert owners and all(one.people or one.unit_id is None for one in owners)
        of_parts = {clock.state for clock in clocks if clock.kind == "beside"}
        supports = [row.unit_id for row in current(db, case) if row.kind == "support"]
        if law_of(db, case.law_id).definition.parts:
            assert {f"done@{unit_id}" for unit_id in supports} <= of_parts
        late = [clock for clock in clocks if clock.kind in ("state", "beside") and clock.due_at and clock.due_at <= at]
        for clock in late:  # whoever has it was told, and somebody above is to come, has it now, or is to see to it
            assert clock.next_at or case.level or parked & {one.id for one in clocks}, (case.number, clock)
        assert any(clock.next_at for clock in clocks) or any(clock.id in parked for clock in clocks)
        assert ahead[case.number].to or ahead[case.number].why[0]
