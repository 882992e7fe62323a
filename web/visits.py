"""A visit: one request, one moment, one person, one transaction.

The caller is told in a session of its own that is closed again, so that a request holds a connection only while its
own function runs: requests that wait for a thread never hold what others with a thread wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from sqlmodel import Session

from cases.access import Caller
from cases.act import about_number, find
from cases.answering import about_laws
from cases.auditing import is_auditor
from cases.authority import authority_of
from cases.calendars import about_versions, calendar_of
from cases.errors import InvalidFields, no_case
from cases.policy import get_to_know, is_system_administrator, may_see
from cases.record.at_once import Question
from cases.record.case import Case
from cases.record.database import is_for_reading, reading, transaction
from cases.record.lines import line
from cases.record.people import User, by_id
from config import clock
from config.settings import Settings
from notifications import inbox
from web.access import NotSignedIn, identify
from web.language import Language, language_of
from workflow.calendar import Calendar
from workflow.errors import Refusal

LONGEST_NUMBER = 32


class WrongClock(Refusal):
    """The wall clock was set so far ahead that nothing may be dated by it: what has happened cannot be taken back."""

    def __init__(self) -> None:
        super().__init__(
            "服务器时间被大幅拨快，暂不能办理：请联系系统管理员校正时间，若时间无误则重启服务。",
            "The server's clock was set far ahead, so nothing can be recorded: ask the system administrator to set it "
            "right, or to restart the server if it is right.",
        )


@dataclass
class Visit:
    """What every route needs: the session, the moment, the person, the language."""

    request: Request
    db: Session
    at: datetime
    caller: Caller

    def __post_init__(self) -> None:
        self.request.state.visit = self  # where a page finds what stands in its header

    @cached_property
    def by(self) -> User:
        """Return the person, as a row of this visit's session. Raises NotSignedIn if they were disabled meanwhile."""
        if is_for_reading(self.db):
            self._ask_first()
            user = next(iter(by_id().objects(self.db, User, {"user_id": self.caller.user_id})), None)
        else:
            user = self.db.get(User, self.caller.user_id)
        if user is None or not user.is_active:
            raise NotSignedIn
        return user

    @cached_property
    def language(self) -> Language:
        """Return the language of the answer."""
        return language_of(self.request)

    @cached_property
    def unread(self) -> int:
        """Return how many messages wait in the person's inbox, up to `inbox.MOST_COUNTED`."""
        return inbox.unread(self.db, self.caller.user_id)

    @cached_property
    def is_administrator(self) -> bool:
        """Tell whether the person runs the system."""
        return is_system_administrator(self.db, self.by, self.at)

    @cached_property
    def is_auditor(self) -> bool:
        """Tell whether the person audits what administrators do."""
        return is_auditor(self.db, self.by, self.at)

    @cached_property
    def may_arrange(self) -> bool:
        """Tell whether the person may arrange who stands in for whom."""
        return bool(authority_of(self.db, self.by, self.at))

    @property
    def settings(self) -> Settings:
        """Return the settings of the installation."""
        settings: Settings = self.request.app.state.settings
        return settings

    def case(self, number: str) -> Case:
        """Return a case that the person may see, by its number in capitals or not.

        Raises NotFound, alike for one that is not there and one that is.
        """
        if not 1 <= len(number) <= LONGEST_NUMBER or not (number.isascii() and number.isprintable()):
            raise no_case(number)
        self._ask_first(about_number(number.upper()))
        case = find(self.db, number.upper())
        if not may_see(self.db, case, self.by, self.at):
            raise no_case(number)
        return case

    def _ask_first(self, *more: Question) -> None:
        """Ask at once what every page asks, where the visit only reads."""
        user_id = self.caller.user_id
        me = by_id(), {"user_id": user_id}
        get_to_know(self.db, user_id, self.at, me, about_versions(), about_laws(), inbox.about_unread(user_id), *more)

    def start_over(self) -> None:
        """Leave nothing of what was tried, and read the record again from here on."""
        self.db.rollback()
        self.db.expunge_all()
        self.__dict__.pop("by", None)

    def office(self, unit_id: int) -> Calendar:
        """Return the calendar by which a unit works."""
        return calendar_of(self.db, line(self.db, unit_id))

    def say(self, zh: str, en: str) -> str:
        """Return a sentence in the language of the answer."""
        return zh if self.language == "zh" else en

    def sentence(self, refusal: Refusal | None) -> str:
        """Return why something was refused: of several faults the first; nothing where nothing was."""
        if refusal is None:
            return ""
        said = refusal.errors[0] if isinstance(refusal, InvalidFields) else refusal
        return self.say(said.zh, said.en)


def moment() -> datetime:
    """Return the moment of the request; it is read once."""
    return clock.now()


Moment = Annotated[datetime, Depends(moment)]


def caller_of(request: Request, at: Moment) -> Caller:
    """Return who is asking."""
    return identify(request, at)


SignedIn = Annotated[Caller, Depends(caller_of)]


def is_clock_trusted(app: FastAPI) -> bool:
    """Tell whether the wall clock of this machine may say when something happens."""
    schedule = app.state.schedule
    return schedule is None or bool(schedule.is_trusted())


def trusted_moment(request: Request, at: Moment) -> datetime:
    """Return the moment of a request by which something is written. Raises WrongClock."""
    if not is_clock_trusted(request.app):
        raise WrongClock
    return at


#: For whoever opens a transaction of their own.
WritingAt = Annotated[datetime, Depends(trusted_moment)]


def reads_by(who: Callable[..., Caller]) -> Any:
    """Return the dependency that opens a visit that only reads, of whoever a function finds."""

    def opened(request: Request, at: Moment, caller: Caller = Depends(who)) -> Iterator[Visit]:
        with reading(request.app.state.engine) as db:
            yield Visit(request, db, at, caller)

    return Depends(opened, scope="function")


def writes_by(who: Callable[..., Caller]) -> Any:
    """Return the dependency that opens a visit that may write; it is committed before the answer goes out.

    The visit raises WrongClock.
    """

    def opened(request: Request, at: WritingAt, caller: Caller = Depends(who)) -> Iterator[Visit]:
        with transaction(request.app.state.engine) as db:
            yield Visit(request, db, at, caller)

    return Depends(opened, scope="function")


Reading = Annotated[Visit, reads_by(caller_of)]
Writing = Annotated[Visit, writes_by(caller_of)]
