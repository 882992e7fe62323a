"""The same matter told twice: one case goes on for both (并案)."""

from __future__ import annotations

from sqlmodel import select

from cases.errors import FieldError, InvalidFields, stale
from cases.policy import may_see
from cases.record.case import Case
from cases.words import Deed, effect, register
from workflow.vocabulary import Field

register(Field("into", "case", "并入案件", "Merge into", longest=40))


@effect("merge_into", needs=("into",))
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
    """Tell whether the other case is closed, and hold it until the commit. Raises Stale.

    Without that, two cases that are merged into each other at once would both be gone. Each holds its own already, so
    the one that would have to wait for an older case gives way instead.
    """
    assert other.id is not None and deed.case.id is not None
    held = select(Case.closed_at).where(Case.id == other.id)
    gives_way = other.id < deed.case.id
    row = deed.db.connection().execute(held.with_for_update(key_share=True, skip_locked=gives_way)).first()
    if row is None:
        raise stale(other.number)
    return row[0] is not None
