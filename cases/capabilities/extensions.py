"""More time (延期): asked for before the limit, decided by somebody else; both limits stay on record.

The law caps how often and how long, and says who decides where it is much (`[extensions]`). Whoever has to decide has a
clock of their own; if they do not, the old limit stands. A request dies with what it was made for: when the case moves,
or when the part ends whose department asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, literal_column, select
from sqlmodel import Session

from cases import beside, clocks, side_clocks
from cases.calendars import calendar
from cases.errors import FieldError, InvalidFields
from cases.hooks import on_move
from cases.policy import roles_in
from cases.record.case import Case, Extension
from cases.record.columns import Id, table_of
from cases.record.people import person
from cases.record.statements import Prepared, of_each_case
from cases.seats import unit_above
from cases.sides import Side
from cases.standing_in import acts_for
from cases.words import Deed, condition, effect, register
from workflow.calendar import Calendar
from workflow.definition import State
from workflow.errors import Refusal
from workflow.limit_words import said
from workflow.limits import Limit
from workflow.role_names import role_name
from workflow.vocabulary import DECIDE, DECIDE_ABOVE, PARENT, Field

#: What would take more than another year is no delay but a promise, and goes on account.
MOST = timedelta(days=366)

REQUEST, DECIDE_CASE, DECIDE_PART = "request_extension", "decide_extension", "decide_part_extension"

_EXTENSIONS = table_of(Extension)
#: No unit has the number 0: it stands for the case itself.
_OF_CASE_AND_UNIT = and_(
    _EXTENSIONS.c.case_id == bindparam("of_case"),
    func.coalesce(_EXTENSIONS.c.unit_id, literal_column("0")) == bindparam("for_unit", type_=Id),
)
_ALL = of_each_case(Extension)
_GRANTED = Prepared(
    select(func.count().label("count"))
    .select_from(_EXTENSIONS)
    .where(_OF_CASE_AND_UNIT, _EXTENSIONS.c.is_granted, _EXTENSIONS.c.round == bindparam("in_round"))
)

register(
    Field("extra", "limit", "延长时间", "Extra time", longest=24),
    Field("approve", "yes_no", "是否同意", "Approve"),
)


@effect(REQUEST, needs=("extra",))
def request_extension(deed: Deed) -> None:
    """Keep the request until someone decides it or the case moves on; the law and a year set bounds to it."""
    due_at = min((clock.due_at for clock in _running(deed, is_of_the_desk)), default=deed.case.due_at)
    request(deed, clocks.is_of_the_case, None, due_at)


@effect(DECIDE_CASE, needs=("approve",), only_if=("extension_pending",))
def decide_extension(deed: Deed) -> None:
    """Grant the request, which moves the case's own clocks, or refuse it, which leaves them."""
    asked = pending(deed.db, deed.case)
    assert asked is not None  # the law asks for `extension_pending`
    decide(deed, asked, clocks.is_of_the_case, is_of_the_desk)


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


@condition("extensions_left")
def extensions_left(deed: Deed) -> Refusal | None:
    """Refuse once the case has had as many extensions in this round as the law allows."""
    return refuse_too_many(deed, None)


@condition("not_the_asker")
def not_the_asker(deed: Deed) -> Refusal | None:
    """Refuse a decision by the one who asked, by whoever stands in for them, or for whom they stand in."""
    return _of_all(deed, refuse_the_asker)


@condition("high_enough")
def high_enough(deed: Deed) -> Refusal | None:
    """Refuse a decision on much time to anybody below the level that the law names for it."""
    return _of_all(deed, refuse_too_low)


@on_move
def lapse_with_the_move(deed: Deed, old: State, new: State) -> None:
    """Let a request die when the case leaves the state in which it was made, or comes into it anew."""
    if any(REQUEST in step.does for step in deed.law.definition.steps_from(old.name)):
        lapse(deed, None)


def pending(db: Session, case: Case, unit_id: int | None = None) -> Any | None:
    """Return the request of the case, or of a support department for its part, that waits for a decision."""
    return next((row for row in _undecided(db, case.id) if row.unit_id == unit_id), None)


def pending_of_parts(deed: Deed) -> Sequence[Any]:
    """Return the requests of support departments for their parts that wait for a decision."""
    return [row for row in _undecided(deed.db, deed.case_id) if row.unit_id is not None]


def requests_of(db: Session, case: Case) -> Sequence[Extension]:
    """Return every request for more time of a case, in order."""
    return _ALL.objects(db, Extension, {"case_id": case.id})


def _undecided(db: Session, case_id: int | None) -> Sequence[Any]:
    return [row for row in _ALL.rows(db, {"case_id": case_id}) if row.decided_at is None and row.lapsed_at is None]


def lapse(deed: Deed, unit_id: int | None) -> None:
    """Let the request of the case, or of a department for its part, die undecided."""
    asked = pending(deed.db, deed.case, unit_id)
    if asked is not None:
        beside.change(deed, Extension, asked.id, lapsed_at=deed.at)
        side_clocks.end_of_row(deed, asked.id, DECIDE, DECIDE_ABOVE)


def request(deed: Deed, which: Callable[[Any], bool], unit_id: int | None, due_at: datetime | None) -> None:
    """Keep a request, and start the clock of whoever has to decide on it.

    `which` names the clocks that are to have more time, `due_at` is the limit that stands. Raises InvalidFields.
    """
    extra = Limit.parse(deed.fields["extra"])
    refuse_too_much(deed, extra, which)
    caps = deed.law.definition.extensions
    if caps is not None and caps.longest is not None and _is_longer(deed, due_at, extra, caps.longest):
        longest_zh, longest_en = said(caps.longest)
        zh, en = f"一次最多延长 {longest_zh}", f"No extension is longer than {longest_en}"
        raise InvalidFields([FieldError("extra", zh, en)])
    request_id = ask(deed, unit_id, due_at)
    if caps is not None and caps.above is not None and _is_longer(deed, due_at, extra, caps.above.longer_than):
        place = deed.case.unit_id
        place = unit_above(deed.db, place) if caps.above.by.startswith(PARENT) else place
        side_clocks.begin(deed, Side(DECIDE_ABOVE, place, request_id))
    else:
        side_clocks.begin(deed, Side(DECIDE, deed.case.unit_id, request_id))


def ask(deed: Deed, unit_id: int | None = None, due_at: datetime | None = None) -> int:
    """Keep a request for the extra time that the form names, and return the id of its row."""
    asker = deed.by.id if deed.by else None
    values = {"unit_id": unit_id, "round": deed.case.round, "asked_by": asker, "asked_at": deed.at, "due_at": due_at}
    return beside.add(deed, Extension, extra=deed.fields["extra"], **values)


def decide(deed: Deed, asked: Any, which: Callable[[Any], bool], shown: Callable[[Any], bool]) -> None:
    """Grant a request or refuse it, as the form says; `shown` names the clock whose limit the request is about."""
    side_clocks.end_of_row(deed, asked.id, DECIDE, DECIDE_ABOVE)
    if deed.fields["approve"]:
        refuse_too_little(deed, Limit.parse(asked.extra), "approve", shown)
        grant(deed, asked.id, asked.extra, which, shown)
    else:
        _decide(deed, asked.id, is_granted=False)


def grant(deed: Deed, request_id: int, extra: str, which: Callable[[Any], bool], shown: Callable[[Any], bool]) -> None:
    """Give clocks what was asked for, and keep it on record: they are counted again from that."""
    clocks.extend(deed, Limit.parse(extra), which)
    _decide(deed, request_id, is_granted=True, new_due_at=min((c.due_at for c in _running(deed, shown)), default=None))


def is_of_the_desk(clock: Any) -> bool:
    """Tell whether a clock is that of the desk where the case lies."""
    return bool(clock.kind == clocks.STATE)


def refuse_too_many(deed: Deed, unit_id: int | None) -> Refusal | None:
    """Return the refusal of a request beyond the law's number of extensions a round, or None."""
    caps = deed.law.definition.extensions
    if caps is None or caps.most is None:
        return None
    asked = {"of_case": deed.case_id, "for_unit": unit_id or 0, "in_round": deed.case.round}
    if _GRANTED.rows(deed.db, asked)[0].count >= caps.most:
        return Refusal(
            f"本轮已延期 {caps.most} 次，不能再延。",
            f"More time was granted {caps.most} times in this round already; there is no more to be had.",
        )
    return None


def refuse_the_asker(deed: Deed, asked: Any | None) -> Refusal | None:
    """Return the refusal of a decision by whoever asked, also through a deputy of either, or None."""
    if asked is None or deed.by is None:
        return None
    asker = person(deed.db, asked.asked_by) if asked.asked_by else None
    if asker is None or acts_for(deed.db, deed.by, deed.at).isdisjoint(acts_for(deed.db, asker, deed.at)):
        return None
    return Refusal(
        "延期须由申请人以外的人审批，申请人的代理人也不行。",
        "Somebody other than whoever asked for more time, or their deputy, must decide on it.",
    )


def refuse_too_low(deed: Deed, asked: Any | None) -> Refusal | None:
    """Return the refusal of a decision on more time than the person's level may decide on, or None."""
    caps = deed.law.definition.extensions
    above = caps.above if caps is not None else None
    if asked is None or above is None or deed.by is None or above.by not in deed.step.by:
        return None
    if not _is_longer(deed, asked.due_at or asked.asked_at, Limit.parse(asked.extra), above.longer_than):
        return None
    high = deed.step.by[deed.step.by.index(above.by) :]
    if roles_in(deed.db, deed.case, deed.by, deed.at, high):
        return None
    zh, en = said(above.longer_than)
    return Refusal(
        f"超过 {zh}的延期须由{role_name(above.by, 'zh')}审批。",
        f"More time than {en} is for the {role_name(above.by, 'en')} to decide on.",
    )


def refuse_too_much(deed: Deed, extra: Limit, which: Callable[[Any], bool]) -> None:
    """Do now the arithmetic that a grant would do. Raises InvalidFields, so that no grant can fail on it."""
    dues = [(clock.due_at, calendar(deed.db, clock.calendar)) for clock in _running(deed, which)]
    for moment, days in ((deed.at, deed.calendar), *dues):
        if _later(moment, days, extra) - moment > MOST:
            raise InvalidFields([FieldError("extra", "延长时间最多一年", "Extra time is a year at most")])


def refuse_too_little(deed: Deed, extra: Limit, field: str, which: Callable[[Any], bool]) -> None:
    """Refuse more time that would be over already: the desk would be late again at once. Raises InvalidFields."""
    for clock in _running(deed, which):
        if _later(clock.due_at, calendar(deed.db, clock.calendar), extra) <= deed.at:
            zh, en = "延长后的时限也已过，不能给予", "Even with the extra time the limit has passed"
            raise InvalidFields([FieldError(field, zh, en)])


def _of_all(deed: Deed, refuse: Callable[[Deed, Any], Refusal | None]) -> Refusal | None:
    """Return the refusal of a decision where each request that the step could decide on is refused.

    Several departments can wait for a decision on their parts; which one is meant, the form says.
    """
    waiting = pending_of_parts(deed) if DECIDE_PART in deed.step.does else [pending(deed.db, deed.case)]
    refusals = [refuse(deed, asked) for asked in waiting]
    return refusals[0] if refusals and all(refusals) else None


def _decide(deed: Deed, request_id: int, *, is_granted: bool, new_due_at: datetime | None = None) -> None:
    decided = {"decided_at": deed.at, "decided_by": deed.by.id if deed.by else None}
    if new_due_at is not None:
        decided["new_due_at"] = new_due_at
    beside.change(deed, Extension, request_id, is_granted=is_granted, **decided)


def _running(deed: Deed, which: Callable[[Any], bool]) -> list[Any]:
    """Return the clocks of the case that run towards a due moment and that `which` names."""
    running = clocks.running_clocks(deed.db, deed.case_id)
    return [clock for clock in running if clock.due_at is not None and which(clock)]


def _is_longer(deed: Deed, due_at: datetime | None, one: Limit, other: Limit) -> bool:
    """Tell whether one limit is longer than another, counted from the limit that stands."""
    if one.unit == other.unit:
        return one.count > other.count
    start = due_at or deed.at
    return _later(start, deed.calendar, one) > _later(start, deed.calendar, other)


def _later(moment: datetime, days: Calendar, extra: Limit) -> datetime:
    try:
        return days.due(moment, extra).at
    except Refusal as error:
        raise InvalidFields([FieldError("extra", error.zh, error.en)]) from None
