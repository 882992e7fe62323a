"""Whom a matter has climbed to: they acknowledge it with a measure (已阅: 催办、督办、接办、宽限)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from sqlmodel import Session

from cases import climbing, clocks, desk_clocks
from cases.apart import passed_over
from cases.capabilities.appeals import go_to
from cases.capabilities.assignments import LEAD, hand_over
from cases.capabilities.extensions import ask, grant, is_of_the_desk, refuse_too_little, refuse_too_much
from cases.capabilities.orders import concerned, issue, issuing_union
from cases.errors import FieldError, InvalidFields
from cases.hooks import moved
from cases.record.case import Case
from cases.record.lines import line
from cases.seats import people_at, posts
from cases.sides import Side
from cases.words import HANDLERS, OWNER_HEAD, SUBMITTER, Deed, Post, effect, register, role
from workflow.limits import Limit
from workflow.vocabulary import ANSWER, Field

URGE, ORDER, TAKE_OVER, EXTEND = "urge", "order", "take_over", "extend"

register(
    Field(
        "measure",
        "choice",
        "处置措施",
        "Measure",
        options={
            URGE: ("催办", "Urge"),
            ORDER: ("下达督办单", "Order supervision"),
            TAKE_OVER: ("提级接办", "Take over"),
            EXTEND: ("给予宽限", "Give more time"),
        },
    )
)


@role("climbed_to")
def climbed_to(db: Session, case: Case) -> Iterable[Post]:
    """Return the desk that a case has climbed to."""
    level = climbing.level_of(db, case)
    return [climbing.post_of(level)] if level is not None else []


@effect("acknowledge", needs=("measure",))
def acknowledge(deed: Deed) -> None:
    """Note that the level knows and what it does about it: urge, order, take the matter over, or give more time."""
    level = climbing.level_of(deed.db, deed.case)
    assert level is not None  # only whom a case has climbed to may acknowledge it
    measure = deed.fields["measure"]
    climbing.acknowledge(deed, level, measure)
    if measure == EXTEND:
        _give_time(deed, level.role)
    elif measure == TAKE_OVER:
        _take_over(deed, level)
    elif measure == ORDER:
        _order(deed, level.role)


def _give_time(deed: Deed, role: str) -> None:
    """Give more time to what is late, the case or what runs beside it; the head of whoever is late is not to do it."""
    if role == OWNER_HEAD:
        _refuse("measure", "本单位负责人不能给自己宽限，请申请延期", "A head cannot give their own unit more time")
    if "extra" not in deed.fields:
        _refuse("extra", "请填写延长时间", "Extra time is required")
    extra = Limit.parse(deed.fields["extra"])
    which = _what_is_late(deed)
    refuse_too_much(deed, extra, which)
    refuse_too_little(deed, extra, "extra", lambda clock: which(clock) and clock.kind != clocks.CASE)
    shown = next((clock for clock in _running(deed) if which(clock) and clock.kind != clocks.CASE), None)
    due_at = shown.due_at if shown is not None else deed.case.due_at
    whose = Side.parse(shown.state).unit_id if shown is not None and shown.kind == clocks.BESIDE else None
    grant(deed, ask(deed, whose, due_at), deed.fields["extra"], which, lambda clock: _is_same(clock, shown))


def _what_is_late(deed: Deed) -> Callable[[Any], bool]:
    """Return what tells whether a clock has to do with why the matter has climbed.

    The clocks of the case go together; where none of them is late, what beside the case is.
    """
    late = [clock for clock in _running(deed) if clocks.is_late(clock, deed.at) and clock.kind != clocks.CLIMB]
    beside = {clock.id for clock in late if clock.kind == clocks.BESIDE}
    is_case_late = len(late) > len(beside)
    return lambda clock: clock.id in beside or (clocks.is_of_the_case(clock) and (is_case_late or not beside))


def _running(deed: Deed) -> Sequence[Any]:
    return clocks.running_clocks(deed.db, deed.case_id)


def _is_same(clock: Any, shown: Any | None) -> bool:
    return is_of_the_desk(clock) if shown is None else bool(clock.id == shown.id)


def _order(deed: Deed, role: str) -> None:
    """Issue an order to whoever has the case, under a law that has orders; no union, and no head, orders itself."""
    unit_id = concerned(deed)
    if ANSWER in deed.law.definition.besides and role != OWNER_HEAD and unit_id != issuing_union(deed):
        issue(deed, unit_id)
        deed.among_staff()  # the reason is the order's text


def _take_over(deed: Deed, level: Any) -> None:
    """Give the matter to the unit that it has climbed to, whose time begins now."""
    if level.role == OWNER_HEAD:
        _refuse("measure", "本单位的案件请直接办理，不用接办", "The case is your own unit's already: act on it")
    state = deed.law.state(deed.case.state)
    if state.owner == SUBMITTER:
        _refuse("measure", "案件在申请人手上，不能接办", "The case lies with the submitter; it cannot be taken over")
    if state.owner == LEAD:
        _require_people(deed, LEAD, Post(HANDLERS, level.unit_id))
        if deed.case.lead_id == level.unit_id:
            _refuse("measure", "本单位已是主办单位", "Your unit leads the case already")
        hand_over(deed, level.unit_id)
    else:
        go_to(deed, _place(deed, state.owner or "", level.unit_id))
    deed.sets["entered_at"] = deed.at
    for function in moved():
        function(deed, state, state)
    desk_clocks.move(deed, state, state)


def _place(deed: Deed, owner: str, unit_id: int) -> int:
    """Return the union to which the case must belong so that its desk is the one at a unit."""
    case = deed.case
    for place in line(deed.db, case.unit_id):
        there = Case(**case.model_dump() | {"unit_id": place.id})
        if found := [post for post in posts(deed.db, there, owner) if post.unit_id == unit_id]:
            if place.id == case.unit_id:
                _refuse("measure", "案件已在本单位手上", "The case lies with your unit already")
            _require_people(deed, owner, found[0])
            return place.id
    _refuse("measure", "这一环节不能由本单位接办", "Your unit cannot take the case over at this point")


def _require_people(deed: Deed, owner: str, post: Post) -> None:
    """Refuse where nobody sits at the desk of an owner who may act there in this case. Raises InvalidFields."""
    found_at, people = people_at(deed.db, post, deed.at, besides=passed_over(deed.db, deed.case, owner))
    if not people or found_at != post.unit_id:
        _refuse("measure", "本单位没有人在此岗位上，不能接办", "Nobody at your unit has the duty to take it over")


def _refuse(field: str, zh: str, en: str) -> NoReturn:
    raise InvalidFields([FieldError(field, zh, en)])
