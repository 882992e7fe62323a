"""More time: asked for by the handler before the limit, decided by someone else; the first limit stays on record."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from cases import beside, clocks
from cases.calendars import calendar
from cases.errors import FieldError, InvalidFields
from cases.record.case import Case, Extension
from cases.words import Deed, condition, effect, register
from workflow.calendar import Calendar
from workflow.errors import Refusal
from workflow.limits import Limit
from workflow.vocabulary import Field

#: What would take more than another year is no delay but a promise, and goes on account.
MOST = timedelta(days=366)

register(
    Field("extra", "limit", "延长时间", "Extra time", longest=8),
    Field("approve", "yes_no", "是否同意", "Approve"),
)


@effect("request_extension", needs=("extra",))
def request_extension(deed: Deed) -> None:
    """Keep the request until someone decides it or the case moves on; more than a year is not to be had."""
    refuse_too_much(deed, Limit.parse(deed.fields["extra"]))
    ask(deed)


@effect("decide_extension", needs=("approve",), only_if=("extension_pending",))
def decide_extension(deed: Deed) -> None:
    """Grant the request, which moves every running clock, or refuse it, which leaves them."""
    request = pending(deed.db, deed.case)
    assert request is not None  # the law asks for `extension_pending`
    if deed.fields["approve"]:
        refuse_too_little(deed, Limit.parse(request.extra), "approve")
        grant(deed, request.id or 0, request.extra)
    else:
        _decide(deed, request.id or 0, is_granted=False)


@condition("extension_pending")
def extension_pending(deed: Deed) -> Refusal | None:
    """Refuse when nobody has asked for more time."""
    if pending(deed.db, deed.case) is None:
        return Refusal("没有待审批的延期申请。", "No extension has been asked for.")
    return None


@condition("no_extension_pending")
def no_extension_pending(deed: Deed) -> Refusal | None:
    """Refuse a second request while the first waits."""
    if pending(deed.db, deed.case) is not None:
        return Refusal("已有一份延期申请待审批。", "An extension already waits for a decision.")
    return None


@condition("before_the_limit")
def before_the_limit(deed: Deed) -> Refusal | None:
    """Refuse once the nearest limit has passed."""
    if deed.case.due_at is not None and deed.at > deed.case.due_at:
        return Refusal("时限已过，不能再申请延期。", "The limit has passed; it is too late to ask for more time.")
    return None


@condition("not_the_asker")
def not_the_asker(deed: Deed) -> Refusal | None:
    """Refuse a decision by the one who asked."""
    request = pending(deed.db, deed.case)
    if request and deed.by and request.asked_by == deed.by.id:
        return Refusal("延期须由申请人以外的人审批。", "Someone else must decide an extension you asked for.")
    return None


def pending(db: Session, case: Case) -> Extension | None:
    """Return the request that waits for a decision; one made before the case came into its state has died with it.

    A request and a move at the very same moment cannot be told apart by it; the request then lives on.
    """
    waiting = select(Extension).where(
        Extension.case_id == case.id, col(Extension.decided_at).is_(None), Extension.asked_at >= case.entered_at
    )
    return db.exec(waiting).first()


def ask(deed: Deed) -> int:
    """Keep a request for the extra time that the form names, and return the id of its row."""
    asker = deed.by.id if deed.by else None
    return beside.add(deed, Extension, extra=deed.fields["extra"], asked_by=asker, asked_at=deed.at)


def grant(deed: Deed, request_id: int, extra: str) -> None:
    """Give every running clock what was asked for, and keep it on record: clocks are counted again from that."""
    _decide(deed, request_id, is_granted=True)
    clocks.extend(deed, Limit.parse(extra))


def refuse_too_much(deed: Deed, extra: Limit) -> None:
    """Do now the arithmetic that a grant would do. Raises InvalidFields, so that no grant can fail on it."""
    running = clocks.running_clocks(deed.db, deed.case_id)
    dues = [(clock.due_at, calendar(deed.db, clock.calendar)) for clock in running if clock.due_at is not None]
    for moment, days in ((deed.at, deed.calendar), *dues):
        if _later(moment, days, extra) - moment > MOST:
            raise InvalidFields([FieldError("extra", "延长时间最多一年", "Extra time is a year at most")])


def refuse_too_little(deed: Deed, extra: Limit, field: str) -> None:
    """Refuse more time that would be over already: the desk would be late again at once. Raises InvalidFields."""
    for clock in clocks.running_clocks(deed.db, deed.case_id):
        if clock.kind != clocks.STATE or clock.due_at is None:
            continue
        if _later(clock.due_at, calendar(deed.db, clock.calendar), extra) <= deed.at:
            zh, en = "延长后的时限也已过，不能给予", "Even with the extra time the limit has passed"
            raise InvalidFields([FieldError(field, zh, en)])


def _decide(deed: Deed, request_id: int, *, is_granted: bool) -> None:
    decider = deed.by.id if deed.by else None
    beside.change(deed, Extension, request_id, is_granted=is_granted, decided_at=deed.at, decided_by=decider)


def _later(moment: datetime, days: Calendar, extra: Limit) -> datetime:
    try:
        return days.due(moment, extra).at
    except Refusal as error:
        raise InvalidFields([FieldError("extra", error.zh, error.en)]) from None
