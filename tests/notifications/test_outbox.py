"""The chain is the outbox: each event is told once, whatever dies and however many tell."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, func, select

from cases.errors import NotFound
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.news import NewsCursor, Notification
from cases.verifying import verify_database
from notifications import outbox, untellable
from notifications.audience import Audience, audience_of
from notifications.figures import figures
from notifications.happening import Happening
from notifications.untellable import StillUntellable
from tests.cases.world import Story
from tests.cast import MONDAY
from tests.notifications.newsroom import Newsroom

AFTER = MONDAY + timedelta(days=60)


def cursor(newsroom: Newsroom) -> int:
    with reading(newsroom.db) as db:
        return db.get_one(NewsCursor, 1).seq


def cursor_ahead(newsroom: Newsroom) -> int:
    with reading(newsroom.db) as db:
        return db.exec(select(func.max(Event.seq))).one() - cursor(newsroom)


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
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cases.record.bulk.write", fails)
        with pytest.raises(KeyboardInterrupt):
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
    with reading(newsroom.db) as db:
        (aside,) = untellable.untellable(db)
        assert figures(db, AFTER).untellable == 1
    assert aside.detail.strip().endswith("KeyError") and "in breaks" in aside.detail  # where, never what was in hand
    with transaction(newsroom.db) as db, pytest.raises(StillUntellable, match="KeyError"):
        untellable.tell_again(db, aside.seq, newsroom.settings, by=None, at=AFTER)
    monkeypatch.setattr(outbox, "audience_of", whole)
    with transaction(newsroom.db) as db:
        assert untellable.tell_again(db, aside.seq, newsroom.settings, by=None, at=AFTER) == 3
    assert [action for action, _, _ in newsroom.told()].count("report") == 3
    with transaction(newsroom.db) as db:
        assert untellable.untellable(db) == []
        with pytest.raises(NotFound):
            untellable.tell_again(db, aside.seq, newsroom.settings, by=None, at=AFTER)
        verify_database(db)


def test_an_event_that_cannot_be_written_keeps_no_other_waiting(newsroom: Newsroom) -> None:
    Story(newsroom).up_to("satisfied")
    with transaction(newsroom.db) as db:
        seq = db.exec(select(Event.seq).where(Event.action == "accept")).one()
        taken = Notification(seq=seq, kind="task", user_id=newsroom.people["wu"], channel="inbox", state="sent",
                             made_at=MONDAY)  # fmt: skip
        db.add(taken)
    assert newsroom.tells(AFTER) == 9
    with reading(newsroom.db) as db:
        (aside,) = untellable.untellable(db)
    assert aside.seq == seq and aside.detail.strip().endswith(("IntegrityError", "UniqueViolation"))


def test_what_is_still_to_be_told_is_counted(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("satisfied")
    with reading(newsroom.db) as db:
        before = figures(db, story.at)
    assert before.untold == cursor_ahead(newsroom) > 4
    assert before.untold_for == story.at - MONDAY
    newsroom.tells(story.at)
    with reading(newsroom.db) as db:
        assert (figures(db, story.at).untold, figures(db, story.at).untold_for) == (0, timedelta())


def test_nothing_more_is_told_once_it_is_to_stop(newsroom: Newsroom) -> None:
    Story(newsroom).up_to("satisfied")
    assert outbox.fan_out(newsroom.db, newsroom.settings, AFTER, lambda: True) == 0
    assert newsroom.rows() == []


def test_what_is_told_much_later_comes_as_one_message(newsroom: Newsroom) -> None:
    Story(newsroom).up_to("accept")
    newsroom.tells(MONDAY + timedelta(days=2))
    assert {row.state for row in newsroom.rows()} == {"held"}
