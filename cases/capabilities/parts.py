"""What a support department does with its part: sign, finish, be relieved (协办签收、办结、免办).

A part is a row beside the case with clocks of its own, which run from dispatch (首接负责): one to sign for it, one to
finish it. The case may be reported done once every part is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cases.capabilities.assignments import current, end_part, end_with_delegations, sign_for, unit_named
from cases.errors import FieldError, InvalidFields
from cases.hands import OFFERED, SIGNED, delegation_of, own_parts
from cases.words import Deed, condition, effect, register
from workflow.errors import Refusal
from workflow.vocabulary import SUPPORT, Field

FINISHED, WAIVED = "done", "waived"

register(Field("part", "unit", "承办单位", "Part of", longest=64))


@effect("sign_part", only_if=("part_offered",))
def sign_part(deed: Deed) -> None:
    """Sign for the department's part; it still has until the limit that began with the dispatch."""
    row = chosen(deed, _mine(deed, OFFERED))
    deed.facts["part"] = row.unit_id
    sign_for(deed, row)


@effect("report_part", needs=("result",), only_if=("part_signed",))
def report_part(deed: Deed) -> None:
    """End the department's part as done; its result is the answer of the part."""
    row = chosen(deed, _in_hand(deed, _mine(deed, SIGNED)))
    deed.facts["part"] = row.unit_id
    end_part(deed, row, FINISHED, answered_in=next_version(deed))


@effect("waive_part", needs=("part", "reason"), only_if=("part_open",))
def waive_part(deed: Deed) -> None:
    """Relieve a department of its part, for a reason."""
    rows = current(deed.db, deed.case)
    row = named_part(deed, rows)
    deed.facts["part"] = row.unit_id
    end_with_delegations(deed, row, rows, WAIVED)


@condition("part_open")
def part_open(deed: Deed) -> Refusal | None:
    """Refuse where no department has an open part."""
    if not parts(deed):
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
    """Refuse where the department has signed for no part that is still open, or has delegated it."""
    signed = _mine(deed, SIGNED)
    if not signed:
        return Refusal("您的单位没有在办的协办。", "Your department has no part in hand.")
    if not _in_hand(deed, signed):
        return Refusal(
            "本单位的协办已委派出去，尚未报回，不能报办结：可先收回委派。",
            "Your department's part is delegated and not reported back; you may take it back.",
        )
    return None


def parts(deed: Deed) -> list[Any]:
    """Return the parts of support departments that have not ended."""
    return [row for row in current(deed.db, deed.case) if row.kind == SUPPORT]


def mine(deed: Deed, rows: Iterable[Any]) -> list[Any]:
    """Return those among some parts that the person answers for."""
    return own_parts(deed.db, deed.case, rows, deed.by, deed.at) if deed.by else []


def chosen(deed: Deed, rows: list[Any]) -> Any:
    """Return the one that the form names among the person's parts, or the first; there is one at least.

    Raises InvalidFields where it names a part that is not theirs.
    """
    if "part" not in deed.fields:
        return rows[0]
    unit_id, code = unit_named(deed, "part"), deed.fields["part"]
    row = next((row for row in rows if row.unit_id == unit_id), None)
    if row is None:
        zh, en = f"{code} 没有由您办理的承办", f"{code} has no part that is yours to do this with"
        raise InvalidFields([FieldError("part", zh, en)])
    return row


def named_part(deed: Deed, rows: Iterable[Any]) -> Any:
    """Return the open part of the support department that the form names. Raises InvalidFields."""
    unit_id, code = unit_named(deed, "part"), deed.fields["part"]
    row = next((row for row in rows if row.kind == SUPPORT and row.unit_id == unit_id), None)
    if row is None:
        raise InvalidFields([FieldError("part", f"{code} 没有未了结的协办", f"{code} has no part that is still open")])
    return row


def next_version(deed: Deed) -> int:
    """Return the version of the event that is being written."""
    return deed.case.version + 1


def _mine(deed: Deed, status: str) -> list[Any]:
    return mine(deed, [row for row in parts(deed) if row.status == status])


def _in_hand(deed: Deed, rows: Iterable[Any]) -> list[Any]:
    """Return those among some parts that are not delegated."""
    open_rows = current(deed.db, deed.case)
    return [row for row in rows if delegation_of(row, open_rows) is None]
