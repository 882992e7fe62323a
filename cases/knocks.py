"""Who tries passwords: how long one has to wait between two tries, and why that never shuts the owner out.

Three things are counted within an hour, on all nodes together and under tags that only the key can make: what failed
for a login from one network, for that login from everywhere, and from that network for any login. A try is counted
before the password is weighed, so that a hundred at once are a hundred.

- For a login from one network: a wait that doubles from the sixth try, a minute at most; under `dengbao` a quarter of
  an hour after five failures (GB/T 22239-2019 8.1.4.1 b).
- For a login that is attacked from elsewhere: a network that is not known for it waits before each try, a minute at
  most; where its owner has signed in within ninety days nothing is different (ASVS 5.0 6.3.1).
- For a network: a hundred failures an hour.

A login that does not exist is counted like any other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from cases import audit, throttling
from cases.keyring import keyring
from cases.record.database import is_sqlite
from cases.record.people import Knock
from cases.throttling import HOUR, TooManyGuesses
from config.settings import DENGBAO

#: Failures before a place has to wait; what it then waits, doubled by each further one; never longer than a minute.
FREE, FIRST, LONGEST = 5, timedelta(seconds=5), timedelta(minutes=1)
LOCKED = timedelta(minutes=15)
#: Failures of one network within an hour: an office with many people behind one address mistypes now and then.
MOST = 100
#: Where somebody signed in so lately is where they usually sign in.
KNOWN = timedelta(days=90)
PLACE, LOGIN, NETWORK = "place", "login", "network"
FAILED = "failed_sign_in"


class Wait(TooManyGuesses):
    """Whoever tries a password has to wait; `seconds` says how long."""

    def __init__(self, span: timedelta) -> None:
        self.seconds = max(1, -(-span // timedelta(seconds=1)))
        zh, en = f"{self.seconds} 秒", f"{self.seconds} seconds"
        if self.seconds > 120:
            minutes = -(-self.seconds // 60)
            zh, en = f"{minutes} 分钟", f"{minutes} minutes"
        super().__init__(f"尝试次数过多，请 {zh}后再试。", f"Too many tries; try again in {en}.")


def knock(db: Session, login: str, network: str, profile: str, at: datetime) -> Wait | None:
    """Count a try before its password is weighed, or return how long to wait; that is kept, and nothing is weighed."""
    place, anywhere, near = (_row(db, *of, at) for of in _of(login, network))
    if near.count >= MOST:
        return Wait(near.begun_at + HOUR - at)
    if place.wait_until is not None and at < place.wait_until:
        return Wait(place.wait_until - at)
    is_known = place.known_at is not None and at - place.known_at < KNOWN
    strangers = anywhere.count - place.count
    if not is_known and strangers >= FREE and place.wait_until is None:
        place.wait_until = at + _delay(strangers)
        return Wait(place.wait_until - at)
    place.wait_until = None
    for row in (place, anywhere, near):
        row.count += 1
    if profile == DENGBAO and place.count >= FREE:
        place.count, place.wait_until = 0, at + LOCKED
    elif profile != DENGBAO and place.count >= FREE:
        place.wait_until = at + _delay(place.count)
    db.flush()
    return None


def failed(db: Session, login: str, network: str, at: datetime) -> None:
    """Note that a try was in vain: for the alarm, and once an hour for each network in the chain; no login is named."""
    near = _row(db, *_of(login, network)[2], at)
    throttling.count(db, throttling.EVERYWHERE, "", at)
    if not near.is_told:
        near.is_told = True
        db.flush()
        audit.append(db, [_event(near.tag, 1, at)])


def opened(db: Session, login: str, network: str, at: datetime) -> None:
    """Forget the tries of a place whose last one fitted, and know it from now on; those of strangers stay counted."""
    place, anywhere, near = (_row(db, *of, at) for of in _of(login, network))
    anywhere.count = max(0, anywhere.count - max(1, place.count))
    near.count = max(0, near.count - 1)
    place.count, place.wait_until, place.known_at = 0, None, at
    db.flush()


def forget(db: Session, at: datetime) -> None:
    """Delete what is over; how often a network failed in all goes into the chain before it is forgotten."""
    is_over = col(Knock.begun_at) <= at - HOUR
    wanted = select(Knock).where(is_over, Knock.kind == NETWORK, Knock.is_told, Knock.count > 1)
    told = db.exec(wanted.order_by(col(Knock.tag)).with_for_update()).all()
    entries = [_event(row.tag, row.count, at) for row in told]
    db.connection().execute(delete(Knock).where(and_(is_over, _is_unknown(at))))
    audit.append(db, entries)


def _is_unknown(at: datetime) -> ColumnElement[bool]:
    return or_(col(Knock.known_at).is_(None), col(Knock.known_at) <= at - KNOWN)


def _delay(count: int) -> timedelta:
    """Return the wait after so many failures: 5 s, 10 s, 20 s, 40 s, a minute."""
    return min(LONGEST, FIRST * (1 << min(count - FREE, 4)))


def _of(login: str, network: str) -> tuple[tuple[str, str], tuple[str, str], tuple[str, str]]:
    """Return what a try is counted for, always in this order, so that no two wait for each other."""
    return (PLACE, f"{network} {login}"), (LOGIN, login), (NETWORK, network)


def _row(db: Session, kind: str, what: str, at: datetime) -> Knock:
    """Return what is counted for something within the hour that runs, held until the transaction ends."""
    tag = keyring().tag(f"knock {kind}", what.encode("utf-8", "replace").decode())
    dialect: Any = sqlite if is_sqlite(db) else postgresql
    new = dialect.insert(Knock).values(tag=tag, kind=kind, begun_at=at, count=0, is_told=False)
    db.connection().execute(new.on_conflict_do_nothing())
    row = db.get_one(Knock, tag, with_for_update=True)
    if at - row.begun_at >= HOUR:
        row.begun_at, row.count, row.is_told = at, 0, False
    return row


def _event(tag: str, count: int, at: datetime) -> audit.Entry:
    return audit.Entry(at=at, action=FAILED, role="system", data={"network": tag, "count": count})
