"""Random walks of one case with three departments, and what must hold after every step of them.

A walk knows no action by name: it takes what the law offers somebody, fills the form in by the kinds of its fields, and
lets time pass. What it must never find is written here as plain recounts of the rows.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from cases import firing
from cases.act import act, actions_for, find
from cases.climbing import Stranded
from cases.clocks import BESIDE, CASE, CLIMB, STATE
from cases.firing import Fired
from cases.laws import law_of
from cases.record.case import Assignment, Case
from cases.record.clock import Clock, Parked
from cases.record.database import reading, transaction
from cases.record.people import Duty, User
from cases.seats import people_at
from cases.side_clocks import desk_of
from cases.sides import Side
from cases.timeline import events_of
from cases.veil import raiser
from cases.words import HANDLERS, Post
from tests.cases.departments import three_departments
from tests.cases.recounts import check_rows
from tests.cases.world import HOUR, Story, World, check_case
from workflow.definition import Definition, Step
from workflow.errors import Refusal

UNITS = ("A", "B", "D", "G")
#: What fields of these names are filled in with; any other is filled in by its kind.
VALUES: dict[str, list[Any]] = {
    "category": ["工资报酬"], "extra": ["2wd", "5wd"], "percent": ["0", "40", "100"], "measure": ["urge", "extend"],
}  # fmt: skip


def name_deputies(db: Session, world: World, at: datetime) -> None:
    """Let the lead's handler and the supervisor be away for two days, once for all walks of a world."""
    for login, duty, absent in (("sun", "handler@D", "wang"), ("feng", "supervisor@C", "zhao")):
        role, _, unit = duty.partition("@")
        whose = select(Duty.id).where(Duty.user_id == world.people[absent], Duty.role == role)
        behind = db.exec(whose.where(Duty.unit_id == world.units[unit])).one()
        if db.exec(select(Duty.id).where(Duty.deputy_of == behind)).first() is None:
            row = Duty(user_id=world.people[login], unit_id=world.units[unit], role=role, deputy_of=behind)
            row.from_at, row.until_at = at, at + timedelta(days=2)
            db.add(row)


class Walk:
    """One case on its way: who does what next is drawn, and so is how much time passes.

    Of what somebody may do, they do what was done least so far: `seen` counts over many walks.
    """

    def __init__(self, world: World, dice: random.Random, seen: Counter[str]) -> None:
        self.world, self.dice, self.taken = world, dice, seen
        self.story = three_departments(world, dice.choice("AB"))
        with transaction(world.db) as db:
            name_deputies(db, world, self.story.at)
        self.number, self.at = self.story.number, self.story.at
        self.others = [Story(world).up_to("submit").number]

    def go(self, steps: int) -> None:
        """Take some steps, and look at the case after each of them."""
        for _ in range(steps):
            self.at += self.dice.choice((timedelta(minutes=5), HOUR, HOUR, 9 * HOUR, timedelta(days=1, hours=2)))
            for fired in pass_time(self.world, self.number, self.at):
                self.taken[f"rung {fired.rung.split()[0]}"] += 1
            self.take_a_step()
            with reading(self.world.db) as db:
                case = find(db, self.number)
                check_case(db, case)
                check_hands(db, case, self.at)

    def take_a_step(self) -> None:
        """Let somebody who may do something try it; a refusal leaves everything as it was."""
        with reading(self.world.db) as db:
            case = find(db, self.number)
            law = law_of(db, case.law_id).definition
            chosen = self.choose(db, case, law)
            if chosen is None:
                return
            login, step = chosen
            form = self.form(law, step)
        try:
            with transaction(self.world.db) as db:
                person = db.get_one(User, self.world.people[login])
                act(db, find(db, self.number), step.action, by=person, at=self.at, form=form)
            self.taken[step.action] += 1
        except Refusal as refusal:
            self.taken[f"no {step.action}"] += 1
            assert refusal.zh and refusal.en

    def choose(self, db: Session, case: Case, law: Definition) -> tuple[str, Step] | None:
        """Draw a person and something that they may do; what ends the case is rare, what does nothing else too."""
        people = list(self.world.people)
        for login in self.dice.sample(people, len(people)):
            steps = actions_for(db, case, db.get_one(User, self.world.people[login]), self.at)
            lively = [step for step in steps if step.does or step.target]
            lasting = [step for step in lively if not (step.target and law.states[step.target].final)]
            if among := lasting if lasting and self.dice.random() < 0.95 else lively:
                return login, min(among, key=lambda step: (self.tried(step.action), self.dice.random()))
        return None

    def tried(self, action: str) -> int:
        """Return how often an action was taken, or refused, in all walks."""
        return self.taken[action] + self.taken[f"no {action}"]

    def form(self, law: Definition, step: Step) -> dict[str, Any]:
        """Fill in what a step needs and some of what it takes."""
        names = [*step.needs, *(name for name in step.takes if self.dice.random() < 0.4)]
        return {name: self.value(law, step, name) for name in names if name not in step.preset}

    def value(self, law: Definition, step: Step, name: str) -> Any:
        """Draw a value for a field."""
        if name in VALUES:
            return self.dice.choice(VALUES[name])
        field, dice = law.vocabulary.fields[name], self.dice
        if options := law.options_of(field):
            return dice.choice(list(options))
        match field.kind:
            case "unit":
                return dice.choice(UNITS)
            case "units":
                return dice.sample(UNITS, dice.choice((1, 1, 2)))
            case "yes_no":
                return dice.choice(("yes", "yes", "no"))
            case "limit":
                return dice.choice(("1wd", "3wd"))
            case "date":
                return (self.at + timedelta(days=dice.randrange(3, 40))).date().isoformat()
            case "case":
                return dice.choice(self.others)
            case "person":
                return dice.choice(list(self.world.people))
            case "people":
                return dice.sample(list(self.world.people), 3)
            case "percent":
                return str(dice.randrange(101))
            case "state":
                return dice.choice(step.targets)
            case _:
                return f"{field.label}{dice.randrange(100)}"


def pass_time(world: World, number: str, until: datetime) -> Iterator[Fired]:
    """Fire what falls due of one case up to a moment, each rung at its own moment."""
    while True:
        with transaction(world.db) as db:
            case = find(db, number)
            running = select(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))
            due = db.exec(
                running.where(col(Clock.next_at) <= until).order_by(col(Clock.next_at), col(Clock.id))
            ).first()
            if due is None or due.next_at is None:
                return
            try:
                fired, _ = firing.fire(db, due, due.next_at)
            except Stranded as stranded:
                firing.strand(db, due, stranded, due.next_at)
                continue
        if fired is not None:
            yield fired


def check_hands(db: Session, case: Case, at: datetime) -> None:
    """Assert what must hold of everybody's share of a case at any moment."""
    rows = db.exec(select(Assignment).where(Assignment.case_id == case.id).order_by(col(Assignment.id))).all()
    running = db.exec(select(Clock).where(Clock.case_id == case.id, col(Clock.stopped_at).is_(None))).all()
    law = law_of(db, case.law_id).definition
    events = [(event, json.loads(event.data)) for event in events_of(db, case.id or 0)]
    everyone_has_a_desk_and_a_clock(db, case, law, rows, running, at)
    no_timer_is_lost(db, case, law, running, at)
    no_review_is_skipped(law, events)
    rows_are_what_events_told(rows, events)
    check_rows(db, case, law, events)


def everyone_has_a_desk_and_a_clock(
    db: Session, case: Case, law: Definition, rows: Any, running: Any, at: datetime
) -> None:
    """No open part without people who answer for it and a clock; no clock without a part; nobody twice."""
    current = [row for row in rows if row.ended_at is None]
    if case.closed_at:
        assert current == []
        return
    # Who has given the lead back may be named a support department while it leads until somebody else has signed.
    hands = [row.unit_id for row in current if (row.kind, row.status) != ("lead", "returned")]
    assert max(Counter(hands).values(), default=0) <= 1
    leads = Counter(row.status == "returned" for row in current if row.kind == "lead")
    assert leads[True] <= 1 and leads[False] <= 1, "who gave it back leads until somebody else has signed"
    for row in current:
        _, people = people_at(db, Post(HANDLERS, row.unit_id), at, besides=raiser(db, case))
        assert people, row
    timed = Counter(Side.parse(clock.state)[:2] for clock in running if clock.kind == BESIDE)
    for row in current:
        if row.kind == "support":
            assert timed["done", row.unit_id] == 1, row
            assert timed["sign", row.unit_id] == (1 if row.signed_at is None else 0), row
    helping = {row.unit_id for row in current if row.kind == "support"}
    for clock in running:
        if clock.kind == BESIDE:
            side = Side.parse(clock.state)
            assert people_at(db, desk_of(db, law, side)[1], at)[1], clock.state
            assert side.name not in ("sign", "done") or side.unit_id in helping, clock.state


def no_timer_is_lost(db: Session, case: Case, law: Definition, running: Any, at: datetime) -> None:
    """Whatever runs has something to come, is parked, or has told everything; the case has its own two clocks."""
    kinds = Counter(clock.kind for clock in running)
    if case.closed_at:
        assert kinds[STATE] == kinds[CASE] == kinds[CLIMB] == 0
        return
    assert kinds[STATE] == 1
    assert kinds[CASE] == (1 if case.submitted_at else 0)
    parked = set(db.exec(select(Parked.clock_id).where(col(Parked.released_at).is_(None))))
    for clock in running:
        if clock.remaining is None:
            assert clock.due_at is not None, clock
            assert clock.next_at is None or clock.next_at > at, clock
            assert clock.next_at or clock.id in parked or clock.rung > 0, clock
    late = [clock for clock in running if clock.kind != CLIMB and clock.due_at and clock.due_at <= at]
    assert not kinds[CLIMB] or late, "a case that nobody is late with is nobody's to climb"


def no_review_is_skipped(law: Definition, events: Any) -> None:
    """Behind review lies only what somebody other than the submitter has decided since it last was before or in it."""
    is_decided = False
    for event, _ in events:
        old, new = law.states.get(event.state_from or ""), law.states[event.state_to]
        if old is not None and old.name != new.name and old.stage == "review" and new.stage not in ("submit", "review"):
            assert event.role not in ("submitter", "system", "anyone"), event
            is_decided = True
        elif new.stage in ("submit", "review") and not new.final:
            is_decided = False
        assert new.stage in ("submit", "review") or is_decided, event


def rows_are_what_events_told(rows: Any, events: Any) -> None:
    """A recount of everybody's part from the events alone comes to the rows of today."""
    told: dict[int, dict[str, Any]] = {}
    for _, data in events:
        for how, table, row_id, values in data.get("rows", []):
            if table == "assignments":
                assert (how == "add") is (row_id not in told)
                told.setdefault(row_id, {}).update(values)
    assert {row.id: (row.unit_id, row.kind, row.status) for row in rows} == {
        row_id: (values["unit_id"], values["kind"], values["status"]) for row_id, values in told.items()
    }
