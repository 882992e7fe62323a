"""What a field offers in one case beyond what the law lists: points that it has passed, people who work on cases."""

from __future__ import annotations

from sqlmodel import col, select

from cases.capabilities.going_back import points
from cases.capabilities.watching import STAFF_DUTIES
from cases.record.case import Case
from cases.record.people import Duty, User, in_force
from web import words
from web.visits import Visit
from workflow.definition import Definition, Step

#: More people than this nobody looks through.
MOST_PEOPLE = 300


def points_passed(visit: Visit, case: Case, definition: Definition, step: Step) -> dict[str, str]:
    """Return the points that a step may take a case back to: name -> label, the latest first."""
    found = points(visit.db, case.id or 0, step)
    return {name: words.label(definition.states[name], visit.language) for name in found}


def staff(visit: Visit) -> list[tuple[str, str]]:
    """Return those who work for unions and departments: login and name."""
    at_work = select(Duty.user_id).where(col(Duty.role).in_(sorted(STAFF_DUTIES)), in_force(visit.at))
    people = select(User).where(User.is_active, col(User.id).in_(at_work)).order_by(col(User.id)).limit(MOST_PEOPLE)
    return [(user.login, user.name) for user in visit.db.exec(people)]
