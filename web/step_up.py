"""Proving once more who sits at a browser, before what matters most: the password, and a code where one is asked for.

Once proven it holds five minutes, in that sign-in alone (ASVS 5.0 7.5.3). Signing in does not prove it: who finds a
browser open a minute later has proved nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request

from cases import access, second_factor, throttling
from cases.access import Caller
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.throttling import TooManyGuesses
from workflow.errors import Refusal

#: What is guessed at here: a password of somebody who is signed in already.
STEP_UP = "step up"
LASTS = timedelta(minutes=5)


class NotProven(Refusal):
    """Whoever is signed in here is not the one whose sign-in it is, or mistyped."""

    def __init__(self) -> None:
        super().__init__("密码或验证码不正确，没有执行。", "The password or the code is not right; nothing was done.")


def is_fresh(caller: Caller, at: datetime) -> bool:
    """Tell whether somebody has proved themselves here within five minutes."""
    return caller.stepped_up_at is not None and timedelta() <= at - caller.stepped_up_at < LASTS


def prove(request: Request, caller: Caller, password: str, code: str, at: datetime) -> Refusal | None:
    """Return why somebody has not proved themselves; None once they have, which is then noted.

    A try is counted before its password is weighed, and that while no transaction is open: it takes long on purpose.
    """
    if is_fresh(caller, at):
        return None
    engine, who = request.app.state.engine, str(caller.user_id)
    if caller.sign_in is None:
        return NotProven()
    try:
        with transaction(engine) as db:
            throttling.attempt(db, STEP_UP, who, at)
            kept = db.get_one(User, caller.user_id).password_hash
    except TooManyGuesses as refusal:
        return refusal
    if not access.is_password(kept, password, request.app.state.password_cost):
        with transaction(engine) as db:
            throttling.count(db, throttling.EVERYWHERE, "", at)
        return NotProven()
    try:
        with transaction(engine) as db:
            user = db.get_one(User, caller.user_id)
            if access.still_has(db, caller.user_id, kept) is None:
                return NotProven()
            if second_factor.is_enrolled(db, caller.user_id) and not second_factor.passes(db, user, code, at):
                return NotProven()
            throttling.succeeded(db, STEP_UP, who)
            access.step_up(db, caller.sign_in, at)
    except TooManyGuesses as refusal:
        return refusal
    return None


def asks_for_code(request: Request, caller: Caller) -> bool:
    """Tell whether somebody has to give a code besides the password."""
    with reading(request.app.state.engine) as db:
        return second_factor.is_enrolled(db, caller.user_id)
