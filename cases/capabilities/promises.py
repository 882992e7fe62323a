"""What cannot be solved now goes on account with a promise: what, and by when (挂账销号)."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from cases import beside
from cases.errors import FieldError, InvalidFields
from cases.record.case import Promise
from cases.words import Deed, effect, register
from workflow.vocabulary import Field

#: Days; a promise further off than ten years binds nobody who makes it.
FURTHEST = 3_660

register(
    Field("promise", "text", "承诺事项", "Promise", longest=2_000, is_private=True),
    Field("promised_on", "date", "承诺完成日期", "Promised for", longest=10),
)


@effect("promise", needs=("promised_on",))
def promise(deed: Deed) -> None:
    """Keep the promise with its date, which must lie ahead."""
    day = deed.fields["promised_on"]
    today = deed.at.astimezone(deed.calendar.zone).date()
    if not today < day <= today + timedelta(days=FURTHEST):
        raise InvalidFields(
            [
                FieldError(
                    "promised_on", "承诺日期须在今天之后、十年之内", "The promised day must lie ahead, within ten years"
                )
            ]
        )
    beside.add(deed, Promise, promised_on=day, made_at=deed.at)


@effect("keep_promise")
def keep_promise(deed: Deed) -> None:
    """Strike the promises of the case off the account."""
    unkept = select(Promise.id).where(Promise.case_id == deed.case.id, col(Promise.kept_at).is_(None))
    for row_id in deed.db.exec(unkept).all():
        beside.change(deed, Promise, row_id or 0, kept_at=deed.at)
