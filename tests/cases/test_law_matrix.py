"""Every state, every action, every kind of person: the one door opens exactly where the law's text says so.

The law is read here with `tomllib` alone (see `modelled`), so that a fault in our own reader cannot hide itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from cases import audit
from cases.act import act, actions_for, find
from cases.record.case import Assignment, Case, Extension
from cases.record.clock import Level
from cases.record.columns import table_of
from cases.record.database import release, transaction
from cases.record.people import User
from cases.record.urging import Urge
from cases.seats import posts
from tests.cases.modelled import is_beyond, law_of
from tests.cases.world import HOUR, ROADS, Story, World
from tests.cast import MONDAY, WORKFLOWS
from tests.conftest import copy_sqlite
from workflow.machine import ActionNotAllowed, NotByYou, NotFromHere, NotNow, UnknownAction

#: What each kind of person is to the case: raised in the town T, led by G, supported by the province's office B.
ROLES: dict[str | None, set[str]] = {
    None: {"system"},
    "zhang": {"submitter", "anyone"},
    "tang": {"reviewer", "anyone"},
    "du": {"supervisor", "anyone"},
    "hai": {"leader", "anyone"},
    "guo": {"lead", "anyone"},
    "he": {"lead", "anyone"},
    "bai": {"support", "anyone"},
    "zhao": {"parent.supervisor", "anyone"},
    "sun": {"parent.leader", "anyone"},
    "li": {"parent.reviewer", "anyone"},
    "chen": {"adjudicator", "anyone"},
    "wei": {"climbed_to", "anyone"},
    "feng": {"anyone"},
    "wang": set(),  # a handler elsewhere
    "qian": set(),  # a worker who raised other cases
    "deng": set(),  # whose duty has ended
    "zheng": set(),  # disabled
    "xitong": set(),
    "anquan": set(),
    "shenji": set(),
}
VALUES: dict[str, Any] = {
    "category": "其他", "tier": "A", "urgency": "7d", "lead": "A", "answer": "已办", "reason": "理由", "note": "留言",
    "summary": "摘要", "result": "结果", "extra": "2wd", "approve": "yes", "promise": "承诺",
    "promised_on": "2028-06-01", "measure": "urge", "part": "B", "rule": "三定方案第五条",
}  # fmt: skip
UNKNOWN = "fly"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Text:
    """A law as its file says it, for this test only."""

    states: dict[str, dict[str, Any]]
    steps: list[dict[str, Any]]
    beyond: list[dict[str, Any]]
    separation: dict[str, list[str]]

    def step(self, state: str, action: str) -> dict[str, Any] | None:
        """Find the arrow of an action that leaves a state."""
        (*found,) = [row for row in self.steps if row["action"] == action and state in self.sources(row)]
        assert len(found) < 2
        return found[0] if found else None

    def sources(self, row: dict[str, Any]) -> set[str]:
        """Spell out where an arrow starts."""
        words = {row["from"]} if isinstance(row["from"], str) else set(row["from"])
        if "any" in words:
            return set(self.states)
        if "open" in words:
            return {name for name, state in self.states.items() if not state.get("final")}
        return words

    def expected(self, state: str, action: str, roles: set[str], *, against: bool) -> type[ActionNotAllowed] | None:
        """Say how the law answers, with every condition met or with every condition against the person."""
        if action not in {row["action"] for row in [*self.steps, *self.beyond]}:
            return UnknownAction
        row = self.step(state, action)
        if row is None:
            return NotFromHere
        by = {row["by"]} if isinstance(row["by"], str) else set(row["by"])
        if not by & roles:
            return NotByYou
        always = {"not_the_submitter", "not_on_my_desk"}
        if "not_on_my_desk" in row.get("only_if", []) and "submitter" in by & roles and self.is_mine(state):
            return NotNow
        conditions = {*row.get("only_if", []), *(["within"] if "within" in row else [])} - always
        return NotNow if against and (conditions or self.apart_from_the_lead(by & roles)) else None

    def is_mine(self, state: str) -> bool:
        """Say whether a case in a state lies with whoever raised it."""
        return bool(self.states[state].get("owner") == "submitter")

    def apart_from_the_lead(self, roles: set[str]) -> bool:
        """Say whether nobody who handled the case may take a step in any of these roles."""
        apart = {word for words in self.separation.values() if "lead" not in words for word in words}
        return roles <= apart


def read(name: str) -> Text:
    """Read a law's file, as far as the reference model speaks of it."""
    table = law_of(name)
    return Text(table["states"], table["steps"], table["beyond"], table.get("separation", {}))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Any) -> Iterator[World]:
    """Gives one SQLite world to all tests here: each attempt is rolled back."""
    path = tmp_path_factory.mktemp("matrix") / "bihuan.db"
    copy_sqlite(migrated_sqlite, path)
    yield World(f"sqlite:///{path}")
    release(f"sqlite:///{path}")


@pytest.mark.parametrize("mode", ["conditions met", "conditions against", "their own case"])
@pytest.mark.parametrize("name", sorted(path.stem for path in WORKFLOWS.glob("*.toml")))
def test_the_door_opens_exactly_where_the_law_says(world: World, name: str, mode: str) -> None:
    against, is_own = mode == "conditions against", mode == "their own case"
    law, other = read(name), Story(world, law=name, unit="T").up_to("submit").number
    story = Story(world, law=name, unit="T")
    actions = sorted({row["action"] for row in law.steps})
    wrong: list[tuple[object, ...]] = []
    attempts = 0
    with Session(world.db, autoflush=False, expire_on_commit=False) as db:
        for state in law.states:
            for login, roles in ROLES.items():
                person = world.people[login] if login else None
                if is_own and login and login != "zheng":  # who raised it is nothing else in it, whatever their duties
                    roles = {"submitter", "anyone"}
                asked = [action for action in (*actions, UNKNOWN) if not is_beyond(law_of(name), state, action)]
                placed: Placement | None = None
                for placement, action in sorted((placement_for(law, state, word, against), word) for word in asked):
                    if placement != placed:
                        db.rollback()
                        place(db, world, law, story.number, state, placement, person, against=against, is_own=is_own)
                    found = answer(db, law, story.number, state, action, person, other, against=against)
                    # A refusal leaves the case where it was placed; what was done is undone.
                    placed = placement if found else None
                    expected = law.expected(state, action, roles, against=against)
                    attempts += 1
                    if found is not expected:
                        wrong.append((state, action, login, found, expected))
                db.rollback()
    print(f"{name}: {len(law.states)} states x {len(actions) + 1} actions x {len(ROLES)} people = {attempts} attempts")
    assert wrong == []


@pytest.mark.parametrize("name", sorted(path.stem for path in WORKFLOWS.glob("*.toml")))
def test_the_buttons_are_exactly_the_actions_that_the_law_allows(world: World, name: str) -> None:
    law = read(name)
    story = Story(world, law=name, unit="T")
    # What a pending request, a part that is signed for, or none at all would ask for, is not offered beside the rest.
    actions = {row["action"] for row in law.steps} - {"decide_extension", "report_part", "report", "dispute"}
    with Session(world.db, autoflush=False, expire_on_commit=False) as db:
        for state in law.states:
            for login, roles in ROLES.items():
                if login is None:
                    continue
                placement = placement_for(law, state, "", against=False)
                place(db, world, law, story.number, state, placement, world.people[login], against=False, is_own=False)
                person = db.get_one(User, world.people[login])
                offered = {step.action for step in actions_for(db, find(db, story.number), person, MONDAY + HOUR)}
                offered &= actions
                allowed = {word for word in actions if law.expected(state, word, roles, against=False) is None}
                assert offered == allowed, (state, login)
                db.rollback()


class Placement(NamedTuple):
    """Everyone's part in a case, as the conditions of one action want it."""

    is_signed: bool
    has_support: bool
    has_request: bool
    has_returned: bool
    has_urged: bool


def placement_for(law: Text, state: str, action: str, against: bool) -> Placement:
    """Say what has to be there so that each condition of an action is met, or is against the person."""
    conditions = (law.step(state, action) or {}).get("only_if", [])
    return Placement(
        is_signed=not against if "part_signed" in conditions else against,
        has_support=("part_open" if against else "support_done") not in conditions,
        has_request=against or action == "decide_extension",
        has_returned=("first_return" if against else "returned_before") in conditions,
        has_urged=against and "not_urged_today" in conditions,
    )


def place(
    db: Session,
    world: World,
    law: Text,
    number: str,
    state: str,
    placement: Placement,
    person: int | None,
    *,
    against: bool,
    is_own: bool,
) -> None:
    """Put a case into a state, with everyone's part in it."""
    cases, case_id = table_of(Case), find(db, number).id
    assert case_id is not None
    is_final = bool(law.states[state].get("final"))
    values: dict[str, Any] = {
        "state": state, "stage": law.states[state]["stage"], "lead_id": world.units["G"], "entered_at": MONDAY,
        "submitted_at": MONDAY,
        "due_at": None if is_final else MONDAY + 30 * HOUR, "closed_at": MONDAY if is_final else None,
    }  # fmt: skip
    if is_own and person:
        values["submitter_id"] = person
    db.connection().execute(update(cases).where(cases.c.id == case_id).values(**values))
    status = "signed" if placement.is_signed else "offered"
    for unit, kind in (("G", "lead"), *([("B", "support")] if placement.has_support else [])):
        db.add(Assignment(case_id=case_id, unit_id=world.units[unit], kind=kind, status=status, assigned_at=MONDAY))
    if not is_final:
        db.add(Level(case_id=case_id, number=5, role="leader", unit_id=world.units["P"], reached_at=MONDAY))
    if placement.has_returned:
        back = Assignment(
            case_id=case_id, unit_id=world.units["G"], kind="lead", status="returned", assigned_at=MONDAY + HOUR
        )
        back.ended_at = MONDAY
        db.add(back)
    if placement.has_request:
        asker = person if against else world.people["guo"]
        db.add(Extension(case_id=case_id, extra="2wd", asked_by=asker, asked_at=MONDAY))
    if placement.has_urged:
        db.flush()
        owner = law.states[state]["owner"]
        desks = [(owner, next((post.unit_id for post in posts(db, find(db, number), owner)), None))]
        for desk, unit_id in (*desks, ("support", world.units["B"])):
            for by_id, role in ((person, "leader"), (None, "submitter")):
                row = Urge(case_id=case_id, desk=desk, unit_id=unit_id, as_role=role, by_id=by_id, at=MONDAY + YEAR)
                db.add(row)
    if against and person:
        audit.append(db, [audit.Entry(MONDAY, "report", "lead", case_id=case_id, version=99, actor_id=person)])
    db.flush()


def answer(
    db: Session, law: Text, number: str, state: str, action: str, person: int | None, other: str, *, against: bool
) -> type[Exception] | None:
    """Try an action with a form that is complete, and return how it is refused."""
    row = law.step(state, action) or {}
    form = {name: other if name == "into" else VALUES[name] for name in row.get("needs", []) if name != "rating"}
    if "rating" in row.get("needs", []):
        form["rating"] = action
    at: datetime = MONDAY + (YEAR if against else HOUR)
    by = db.exec(select(User).where(col(User.id) == person)).first() if person else None
    case = find(db, number)
    try:
        event = act(db, case, action, by=by, at=at, form=form)
    except ActionNotAllowed as refusal:
        return type(refusal)
    assert (event["state_from"], event["state_to"]) == (state, row.get("to", state))
    assert case.state == row.get("to", state)
    return None


@pytest.mark.parametrize("name", sorted(ROADS))
def test_the_straight_road_is_modelled(name: str) -> None:
    modelled = {row["action"] for row in read(name).steps}
    assert modelled.issuperset(action for action, _, _ in ROADS[name])
    assert modelled.issuperset(
        {"ask_submitter", "supplement", "reject", "send_back", "unsatisfied", "withdraw", "note"}
    )


def test_the_matrix_has_teeth(world: World) -> None:
    law = read("proposal")
    assert law.expected("in_review", "accept", {"reviewer"}, against=False) is None
    assert law.expected("verifying", "verify", {"supervisor"}, against=True) is NotNow
    assert law.expected("in_review", "accept", {"lead"}, against=False) is NotByYou
    assert law.expected("draft", "accept", {"reviewer"}, against=False) is NotFromHere
    assert law.expected("draft", UNKNOWN, {"reviewer"}, against=False) is UnknownAction
    with transaction(world.db) as db:
        assert db.exec(select(Extension)).first() is None  # every attempt above was rolled back
