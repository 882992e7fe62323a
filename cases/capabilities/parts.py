"""What a support department does with its part: sign, finish, be relieved (协办签收、办结、免办).

A part is a row beside the case with clocks of its own, which run from dispatch (首接负责): one to sign for it, one to
finish it. The case may be reported done once every part is.
"""

from __future__ import annotations

from typing import Any

from cases.capabilities.assignments import (
    OFFERED,
    SIGNED,
    current,
    end_part,
    sign_for,
    unit_named,
)
from cases.errors import FieldError, InvalidFields
from cases.policy import answers_for
from cases.words import HANDLERS, Deed, Post, condition, effect, register
from workflow.errors import Refusal
from workflow.vocabulary import SUPPORT, Field

FINISHED, WAIVED = "done", "waived"

register(Field("part", "unit", "协办单位", "Support department", longest=64))


@effect("sign_part", only_if=("part_offered",))
def sign_part(deed: Deed) -> None:
    """Sign for the department's part; it still has until the limit that began with the dispatch."""
    row = _own(deed, OFFERED)
    deed.facts["part"] = row.unit_id
    sign_for(deed, row)


@effect("report_part", needs=("result",), only_if=("part_signed",))
def report_part(deed: Deed) -> None:
    """End the department's part as done, with its result."""
    row = _own(deed, SIGNED)
    deed.facts["part"] = row.unit_id
    end_part(deed, row, FINISHED)


@effect("waive_part", needs=("part", "reason"), only_if=("part_open",))
def waive_part(deed: Deed) -> None:
    """Relieve a department of its part, for a reason."""
    unit_id = unit_named(deed, "part")
    row = next((row for row in _parts(deed) if row.unit_id == unit_id), None)
    if row is None:
        code = deed.fields["part"]
        raise InvalidFields([FieldError("part", f"{code} 没有未了结的协办", f"{code} has no part that is still open")])
    deed.facts["part"] = row.unit_id
    end_part(deed, row, WAIVED)


@condition("part_open")
def part_open(deed: Deed) -> Refusal | None:
    """Refuse where no department has an open part."""
    if not _parts(deed):
        return Refusal("本案没有未了结的协办。", "No part of this case is open.")
    return None


@condition("part_offered")
def part_offered(deed: Deed) -> Refusal | None:
    """Refuse where no part waits for the department's signature."""
    if not _mine(deed, OFFERED):
        return Refusal("您的单位没有待签收的协办。", "No part waits for your department's signature.")
    return None


@condition("part_signed")
def part_signed(deed: Deed) -> Refusal | None:
    """Refuse where the department has signed for no part that is still open."""
    if not _mine(deed, SIGNED):
        return Refusal("您的单位没有在办的协办。", "Your department has no part in hand.")
    return None


def _own(deed: Deed, status: str) -> Any:
    """Return the first part of the person's own departments with a status; the law's condition has found one."""
    return _mine(deed, status)[0]


def _mine(deed: Deed, status: str) -> list[Any]:
    rows = [row for row in _parts(deed) if row.status == status]
    by = deed.by
    if by is None:
        return []
    return [row for row in rows if answers_for(deed.db, deed.case, Post(HANDLERS, row.unit_id), by, deed.at, SUPPORT)]


def _parts(deed: Deed) -> list[Any]:
    return [row for row in current(deed.db, deed.case) if row.kind == SUPPORT]
