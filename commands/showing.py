"""`bihuan show`: a case as it stands or stood, with who did what and all that lies beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from cases import act as door
from cases.errors import NotFound, no_case
from cases.laws import law_of
from cases.policy import may_see, reads_as_staff
from cases.record.case import Case, Passage
from cases.record.database import reading
from cases.record.event import Event
from cases.record.people import Duty, Unit, User
from cases.sheet import PARTIES, history_of
from cases.timeline import as_of, events_of
from commands.departments import PART_COLUMNS, parts_of
from commands.facts import facts_of, oversight, print_facts
from commands.lying_beside import beside_of
from commands.options import At, Database, Format, Printed, connect, moment, print_json, print_rows
from commands.record import Number, person
from config import clock
from workflow.definition import Definition

COLUMNS = ("version", "at", "action", "from", "to", "role", "by")
AsReader = Annotated[str | None, typer.Option("--as", metavar="LOGIN", help="Who reads it; staff read names.")]


def show(
    number: Number, as_login: AsReader = None, database: Database = "", at: At = None, form: Printed = Format.TABLE
) -> None:
    """查看案件现状或某一时刻的情况，以及办理经过。

    Read a case, as it stands or as it stood at a moment, with its history; with --as, what somebody may read of it.
    """
    with reading(connect(database)) as db:
        case = door.find(db, number)
        reader = person(db, as_login) if as_login else None
        if reader is not None and not may_see(db, case, reader, clock.now()):
            raise no_case(number)
        then = moment(at) if at else None
        row = as_of(db, case.id or 0, then) if then else {name: getattr(case, name) for name in Case.model_fields}
        if not row:
            raise NotFound(f"案件 {number} 在该时刻尚未提出。", f"{number} had not been raised at that moment.")
        is_staff = reader is not None and reads_as_staff(db, case, reader, clock.now())
        events, said = _read(db, case, reader, then, is_staff=is_staff or reader is None)
        by = _actors(db, events, is_named=is_staff)
        definition = law_of(db, row["law_id"]).definition
        is_whole = then is None and (reader is None or is_staff)
        facts = facts_of(db, case, row) | (oversight(db, case) if is_whole else {})
        parts = parts_of(db, case) if then is None else []
        beside = beside_of(db, case, definition, is_named=is_staff) if is_whole else {}
    if form is Format.JSON:
        told = [(e.version, e.at, e.action, e.state_from, e.state_to, e.role, by.get(e.version or 0)) for e in events]
        facts["events"] = [dict(zip(COLUMNS, event, strict=True)) for event in told]
        if then is None:
            facts["parts"] = [dict(zip(PART_COLUMNS, part, strict=True)) for part in parts]
        print_json(facts | {name: [dict(zip(c, r, strict=True)) for r in rows] for name, (c, rows) in beside.items()})
        return
    if form is Format.CSV:
        print_facts(facts, form)
        return
    print_facts({name: _with_label(definition, name, value) for name, value in facts.items()}, form)
    lines = [
        (
            event.version,
            event.at,
            _with_label(definition, "action", event.action),
            _with_label(definition, "state", event.state_from),
            _with_label(definition, "state", event.state_to),
            event.role,
            by.get(event.version or 0, ""),
        )
        for event in events
    ]
    for columns, rows in (
        (PART_COLUMNS, parts),
        *beside.values(),
        (COLUMNS, lines),
        (("version", "field", "text"), [(one.version, one.field, one.body or "—") for one in said]),
    ):
        if rows:
            print()
            print_rows(rows, columns, form)


def _read(
    db: Session, case: Case, reader: User | None, then: datetime | None, *, is_staff: bool
) -> tuple[list[Event], list[Passage]]:
    """Return the events and texts of a case up to a moment, as far as the reader may know of them."""
    events = events_of(db, case.id or 0, then)
    if reader is not None:
        known = {one.version for one in history_of(db, case, reader, clock.now())}
        events = [event for event in events if event.version in known]
    versions = {event.version for event in events}
    said = db.exec(select(Passage).where(Passage.case_id == case.id).order_by(col(Passage.id))).all()
    return list(events), [one for one in said if one.version in versions and (is_staff or one.audience == PARTIES)]


def _actors(db: Session, events: Sequence[Event], *, is_named: bool) -> Mapping[int, str]:
    """Return by version who acted: the unit where they hold the role, else their first one, and to staff the name."""
    ids = sorted({event.actor_id for event in events if event.actor_id is not None})
    held = select(Duty.user_id, Duty.role, Unit.name).join(Unit, col(Unit.id) == Duty.unit_id)
    duties = db.exec(held.where(col(Duty.user_id).in_(ids)).order_by(col(Duty.id))).all()
    names = dict(db.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all()) if is_named else {}
    found = {}
    for event in events:
        mine = [(role, unit) for user_id, role, unit in duties if user_id == event.actor_id]
        units = [unit for role, unit in mine if role == event.role.rpartition(".")[2]] or [unit for _, unit in mine]
        found[event.version or 0] = " ".join(filter(None, (units[0] if units else "", names.get(event.actor_id))))
    return found


def _with_label(definition: Definition, name: str, value: Any) -> Any:
    """Return a code of the law with what the law calls it."""
    label = ""
    if name == "state" and value in definition.states:
        label = definition.states[value].label
    elif name == "action":
        label = next((step.label for step in definition.steps if step.action == value), "")
    elif name in definition.choices and value in definition.choices[name].options:
        label = definition.choices[name].options[value].label
    return f"{value} {label}" if label else value
