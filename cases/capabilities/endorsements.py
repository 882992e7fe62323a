"""Workers and representatives who endorse a case (附议), and what their number brings about by itself.

Who endorses is written in a row of its own and in no event: the event tells that somebody does, and how many do now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, literal_column, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows
from sqlmodel.sql.expression import SelectOfScalar

from cases import beside, desk_clocks
from cases.access import is_storable
from cases.accused import accuses_none_of
from cases.errors import BadRequest
from cases.hooks import may_also_see, on_move
from cases.laws import law_of
from cases.policy import duties_of, roles_in
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.endorsements import Endorsement
from cases.record.event import Event
from cases.record.people import Duty, Unit, User, in_force
from cases.record.statements import Prepared
from cases.veil import faces
from cases.words import ANYONE, ENDORSER, SUBMITTER, Deed, Post, condition, effect, role
from workflow.definition import SYSTEM, State
from workflow.errors import Refusal
from workflow.provisions import Threshold

MOST = 50
#: What an event says of the thresholds that it passed.
PASSED = "passed"

_ROWS = table_of(Endorsement)
_MINE = Prepared(
    select(_ROWS).where(_ROWS.c.case_id == bindparam("case_id"), _ROWS.c.user_id == bindparam("user_id")),
    of_case="case_id",
    by="user_id",
)
_EARLIER = Prepared(
    select(func.count().label("count"))
    .select_from(_ROWS)
    .where(_ROWS.c.case_id == bindparam("case_id"), _ROWS.c.withdrawn_at.is_(None))
    .where(
        or_(
            _ROWS.c.endorsed_at < bindparam("endorsed_at", type_=_ROWS.c.endorsed_at.type),
            (_ROWS.c.endorsed_at == bindparam("endorsed_at", type_=_ROWS.c.endorsed_at.type))
            & (_ROWS.c.id < bindparam("row_id")),
        )
    )
)
_EVENTS = table_of(Event)
_ACTED = Prepared(
    select(_EVENTS.c.seq)
    .where(_EVENTS.c.case_id == bindparam("case_id"), _EVENTS.c.actor_id == bindparam("actor_id"))
    .limit(literal_column("1")),
    of_case="case_id",
    by="actor_id",
)
_TAKEN = Prepared(
    select(_EVENTS.c.seq)
    .where(_EVENTS.c.case_id == bindparam("case_id"), _EVENTS.c.action == bindparam("action"))
    .where(_EVENTS.c.role == literal_column(f"'{SYSTEM}'"))
    .limit(literal_column("1"))
)


@dataclass(frozen=True)
class Voices:
    """How many endorse a case, whether the one who asks is among them, and how many the next threshold needs."""

    count: int
    is_mine: bool
    next: Threshold | None
    thresholds: Sequence[Threshold]


@role(ENDORSER)
def endorser(db: Session, case: Case) -> Iterable[Post]:
    """Return whoever may endorse: those with a duty that the law names, at the case's unit or anywhere below it."""
    law = law_of(db, case.law_id).definition.endorsement
    return [Post(law.by, case.unit_id, reaches_down=True)] if law else []


@may_also_see(is_staff=False)
def could_endorse(user_id: int, at: datetime) -> ColumnElement[bool]:
    """Let whoever may endorse a case read it while it can be endorsed, as its submitter does."""
    base = (
        select(col(Unit.id).label("id"), col(Unit.parent_id).label("parent_id"), col(Duty.role).label("role"))
        .join(Duty, col(Duty.unit_id) == Unit.id)
        .where(col(Duty.user_id) == user_id, in_force(at))
        .cte(recursive=True)
    )
    above = select(col(Unit.id), col(Unit.parent_id), base.c.role).join(base, col(Unit.id) == base.c.parent_id)
    up = base.union(above)
    named = col(Case.endorsable_by).like(literal_column("'%,'").concat(up.c.role).concat(literal_column("',%'")))
    return col(Case.endorsable_by).is_not(None) & exists(
        select(up.c.id).where(up.c.id == Case.unit_id, named).correlate(Case)
    )


@effect("endorse", only_if=("may_endorse",))
def endorse(deed: Deed) -> None:
    """Count one voice more, and let happen what so many bring about."""
    assert deed.by is not None  # nobody endorses a case in the system's place
    row = _mine(deed)
    if row is None:
        beside.add(deed, Endorsement, user_id=deed.by.id, endorsed_at=deed.at)
    else:
        beside.change(deed, Endorsement, row.id, endorsed_at=deed.at, withdrawn_at=None)
    count = (deed.case.voices or 0) + 1
    deed.sets["voices"] = count
    law = deed.law.definition.endorsement
    for threshold in law.thresholds if law else ():
        if threshold.at == count:
            _pass(deed, threshold)


@effect("unendorse", only_if=("may_unendorse",))
def unendorse(deed: Deed) -> None:
    """Take one voice back."""
    row = _mine(deed)
    assert row is not None  # the law asks for `may_unendorse`
    beside.change(deed, Endorsement, row.id, withdrawn_at=deed.at)
    deed.sets["voices"] = (deed.case.voices or 1) - 1


@condition("may_endorse")
def may_endorse(deed: Deed) -> Refusal | None:
    """Refuse a second endorsement by the same person, and any by somebody who acts in the case."""
    if deed.by is None:
        return Refusal("附议须由本人作出。", "Only a person can endorse a case.")
    row = _mine(deed)
    if row is not None and row.withdrawn_at is None:
        return Refusal("您已附议过本案，每人只能附议一次。", "You endorse this case already; nobody does so twice.")
    if _acts_in_it(deed):
        return Refusal(
            "您在本案中负有审议、办理或督查职责，不能附议。",
            "You review, handle or supervise this case; somebody who does cannot endorse it.",
        )
    return None


@condition("may_unendorse")
def may_unendorse(deed: Deed) -> Refusal | None:
    """Refuse to take back what was never given, or has counted for a threshold that was passed."""
    row = _mine(deed) if deed.by else None
    if row is None or row.withdrawn_at is not None:
        return Refusal("您没有附议本案。", "You do not endorse this case.")
    law = deed.law.definition.endorsement
    passed = max((one.at for one in law.thresholds if one.at <= (deed.case.voices or 0)), default=0) if law else 0
    earlier = _EARLIER.rows(deed.db, {"case_id": deed.case_id, "endorsed_at": row.endorsed_at, "row_id": row.id})
    if earlier[0].count < passed:
        return Refusal(
            f"附议已满 {passed} 人并生效，您的附议已计入，不能撤回。",
            f"{passed} people have endorsed it with effect; yours counted and cannot be taken back.",
        )
    return None


@on_move
def open_to_voices(deed: Deed, old: State, new: State) -> None:
    """Note who may endorse the case where it goes, and take it on where so many endorse it already."""
    law = deed.law.definition.endorsement
    if law is None:
        return
    deed.sets["endorsable_by"] = deed.law.definition.endorsing_duties(new.name)
    for threshold in law.thresholds if deed.now("voices") else ():
        action, is_passed = threshold.action, threshold.at <= deed.now("voices")
        if not action or not is_passed or not _starts_at(deed, action, new.name):
            continue
        if not _TAKEN.rows(deed.db, {"case_id": deed.case_id, "action": action}):
            deed.follows.append(action)
            return


def voices_of(db: Session, case: Case, by: User) -> Voices | None:
    """Return how a case is endorsed; None under a law that knows no endorsement."""
    law = law_of(db, case.law_id).definition.endorsement
    if law is None:
        return None
    rows = _MINE.rows(db, {"case_id": case.id, "user_id": by.id})
    count = case.voices or 0
    coming = next((one for one in law.thresholds if one.at > count), None)
    return Voices(count, any(row.withdrawn_at is None for row in rows), coming, law.thresholds)


def to_endorse(
    db: Session, by: User, at: datetime, cursor: str | None = None, most: int = MOST
) -> tuple[Sequence[Case], str | None]:
    """Return a page of the cases of others that a person could endorse, newest first, and the cursor of the next one.

    What complains of a unit of theirs is not among them. The cursor is a number, for an id would betray how many cases
    there are. Raises BadRequest for one that is none.
    """
    wanted = open_to(db, by, at)
    if cursor is not None:
        before = db.exec(wanted.where(Case.number == cursor)).first() if is_storable(cursor) else None
        if before is None:
            raise BadRequest("翻页位置无效，请从第一页开始。", "The cursor is not valid; begin with the first page.")
        wanted = wanted.where(col(Case.id) < before.id)
    found = db.exec(wanted.limit(most + 1)).all()
    return found[:most], found[most - 1].number if len(found) > most else None


def open_to(db: Session, by: User, at: datetime) -> SelectOfScalar[Case]:
    """Return the query for the cases of others that a person could endorse, newest first."""
    others = or_(col(Case.submitter_id).is_(None), col(Case.submitter_id).not_in(faces(db, by.id or 0)))
    unsaid = accuses_none_of(duties_of(db, by, at))
    wanted = select_rows(Case).where(could_endorse(by.id or 0, at), others, unsaid)
    return wanted.order_by(col(Case.id).desc())


def _pass(deed: Deed, threshold: Threshold) -> None:
    """Let a threshold take effect: the system acts, or the desk has less time; if not here, once the case is there."""
    deed.facts.setdefault(PASSED, []).append([threshold.at, threshold.do, threshold.action or str(threshold.limit)])
    if threshold.limit is not None and deed.case.state in threshold.states:
        desk_clocks.shorten(deed, threshold.limit)
    if threshold.action is not None and _starts_at(deed, threshold.action, deed.case.state):
        deed.follows.append(threshold.action)


def _starts_at(deed: Deed, action: str, state: str) -> bool:
    steps = deed.law.definition.steps_from(state)
    return any(step.action == action and SYSTEM in step.by for step in steps)


def _mine(deed: Deed) -> Any | None:
    mine = {"case_id": deed.case_id, "user_id": deed.by.id if deed.by else 0}
    return next(iter(_MINE.rows(deed.db, mine)), None)


def _acts_in_it(deed: Deed) -> bool:
    """Tell whether a person has a desk in the case, or has acted in it; what endorsers do is in no one's name."""
    assert deed.by is not None
    definition = deed.law.definition
    words = {word for step in definition.steps for word in step.by}
    words |= {state.owner for state in definition.states.values() if state.owner}
    if roles_in(deed.db, deed.case, deed.by, deed.at, words - {SUBMITTER, ANYONE, SYSTEM, ENDORSER}):
        return True
    return bool(_ACTED.rows(deed.db, {"case_id": deed.case_id, "actor_id": deed.by.id}))
