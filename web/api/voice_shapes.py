"""What the API gives of endorsement, promises and referrals, as types."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel


class Endorsements(BaseModel):
    """How many endorse a case, whether I do, and how many the next threshold needs; nobody is named."""

    count: int
    mine: bool
    next_threshold: int | None


class OnePromise(BaseModel):
    """What a unit has promised in a case; `kind` is `account` or `answer`, `text` is null once it was erased."""

    number: int
    kind: str
    unit: str
    text: str | None
    promised_on: date
    due_at: datetime
    made_at: datetime
    kept_at: datetime | None
    broken_at: datetime | None
    reviews: int
    result: str | None


class OneReferral(BaseModel):
    """One time that a case went to the union above, and what came back."""

    unit: str
    referred_at: datetime
    summary: str | None
    replied_at: datetime | None
    answer: str | None


class TwoTimes(BaseModel):
    """How long a case lay with its own union and with the one above: seconds on the wall, minutes of office hours."""

    own_seconds: int
    own_working_minutes: int
    above_seconds: int
    above_working_minutes: int
    referrals: list[OneReferral]


class Voices(BaseModel):
    """What people outside the desks and units above have to do with a case."""

    endorsements: Endorsements | None
    promises: list[OnePromise]
    referral: TwoTimes | None


class OneQuestion(BaseModel):
    """A promise that was overdue or broken in a quarter; `outcome` is `open`, `kept` or `broken`.

    `text` is null once it was erased, and for whoever may not read it in the case.
    """

    unit: str
    unit_name: str
    number: str
    promise: int
    text: str | None
    promised_on: date
    days_late: int
    outcome: str
    ended_at: datetime | None


class Questions(BaseModel):
    """The list of questions of a quarter, unit by unit."""

    quarter: str
    items: list[OneQuestion]
    next: None = None
