"""Cases that have to do with each other without being the same matter (关联)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import and_, bindparam, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from cases import beside
from cases.capabilities.accusations import keep_apart
from cases.errors import FieldError, InvalidFields
from cases.policy import may_see, visible_to
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.links import CaseLink
from cases.record.people import User
from cases.record.statements import Prepared
from cases.recording import hold_others
from cases.words import STAFF, Deed, condition, effect, register
from workflow.errors import Refusal
from workflow.vocabulary import Field

RELATES, FOLLOWS, SPLIT_FROM = "relates", "follows", "split_from"
#: What a link is called on the page of the case that names the other one, and on the page of the other one.
KINDS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    RELATES: (("相关", "Relates to"), ("相关", "Relates to")),
    FOLLOWS: (("接续", "Follows"), ("后续", "Followed by")),
    SPLIT_FROM: (("拆分自", "Split from"), ("拆出", "Split into")),
}

_LINKS = table_of(CaseLink)
_BETWEEN = Prepared(
    select(_LINKS).where(
        _LINKS.c.ended_at.is_(None),
        or_(
            and_(_LINKS.c.case_id == bindparam("case_id"), _LINKS.c.other_id == bindparam("other_id")),
            and_(_LINKS.c.case_id == bindparam("other_id"), _LINKS.c.other_id == bindparam("case_id")),
        ),
    )
)
_OWN = Prepared(
    select(_LINKS.c.id).where(
        _LINKS.c.case_id == bindparam("case_id"), _LINKS.c.ended_at.is_(None), _LINKS.c.kind != SPLIT_FROM
    ),
    of_case="case_id",
)
_EITHER = Prepared(
    select(_LINKS)
    .where(or_(_LINKS.c.case_id == bindparam("case_id"), _LINKS.c.other_id == bindparam("case_id")))
    .where(_LINKS.c.ended_at.is_(None))
    .order_by(_LINKS.c.id),
    of_case="case_id",
)

register(
    Field("other", "case", "另一案件", "Other case", longest=40),
    Field(
        "link_kind",
        "choice",
        "关联方式",
        "How they are linked",
        options={kind: KINDS[kind][0] for kind in (RELATES, FOLLOWS)},
    ),
)


@dataclass(frozen=True)
class Linked:
    """A case that is linked with another one, and what it is to that one: kind, and whether it is the one named."""

    case: Case
    kind: str
    is_named: bool

    @property
    def labels(self) -> tuple[str, str]:
        """Return what the link is called on the other one's page, in Chinese and in English."""
        return KINDS[self.kind][0 if self.is_named else 1]


@effect("link", needs=("other", "link_kind"), clerical=True)
def link(deed: Deed) -> None:
    """Link the case with another one that may be seen; of two cases there is one link at a time."""
    other = _named(deed)
    if other.id == deed.case.id:
        _refuse("案件不能关联自己", "A case cannot be linked with itself")
    keep_apart(deed, other, "other")
    hold_others(deed.db, [other.id or 0])  # or two could link the two with each other at once
    if _between(deed, other):
        _refuse(f"与案件 {other.number} 已有关联", f"It is linked with {other.number} already")
    beside.add(deed, CaseLink, other_id=other.id, kind=deed.fields["link_kind"], linked_at=deed.at)


@effect("unlink", needs=("other", "reason"), only_if=("linked",), clerical=True)
def unlink(deed: Deed) -> None:
    """End a link that this case has made; a part that was split off stays what it is."""
    other = _named(deed)
    rows = _between(deed, other)
    if not rows:
        _refuse(f"与案件 {other.number} 没有关联", f"It is not linked with {other.number}")
    if rows[0].kind == SPLIT_FROM:
        _refuse(f"与案件 {other.number} 是拆分而来，不能解除", "One of the two was split from the other; that stays")
    if rows[0].case_id != deed.case_id:
        _refuse(f"关联由案件 {other.number} 建立，请在该案解除", f"{other.number} made the link; end it there")
    beside.change(deed, CaseLink, rows[0].id, ended_at=deed.at)
    deed.fields["audience"] = deed.facts.setdefault("fields", {})["audience"] = STAFF  # why is nobody else's business


@condition("linked")
def linked(deed: Deed) -> Refusal | None:
    """Refuse where the case has made no link that could be ended."""
    if not _OWN.rows(deed.db, {"case_id": deed.case_id}):
        return Refusal("本案没有可解除的关联。", "This case has made no link that could be ended.")
    return None


def links_of(db: Session, case: Case, by: User, at: datetime) -> list[Linked]:
    """Return the cases that one is linked with, from either side, among those that a person may see; oldest first."""
    rows = _EITHER.rows(db, {"case_id": case.id})
    if not rows:
        return []
    ids = {row.other_id if row.case_id == case.id else row.case_id for row in rows}
    seen = {one.id: one for one in db.exec(select_rows(Case).where(col(Case.id).in_(ids), visible_to(db, by, at)))}
    ends = ((row, row.case_id == case.id) for row in rows)
    pairs = ((row, is_named, seen.get(row.other_id if is_named else row.case_id)) for row, is_named in ends)
    return [Linked(other, row.kind, is_named) for row, is_named, other in pairs if other is not None]


def _between(deed: Deed, other: Case) -> Sequence[Any]:
    return _BETWEEN.rows(deed.db, {"case_id": deed.case_id, "other_id": other.id})


def _named(deed: Deed) -> Case:
    """Return the case that the form names, if it may be seen. Raises InvalidFields."""
    number = deed.fields["other"]
    other = deed.db.exec(select_rows(Case).where(Case.number == number)).first()
    if other is None or (deed.by and not may_see(deed.db, other, deed.by, deed.at)):
        _refuse(f"没有编号为 {number} 的案件", f"There is no case {number}")
    return other


def _refuse(zh: str, en: str) -> NoReturn:
    raise InvalidFields([FieldError("other", zh, en)])
