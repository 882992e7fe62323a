"""Recordings of others, lived through again: work given to other departments, and the parent that closes last.

The recordings lie beside the project (`../shared/data`); nobody of this project wrote them.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from cases.record.case import Assignment
from cases.record.database import reading, transaction
from cases.record.people import Duty, Unit, User
from tests.cases.walks import check_hands, pass_time
from tests.cases.world import World
from workflow.errors import Refusal

TEN_MINUTES = timedelta(minutes=10)


@dataclass
class Offices:
    """Departments of the city that a recording names, each with somebody who handles what it gets."""

    world: World

    def of(self, name: str) -> tuple[str, str]:
        """Return the code of a department and the login of its handler; both are made when first asked for."""
        code = f"X{sum(map(ord, name))}"
        login = f"handler-{code}"
        if code not in self.world.units:
            with transaction(self.world.db) as db:
                self.world.units[code], self.world.people[login] = _made(db, self.world.units["C"], code, name, login)
        return code, login


def _made(db: Session, parent_id: int, code: str, name: str, login: str) -> tuple[int, int]:
    parent, number = db.get_one(Unit, parent_id), 1_000 + sum(map(ord, name))  # the cast has numbers of its own
    unit = Unit(id=number, code=code, name=name, kind="department", parent_id=parent_id)
    person = User(id=number, login=login, name=login, created_at=datetime.fromisoformat("2014-01-01T00:00:00+00:00"))
    db.add_all((unit, person))
    db.flush()
    unit.path = f"{parent.path}{unit.id}/"
    db.add(Duty(user_id=person.id or 0, unit_id=unit.id or 0, role="handler"))
    db.flush()
    return unit.id or 0, person.id or 0


def test_work_given_on_to_other_departments_ends_before_the_case_does(world: World, shared_data: Path) -> None:
    offices = Offices(world)
    recordings = json.loads((shared_data / "open311" / "chicago_5_requests.json").read_text(encoding="utf-8"))
    assert len(recordings) == 5
    given = sum(lives_again(world, offices, recording) for recording in recordings)
    assert given == 5
    world.check()


def lives_again(world: World, offices: Offices, recording: dict[str, Any]) -> int:
    """Let a recorded request happen, at its own moments and with its own ladder; return how often it was given on."""
    lead, handler = offices.of(recording["agency_responsible"])
    opened, *notes = recording["notes"]
    at = datetime.fromisoformat(opened["datetime"])
    number = world.raises("zhang", at, title=recording["service_name"])
    world.does(number, "submit", "zhang", at)
    world.does(number, "accept", "li", at + TEN_MINUTES, category=recording["service_name"], tier="C", lead=lead)
    world.does(number, "sign_for", handler, at + 2 * TEN_MINUTES)
    waiting: set[str] = set()
    for note in notes:
        at = datetime.fromisoformat(note["datetime"])
        for _ in pass_time(world, number, at):
            pass
        others = note.get("extended_attributes", {})
        other, helper = offices.of(others["agency_responsible"]) if others else ("", "")
        match note["type"]:
            case "follow_on_created":
                world.does(number, "add_support", handler, at, support=[other], reason=note["summary"])
                waiting.add(other)
            case "follow_on_closed":
                with pytest.raises(Refusal):
                    world.does(number, "report", handler, at, answer="还有单位在办")
                world.does(number, "sign_part", helper, at)
                world.does(number, "report_part", helper, at, result=note["summary"])
                waiting.remove(other)
            case "closed":
                assert not waiting
                world.does(number, "report", handler, at, answer=recording["status_notes"])
        with reading(world.db) as db:
            check_hands(db, world.case(number), at)
    world.does(number, "verify", "zhao", at + TEN_MINUTES)
    world.does(number, "satisfied", "zhang", at + 2 * TEN_MINUTES)
    ended = parts_of(world, number)
    assert all(row.ended_at is not None and row.ended_at <= at for row in ended if row.kind == "support")
    assert world.case(number).closed_at == at + 2 * TEN_MINUTES
    return sum(row.kind == "support" for row in ended)


def test_requests_of_many_departments_are_cases_with_a_lead_and_supports(world: World, shared_data: Path) -> None:
    offices = Offices(world)
    with (shared_data / "seed_cases.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if ";" in row["departments"]]
    assert len(rows) == 13
    for row in rows:
        at = datetime.fromisoformat("2026-11-16T01:00:00+00:00")
        (lead, handler), *supports = [offices.of(name) for name in row["departments"].split(";")]
        number = world.raises("zhang", at, title=row["title"])
        world.does(number, "submit", "zhang", at)
        form: dict[str, Any] = {"category": row["category"], "tier": "B", "lead": lead}
        world.does(number, "accept", "li", at + TEN_MINUTES, **form, support=[code for code, _ in supports])
        world.does(number, "sign_for", handler, at + 2 * TEN_MINUTES)
        for place, (_, helper) in enumerate(supports, 3):
            with pytest.raises(Refusal):
                world.does(number, "report", handler, at + place * TEN_MINUTES, answer="还有单位在办")
            world.does(number, "sign_part", helper, at + place * TEN_MINUTES)
            world.does(number, "report_part", helper, at + place * TEN_MINUTES, result=row["outcome"])
        world.does(number, "report", handler, at + timedelta(hours=3), answer=row["outcome"])
        world.does(number, "verify", "zhao", at + timedelta(hours=4))
        world.does(number, "satisfied", "zhang", at + timedelta(hours=5))
        assert sorted(part.kind for part in parts_of(world, number)) == ["lead", *["support"] * len(supports)]
    world.check()


def parts_of(world: World, number: str) -> list[Assignment]:
    """Return the parts of a case in the order in which they were given."""
    with reading(world.db) as db:
        return list(db.exec(select(Assignment).where(Assignment.case_id == world.case(number).id)))
