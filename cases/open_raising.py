"""Raising a case without an account: anybody may, and tells of themselves what they want to, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case as when
from sqlmodel import Session, col, select

from cases.access import Cost
from cases.act import act
from cases.errors import FieldError, InvalidFields
from cases.laws import build, published
from cases.raising import NO_LAW, Draft, raise_case
from cases.receipts import issue
from cases.record.case import ANONYMOUS, CONFIDENTIAL, Case
from cases.record.people import Unit
from cases.throttling import TooManyGuesses, count, counted
from cases.units import MOST, RAISED_AT
from cases.vault import FIELDS, keep, told
from cases.veil import new_veil
from cases.work import WITHOUT
from workflow.definition import Definition

SUBMIT = "submit"
#: What is counted by network.
FROM_NETWORK, WITHOUT_WORK = "submission", "submission without work"


class TooManySubmissions(TooManyGuesses):
    """More was raised from one network within the hour than people there raise."""

    def __init__(self) -> None:
        super().__init__(
            "这个网络一小时内提交过多，请稍后再试，或换一个网络。",
            "Too much was submitted from this network within the hour; try again later, or from another one.",
        )


def raised_openly(
    db: Session,
    draft: Draft,
    identity: Mapping[str, object],
    *,
    network: str,
    most: int,
    has_worked: bool = True,
    at: datetime,
    cost: Cost,
    officer: str = "",
    language: str = "zh",
) -> tuple[Case, str]:
    """Raise and submit a case for somebody without an account, and return it with its receipt.

    `most` is how many may come from one network within an hour; without work (see `cases.work`) fewer may. Raises
    InvalidFields, TooManySubmissions.
    """
    counter, most = (FROM_NETWORK, most) if has_worked else (WITHOUT_WORK, min(most, WITHOUT))
    if counted(db, counter, network, at) >= most:
        raise TooManySubmissions
    about = _about(draft.identity, identity)
    if draft.workflow not in {law.name for law in laws_for_all(db)}:
        raise InvalidFields([NO_LAW])
    veil = new_veil(db, language)
    case = raise_case(db, draft, by=veil, at=at)
    assert case.id is not None
    keep(db, case.id, about, officer if draft.identity == CONFIDENTIAL else "")  # who is named is shown by their name
    act(db, case, SUBMIT, by=veil, at=at)
    if count(db, counter, network, at) > most:  # of many at once
        raise TooManySubmissions
    return case, issue(db, veil, cost)


def laws_for_all(db: Session) -> list[Definition]:
    """Return the laws under which anybody may raise a case, those first that are offered to everyone."""
    laws = [build(row.source, f"{row.name} v{row.version}").definition for row in published(db)]
    return sorted(laws, key=lambda law: (bool(law.raised_by), law.name))


def unions(db: Session, most: int = MOST) -> Sequence[Unit]:
    """Return the unions that anybody may turn to, the topmost first."""
    kind = when({name: place for place, name in enumerate(RAISED_AT)}, value=col(Unit.kind))
    wanted = select(Unit).where(Unit.is_active, col(Unit.kind).in_(RAISED_AT))
    return db.exec(wanted.order_by(kind, col(Unit.path)).limit(most)).all()


def _about(mode: str, given: Mapping[str, object]) -> dict[str, str]:
    """Return what somebody tells of themselves; nothing where nothing is to be known. Raises InvalidFields."""
    found = told(given)
    if mode == ANONYMOUS:
        if found:
            zh, en = "匿名提交不记录身份", "nothing is kept of who stays anonymous"
            raise InvalidFields([FieldError(name, zh, en) for name in found])
        return {}
    if "name" not in found:
        zh, en, _ = FIELDS["name"]
        raise InvalidFields([FieldError("name", f"请填写{zh}，或选择匿名", f"{en} is required, or stay anonymous")])
    return found
