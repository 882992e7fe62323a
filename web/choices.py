"""What a field offers in one case beyond what the law lists: points, people, orders and promises that can be meant."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, literal_column, or_, select
from sqlmodel import col

from cases.accused import accused_units
from cases.capabilities.accusations import CLEAR
from cases.capabilities.going_back import points
from cases.capabilities.orders import number_of, orders_to_answer
from cases.capabilities.promises import open_promises
from cases.capabilities.watching import STAFF_DUTIES, watching
from cases.panels import candidates
from cases.record.at_once import Question
from cases.record.case import Case
from cases.record.columns import Moment
from cases.record.people import Duty, User, in_force, people_by_id
from cases.record.statements import Prepared
from web import words
from web.visits import Visit
from workflow.definition import Definition, Step

#: Fields that name something of the case: an order to answer, a promise, a person who watches it, a unit in its text.
ORDER, PROMISE, PERSON, ACCUSED = "order_number", "promise_number", "person", "accused"
#: What ends a watch, and what needs a promise whose day has passed.
STOP, BREAK = "stop_copy", "break_promise"
#: More people than this nobody looks through.
MOST_PEOPLE = 300


def points_passed(visit: Visit, case: Case, definition: Definition, step: Step) -> dict[str, str]:
    """Return the points that a step may take a case back to: name -> label, the latest first."""
    found = points(visit.db, case.id or 0, step)
    return {name: words.label(definition.states[name], visit.language) for name in found}


def named(visit: Visit, case: Case, step: Step, name: str) -> dict[str, str] | None:
    """Return what a field of a step can name in a case: value -> label; None for a field that names nothing of it."""
    if name == ORDER:
        return {number_of(row): number_of(row) for row in orders_to_answer(visit.db, case, visit.by, visit.at)}
    if name == PROMISE:
        return {str(row.number): _promised(visit, row) for row in _promises(visit, case, step)}
    if name == ACCUSED and CLEAR in step.does:
        return {row.code: row.name for row in accused_units(visit.db, case)}
    if name == PERSON and STOP in step.does:
        people = people_by_id(visit.db, (row.user_id for row in watching(visit.db, case.id or 0)))
        return {people[user_id].login: people[user_id].name for user_id in sorted(people)}
    return None


def staff(visit: Visit) -> list[tuple[str, str]]:
    """Return those who work for unions and departments: login and name."""
    prepared, values = about_staff(visit.at)
    return [(row.login, row.name) for row in prepared.rows(visit.db, values)]


def about_staff(at: datetime) -> Question:
    """Return what is asked to know who works for unions and departments."""
    return _staff(), {"at": at}


@cache
def _staff() -> Prepared:
    is_staff = or_(*(col(Duty.role) == role for role in sorted(STAFF_DUTIES)))
    at_work = select(col(Duty.user_id)).where(is_staff, in_force(bindparam("at", type_=Moment)))
    people = select(col(User.login), col(User.name)).where(col(User.is_active), col(User.id).in_(at_work))
    return Prepared(people.order_by(col(User.id)).limit(literal_column(str(MOST_PEOPLE))))


def reviewers(visit: Visit, case: Case) -> list[tuple[str, str]]:
    """Return who may sit in a group: login, and name with unit."""
    found = candidates(visit.db, case, visit.at)
    return [(one.login, " · ".join(filter(None, (one.name, one.unit)))) for one in found]


def _promises(visit: Visit, case: Case, step: Step) -> list[Any]:
    """Return the promises that a step can end; only one whose day has passed can be found broken."""
    waiting = open_promises(visit.db, case)
    return [row for row in waiting if BREAK not in step.does or row.due_at < visit.at] or waiting


def _promised(visit: Visit, row: Any) -> str:
    return visit.say(f"第 {row.number} 项，承诺 {row.promised_on}", f"Promise {row.number}, for {row.promised_on}")
