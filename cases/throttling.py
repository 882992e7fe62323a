"""How often one may guess: at one thing, and from one network, within an hour, on all nodes together.

What is counted is a tag that only the key can make, so that the table names neither the thing nor the network; it is
swept once the hour has passed. Whoever guesses at somebody's account is held back where they guess from, and the one
whose account it is is not, from elsewhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, text
from sqlmodel import Session, col

from cases.keyring import keyring
from cases.record.columns import Moment
from cases.record.vault import Guess
from workflow.errors import Refusal

HOUR = timedelta(hours=1)
#: Guesses in vain within the hour, at one thing or from one network.
MOST = 10
#: So many from everywhere within the hour are an attack, of which administrators hear.
MANY = 100
EVERYWHERE = "everywhere"

_NEW = text("INSERT INTO guesses (tag, begun_at, count) VALUES (:tag, :begun_at, 0) ON CONFLICT (tag) DO NOTHING")
_NEW = _NEW.bindparams(bindparam("begun_at", type_=Moment))


class TooManyGuesses(Refusal):
    """Somebody has guessed too often."""

    def __init__(
        self, zh: str = "尝试次数过多，请一小时后再试。", en: str = "Too many tries; try again in an hour."
    ) -> None:
        super().__init__(zh, en)


def check(db: Session, purpose: str, what: str, at: datetime, most: int = MOST) -> None:
    """Refuse another guess once there were too many within the hour. Raises TooManyGuesses."""
    if counted(db, purpose, what, at) >= most:
        raise TooManyGuesses


def attempt(db: Session, purpose: str, what: str, at: datetime, most: int = MOST) -> None:
    """Count a guess before it is weighed, so that a hundred at once are a hundred. Raises TooManyGuesses.

    The caller commits before weighing it, and takes it back where it was right.
    """
    check(db, purpose, what, at, most)  # who guesses on and on makes nobody wait for the row
    if count(db, purpose, what, at) > most:
        raise TooManyGuesses


def take_back(db: Session, purpose: str, what: str, at: datetime) -> None:
    """Count no more what turned out to be right."""
    row = db.get(Guess, _tag(purpose, what), with_for_update=True, populate_existing=True)
    if row is not None and at - row.begun_at < HOUR:
        row.count = max(0, row.count - 1)
        db.flush()


def counted(db: Session, purpose: str, what: str, at: datetime) -> int:
    """Return how often somebody has guessed in vain within the hour that runs."""
    row = db.get(Guess, _tag(purpose, what))
    return row.count if row is not None and at - row.begun_at < HOUR else 0


def failed(db: Session, purpose: str, what: str, at: datetime) -> None:
    """Count a guess in vain, there and for the alarm."""
    count(db, purpose, what, at)
    count(db, EVERYWHERE, "", at)


def count(db: Session, purpose: str, what: str, at: datetime) -> int:
    """Count what may be done so often within an hour, and return how often it was."""
    tag = _tag(purpose, what)
    db.connection().execute(_NEW, {"tag": tag, "begun_at": at})  # of two who are the first, both count on one row
    row = db.get_one(Guess, tag, with_for_update=True, populate_existing=True)
    if at - row.begun_at >= HOUR:
        row.begun_at, row.count = at, 0
    row.count += 1
    db.flush()
    return row.count


def succeeded(db: Session, purpose: str, what: str) -> None:
    """Forget the guesses at something by whoever then knew it."""
    db.connection().execute(delete(Guess).where(col(Guess.tag) == _tag(purpose, what)))


def forget(db: Session, at: datetime) -> None:
    """Delete what was counted more than an hour ago."""
    db.connection().execute(delete(Guess).where(col(Guess.begun_at) <= at - HOUR))


def is_attacked(db: Session, at: datetime) -> bool:
    """Tell whether somebody tries receipts or passwords one after the other, from wherever."""
    return counted(db, EVERYWHERE, "", at) >= MANY


def _tag(purpose: str, what: str) -> str:
    return keyring().tag(f"guess {purpose}", what)
