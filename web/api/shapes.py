"""What the API takes and gives, as types; what is not named here is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from web.api.hand_shapes import ProgressOfCase, WithheldAction
from web.api.oversight_shapes import InOversight
from web.api.requests import OneDispute, RequestedTime
from web.api.review_shapes import GroupBallot
from web.api.same_shapes import Related
from web.api.voice_shapes import Voices

Word = Annotated[str, StringConstraints(max_length=64)]


class Given(BaseModel):
    """A body that a client sends: no field but these, and no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewCase(Given):
    """A case to be raised and submitted."""

    title: str
    text: str
    unit: str
    workflow: Word | None = None
    category: str | None = None
    identity: Word = "confidential"
    submitter: Word | None = None


class NewNote(Given):
    """A note; `audience` is `parties` or `staff`."""

    text: str
    audience: Word | None = None


class Raised(BaseModel):
    """What is told of a case that was just submitted.

    Who submits anonymously gets a `receipt`, the only way back to the case; it is told once and never repeated.
    """

    number: str
    receipt: str | None = None
    state: str
    stage: str
    due_at: datetime | None
    version: int


class CaseInList(BaseModel):
    """A case in a list; units are given by their codes."""

    number: str
    external_id: str | None
    workflow: str
    title: str
    state: str
    state_label: str
    stage: str
    unit: str
    lead: str | None
    category: str | None
    tier: str | None
    urgency: str | None
    identity: str
    round: int
    level: int
    version: int
    rating: str | None
    submitted_at: datetime | None
    answered_at: datetime | None
    entered_at: datetime
    first_due_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None


class Cases(BaseModel):
    """A page of a list; `next` is the cursor of the one after it."""

    items: list[CaseInList]
    next: str | None


class ActionField(BaseModel):
    """What an action asks for. `options` are value and label of a choice."""

    name: str
    label: str
    kind: str
    required: bool
    longest: int
    options: dict[str, str]


class Action(BaseModel):
    """What I may do with a case now."""

    name: str
    label: str
    fields: list[ActionField]


class Text(BaseModel):
    """Something that was said in a case; `text` is null once it was erased."""

    version: int
    field: str
    label: str
    audience: str
    text: str | None


class Part(BaseModel):
    """One unit's part in a case."""

    unit: str
    name: str
    kind: str
    status: str
    round: int
    assigned_at: datetime
    signed_at: datetime | None
    ended_at: datetime | None


class File(BaseModel):
    """A file of a case; it is fetched under its digest."""

    digest: str
    name: str
    media_type: str
    size: int
    version: int
    added_at: datetime


class OneCase(CaseInList, Voices):
    """A case with all that I may know about it, and what I may do with it now."""

    unit_name: str
    lead_name: str | None
    texts: list[Text]
    assignments: list[Part]
    progress: ProgressOfCase
    withheld: list[WithheldAction]
    review: list[GroupBallot]
    attachments: list[File]
    extensions: list[RequestedTime]
    disputes: list[OneDispute]
    oversight: InOversight
    related: Related
    actions: list[Action]


class EventActor(BaseModel):
    """Who acted, and in whose place: never the one who raised the case; they themselves read the unit and no name."""

    name: str | None
    unit: str | None
    stands_for: str | None


class OneEvent(BaseModel):
    """One thing that happened to a case."""

    version: int
    at: datetime
    action: str
    label: str
    role: str
    actor: EventActor | None
    state_from: str | None
    state_to: str | None
    values: dict[str, Any]
    texts: list[Text]


class Events(BaseModel):
    """A page of a case's history, oldest first."""

    items: list[OneEvent]
    next: str | None


class OneClock(BaseModel):
    """One limit of a case; it stands still where `due_at` is null and `remaining` is not."""

    kind: str
    state: str | None
    round: int
    limit: str | None
    calendar: str
    is_provisional: bool
    started_at: datetime
    first_due_at: datetime | None
    due_at: datetime | None
    remaining: str | None
    stopped_at: datetime | None


class Clocks(BaseModel):
    """Every clock of a case, in the order in which they started."""

    items: list[OneClock]
    next: None = None


class ExplainedDay(BaseModel):
    """One day between the start of a limit and its due moment; the totals run through all stretches."""

    date: date
    weekday: str
    is_counted: bool
    why: str
    minutes: int
    total_minutes: int
    total_days: int


class ExplainedSpan(BaseModel):
    """A stretch of a clock: it ran towards `due_at`, or stood still where that is null."""

    why: str
    from_at: datetime
    until_at: datetime | None
    due_at: datetime | None


class ExplainedRung(BaseModel):
    """A rung of a clock's ladder: when it is due, when it fired; one that is passed lay before the clock began."""

    do: str
    at: str
    due_at: datetime | None
    fired_at: datetime | None
    is_passed: bool


class Explanation(OneClock):
    """A clock with its stretches and their days; a day in which it was paused stands in both stretches."""

    days: list[ExplainedDay]
    spans: list[ExplainedSpan]
    rungs: list[ExplainedRung]


class Explanations(BaseModel):
    """Why the clocks of a case stand where they stand."""

    items: list[Explanation]
    next: None = None


class Noted(BaseModel):
    """Where a case stands after something was added to it."""

    number: str
    version: int


class Attached(Noted):
    """A file that was added to a case."""

    file: File


class OverdueCase(BaseModel):
    """A case as it stood when it was overdue; units are given by their codes, `late_by` in seconds."""

    number: str
    external_id: str | None
    unit: str
    lead: str | None
    category: str | None
    stage: str
    state: str
    due_at: datetime
    late_by: int
    level: int


class OverdueCases(BaseModel):
    """A page of the supervisor's queue; `next` is the cursor of the one after it."""

    items: list[OverdueCase]
    next: str | None


class Rates(BaseModel):
    """Rates of a period, one row in all or one for each unit or category; a rate without cases is null."""

    items: list[dict[str, str | int | float | None]]
