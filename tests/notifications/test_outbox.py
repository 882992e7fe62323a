"""The chain is the outbox: each event is told once, whatever dies and however many tell."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, func, select

from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import NewsCursor, Notification
from notifications import outbox
from notifications.audience import Audience, Happening, audience_of
from tests.cases.world import Story
from tests.cast import MONDAY
from tests.notifications.newsroom import Newsroom

AFTER = MONDAY + timedelta(days=60)


def cursor(newsroom: Newsroom) -> int:
    with reading(newsroom.db) as db:
        return db.get_one(NewsCursor, 1).seq


def test_everything_is_told_once_and_the_cursor_ends_with_the_chain(newsroom: Newsroom) -> None:
    for law in ("proposal", "grievance"):
        Story(newsroom, law).up_to("satisfied")
    written = newsroom.tells(AFTER)
    assert written == len(newsroom.rows()) > 10
    assert newsroom.tells(AFTER) == 0
    with reading(newsroom.db) as db:
        assert cursor(newsroom) == db.exec(select(func.max(Event.seq))).one()


def test_small_batches_tell_the_same(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    Story(newsroom).up_to("satisfied")
    monkeypatch.setattr(outbox, "BATCH", 1)
    newsroom.tells(AFTER)
    one_by_one = newsroom.told()
    assert len(one_by_one) == 12


def test_many_who_tell_at_once_tell_everything_once(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [Story(newsroom).up_to("satisfied") for _ in range(5)]
    monkeypatch.setattr(outbox, "BATCH", 7)
    with ThreadPoolExecutor(4) as threads:
        written = sum(threads.map(lambda _: newsroom.tells(AFTER), range(12)))
    assert written + newsroom.tells(AFTER) == 12 * len(stories) == len(newsroom.rows())


def test_what_fails_half_way_is_told_the_next_time(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    Story(newsroom).up_to("satisfied")

    def fails(*arguments: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("cases.record.bulk.write", fails)
        with pytest.raises(RuntimeError):
            newsroom.tells(AFTER)
    assert (cursor(newsroom), newsroom.rows()) == (0, [])
    newsroom.tells(AFTER)
    assert len(newsroom.rows()) == 12


def test_the_database_itself_refuses_to_tell_one_person_the_same_event_twice(newsroom: Newsroom) -> None:
    Story(newsroom).up_to("submit")
    newsroom.tells(AFTER)
    first = newsroom.rows()[0]
    with pytest.raises(IntegrityError), transaction(newsroom.db) as db:
        db.add(Notification(**first.model_dump(exclude={"id"})))


def test_an_event_that_makes_no_sense_keeps_no_other_waiting(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    Story(newsroom).up_to("satisfied")
    whole = audience_of

    def breaks(db: Session, event: Happening, at: datetime) -> Audience:
        if event.action == "report":
            raise KeyError("poison")
        return whole(db, event, at)

    monkeypatch.setattr(outbox, "audience_of", breaks)
    assert newsroom.tells(AFTER) == len(newsroom.rows()) == 9
    assert newsroom.tells(AFTER) == 0
    assert "report" not in {action for action, _, _ in newsroom.told()}
