"""The same matter told twice: one case goes on for both (并案)."""

from __future__ import annotations

from sqlmodel import col, select

from cases.errors import FieldError, InvalidFields
from cases.policy import may_see
from cases.record.case import Case
from cases.words import Deed, effect, register
from workflow.vocabulary import Field

register(Field("into", "case", "并入案件", "Merge into", longest=40))


@effect("merge_into")
def merge_into(deed: Deed) -> None:
    """Point at the case that goes on; it must be open, another one, and not itself merged into this one."""
    number = deed.fields["into"]
    other = deed.db.exec(select(Case).where(Case.number == number)).first()
    if other is None or (deed.by and not may_see(deed.db, other, deed.by, deed.at)):
        raise InvalidFields([FieldError("into", f"没有编号为 {number} 的案件", f"There is no case {number}")])
    if other.id == deed.case.id:
        raise InvalidFields([FieldError("into", "案件不能并入自己", "A case cannot be merged into itself")])
    if _closed_by_now(deed, other):
        raise InvalidFields([FieldError("into", f"案件 {number} 已办结，不能并入", f"{number} is closed")])
    deed.sets["merged_into_id"] = other.id


def _closed_by_now(deed: Deed, other: Case) -> bool:
    """Tell whether the other case is closed, and hold both rows until the commit.

    Without that, two cases that are merged into each other at once would both be gone; the order forbids a deadlock.
    """
    both = select(Case.id, Case.closed_at).where(col(Case.id).in_([deed.case.id, other.id]))
    held = deed.db.exec(both.order_by(col(Case.id)).with_for_update())
    return any(case_id == other.id and closed_at is not None for case_id, closed_at in held)
