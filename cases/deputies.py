"""Deputies (AB角): who stands in for whom in which duty, from one day to another.

A duty may have one deputy at a time, who holds the same role at the same unit within those days; who is away stays
responsible beside them. A deputy who is away has a deputy in turn, `LINKS` at most, and nobody stands in for
themselves, however far round. See docs/decisions/0020.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cases.calendars import calendar_of
from cases.duties import ADMINISTRATIONS, duty_word, one_administration
from cases.errors import BadRequest, NotFound
from cases.record.lines import line
from cases.record.people import LINKS, Duty, Unit, User, lasts

LONGEST = timedelta(days=366)
ONE_DAY = timedelta(days=1)
#: What somebody is, and not a post that another could fill meanwhile.
PERSONAL = frozenset({"worker", "representative"})


@dataclass(frozen=True)
class Absence:
    """Somebody who is away in a duty, or will be, and their deputy."""

    duty: Duty
    role: str
    unit: Unit
    absent: User
    deputy: User
    from_at: datetime
    until_at: datetime


def name_deputy(
    db: Session, deputy: User, word: str, absent: User, first: date, last: date, *, at: datetime
) -> dict[str, Any]:
    """Let somebody stand in for a person's duty from the first day to the last, and return what the event says of it.

    `word` is the duty, such as reviewer@330482. Raises BadRequest with what is wrong, NotFound for a duty that the
    person does not have.
    """
    role, unit = duty_word(db, word)
    from_at, until_at = _days(db, unit, first, last, at)
    if deputy.id == absent.id:
        raise _wrong("不能指定本人为自己的代理人", "nobody is their own deputy")
    if not deputy.is_active:
        raise _wrong(
            f"{deputy.login} 已停用，不能代理他人", f"{deputy.login} is disabled and cannot stand in for anybody"
        )
    if role in PERSONAL:
        raise _wrong("职工和会员代表的身份不能由他人代理", "being a worker or a representative is nobody else's to do")
    behind = _duty_of(db, absent, role, unit, from_at, word)
    if role in ADMINISTRATIONS:
        one_administration(db, deputy, role, at)
    # Two who name deputies at one unit in this very moment would not see each other's, nor the circle that both make.
    db.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True)).one()
    _refuse_two(db, behind, from_at, until_at)
    if fault := chain_fault(db, deputy, absent, behind, from_at, until_at):
        raise fault
    row = Duty(
        user_id=deputy.id or 0,
        unit_id=unit.id or 0,
        role=role,
        from_at=from_at,
        until_at=until_at,
        deputy_of=behind.id,
    )
    db.add(row)
    db.flush()
    return {"for": absent.id, "role": role, "unit": unit.code, "from": from_at, "until": until_at, "duty": row.id}


def end_deputy(db: Session, deputy: User, word: str, absent: User, *, at: datetime) -> dict[str, Any]:
    """End what a deputy does for a person, before its last day, and return what the event says of it.

    Raises NotFound where the deputy does not stand in for the person.
    """
    role, unit = duty_word(db, word)
    behind = aliased(Duty)
    wanted = (
        select(Duty)
        .join(behind, col(behind.id) == Duty.deputy_of)
        .where(Duty.user_id == deputy.id, Duty.role == role, Duty.unit_id == unit.id, lasts(at))
        .where(col(behind.user_id) == absent.id)
    )
    rows = db.exec(wanted.order_by(col(Duty.id))).all()
    if not rows:
        raise NotFound(
            f"{deputy.login} 没有代理 {absent.login} 的 {word[:80]}。",
            f"{deputy.login} does not stand in for {absent.login} as {word[:80]}.",
        )
    for row in rows:
        row.until_at = at
        db.add(row)
    db.flush()
    return {"for": absent.id, "role": role, "unit": unit.code, "until": at, "duty": rows[0].id}


def chain_fault(
    db: Session,
    deputy: User,
    absent: User,
    behind: Duty,
    from_at: datetime,
    until_at: datetime,
    without: Collection[int] = (),
) -> BadRequest | None:
    """Return why somebody cannot be a deputy in a duty: they would stand in for themselves in the end, or too far away.

    Only links count that are all in force on one day; `without` are the ids of those that are going to end.
    """
    other = aliased(Duty)
    rows = db.exec(
        select(Duty, other.user_id)
        .join(other, col(other.id) == Duty.deputy_of)
        .where(Duty.role == behind.role, Duty.unit_id == behind.unit_id, col(Duty.id).not_in(sorted(without)))
        .where(and_(col(Duty.from_at) < until_at, col(Duty.until_at) > from_at))
    ).all()
    links = [(row.user_id, whose, row.from_at or from_at, row.until_at or until_at) for row, whose in rows]
    below = _ways(links, deputy.id or 0, from_at, until_at, up=False)
    above = _ways(links, absent.id or 0, from_at, until_at, up=True)
    for lower, since, until in below:
        for upper, since_too, until_too in above:
            if max(since, since_too) >= min(until, until_too):
                continue
            if set(lower) & set(upper):
                return _wrong(
                    f"{deputy.login} 与 {absent.login} 会互相代理，成为循环：请另选代理人",
                    f"this closes a circle of deputies from {absent.login} to {deputy.login} and back; choose another",
                )
            if len(lower) + len(upper) - 1 > LINKS:
                return _wrong(
                    f"代理最多 {LINKS} 层：请直接为当事人另选代理人",
                    f"deputies of deputies go {LINKS} deep at most; choose another deputy for the one who is away",
                )
    return None


def absences(db: Session, at: datetime) -> Sequence[Absence]:
    """Return who is away or will be, with their deputies, in the order in which it begins."""
    return _absences(db, at)


def absences_of(db: Session, user: User, at: datetime) -> Sequence[Absence]:
    """Return the absences of a moment in which a person is away, or somebody's deputy."""
    return [one for one in _absences(db, at, user) if one.from_at <= at]


def _absences(db: Session, at: datetime, of: User | None = None) -> Sequence[Absence]:
    behind, away, deputy = aliased(Duty), aliased(User), aliased(User)
    wanted = (
        select(Duty, Unit, away, deputy)
        .join(behind, col(behind.id) == Duty.deputy_of)
        .join(Unit, col(Unit.id) == Duty.unit_id)
        .join(away, col(away.id) == behind.user_id)
        .join(deputy, col(deputy.id) == Duty.user_id)
        .where(lasts(at), or_(col(behind.until_at).is_(None), col(behind.until_at) > at))
        .order_by(col(Duty.from_at), col(Duty.id))
    )
    if of is not None:
        wanted = wanted.where(or_(col(away.id) == of.id, col(deputy.id) == of.id))
    return [
        Absence(duty, duty.role, unit, absent, person, duty.from_at, duty.until_at)
        for duty, unit, absent, person in db.exec(wanted)
        if duty.from_at is not None and duty.until_at is not None
    ]


def _days(db: Session, unit: Unit, first: date, last: date, at: datetime) -> tuple[datetime, datetime]:
    """Return from when until when the days of a unit last. Raises BadRequest for days that are past or reversed."""
    zone = calendar_of(db, line(db, unit.id or 0)).zone
    if last < first:
        raise _wrong(f"结束日期 {last} 早于开始日期 {first}", f"the last day {last} comes before the first, {first}")
    if first < at.astimezone(zone).date():
        raise _wrong(f"开始日期 {first} 已过", f"the first day {first} is past")
    if last - first >= LONGEST:
        raise _wrong(
            "代理期限最长一年，期满后请重新指定", "a deputy is named for a year at most, and may be named again"
        )
    midnight = [datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + ONE_DAY)]
    return midnight[0], midnight[1]


def _duty_of(db: Session, absent: User, role: str, unit: Unit, from_at: datetime, word: str) -> Duty:
    """Return the duty of a person that is to be stood in for: their own, else what they do in another's place."""
    wanted = select(Duty).where(Duty.user_id == absent.id, Duty.role == role, Duty.unit_id == unit.id)
    found = db.exec(
        wanted.where(or_(col(Duty.until_at).is_(None), col(Duty.until_at) > from_at)).order_by(
            col(Duty.deputy_of).is_not(None), col(Duty.id).desc()
        )
    ).first()
    if found is None:
        raise NotFound(
            f"{absent.login} 届时没有职责 {word[:80]}。", f"{absent.login} does not have the duty {word[:80]} then."
        )
    return found


def _refuse_two(db: Session, behind: Duty, from_at: datetime, until_at: datetime) -> None:
    """Refuse a second deputy for the same days."""
    wanted = select(User.login).join(Duty, col(Duty.user_id) == User.id).where(Duty.deputy_of == behind.id)
    there = db.exec(wanted.where(col(Duty.from_at) < until_at, col(Duty.until_at) > from_at)).first()
    if there is not None:
        raise _wrong(
            f"这些日期已由 {there} 代理，请先结束原代理",
            f"on some of these days the deputy is {there}; end that first",
        )


def _ways(
    links: Sequence[tuple[int, int, datetime, datetime]], start: int, since: datetime, until: datetime, *, up: bool
) -> list[tuple[tuple[int, ...], datetime, datetime]]:
    """Return every way from a person along deputies, up to whom they stand in for or down, with its common days."""
    ways: list[tuple[tuple[int, ...], datetime, datetime]] = [((start,), since, until)]
    for people, begins, ends in ways:  # grows while it is walked, by one person at a time
        for deputy, absent, from_at, until_at in links:
            here, there = (deputy, absent) if up else (absent, deputy)
            if here == people[-1] and there not in people and len(people) <= LINKS + 1:
                common = max(begins, from_at), min(ends, until_at)
                if common[0] < common[1]:
                    ways.append(((*people, there), *common))
    return ways


def _wrong(zh: str, en: str) -> BadRequest:
    return BadRequest(f"{zh}。", f"{en[0].upper()}{en[1:]}.")
