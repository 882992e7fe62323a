"""What the database itself refuses, told by its driver, as an answer that a client can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import bindparam, func, insert, literal, select
from sqlmodel import Session

from cases.lists import Page
from cases.record.columns import table_of
from cases.record.database import transaction
from cases.record.event import Event
from cases.record.statements import Prepared
from tests.web.visitors import API, Office

PROBLEM = "application/problem+json"
EVENTS = table_of(Event)
LOCK = Prepared(select(func.pg_advisory_xact_lock(bindparam("key")).label("held")))
FIRST = Prepared(select(EVENTS).where(EVENTS.c.version == literal(1)))
AGAIN = Prepared(insert(EVENTS).inline(), *EVENTS.c.keys())


@pytest.fixture
def postgres_office(migrated_postgres_url: str, tmp_path: Path) -> Iterator[Office]:
    """Gives the application on PostgreSQL, for what only several writers can do."""
    with Office(migrated_postgres_url, tmp_path / "files") as office:
        yield office


def instead(monkeypatch: pytest.MonkeyPatch, does: Callable[[Session, Any], object]) -> None:
    """Has GET /cases run something else in its transaction, with the filters that were asked for."""

    def newest(db: Session, by: Any, at: Any, filters: Any, *rest: Any) -> Page:
        does(db, filters)
        return Page([], None)

    monkeypatch.setattr("web.api.cases.newest", newest)


def test_of_two_requests_that_wait_for_each_other_one_hears_of_the_other(
    postgres_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Barrier(2, timeout=30)

    def take_two(db: Session, filters: Any) -> None:
        first, second = (1, 2) if filters.state == "there" else (2, 1)
        LOCK.rows(db, {"key": first})
        both.wait()
        LOCK.rows(db, {"key": second})

    instead(monkeypatch, take_two)
    client = postgres_office.program("li")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda way: client.get(f"{API}/cases?state={way}"), ("there", "back")))
    lost, won = sorted(answers, key=lambda answer: -answer.status_code)
    assert (won.status_code, lost.status_code, lost.headers["content-type"]) == (200, 409, PROBLEM)
    assert lost.json()["detail"] == "有人同时办理了同一案件，请重试。"


def test_a_version_that_someone_else_has_written_meanwhile_is_a_conflict(
    postgres_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres_office.submitted()

    def write_twice(db: Session, filters: Any) -> None:
        event = FIRST.rows(db, {})[0]._asdict()
        with transaction(postgres_office.engine) as writing:
            AGAIN.run(writing, event | {"seq": 1_000})

    instead(monkeypatch, write_twice)
    answer = postgres_office.program("li").get(f"{API}/cases")
    assert (answer.status_code, answer.headers["content-type"]) == (409, PROBLEM)
    assert "events" not in answer.text


def test_a_broken_promise_of_another_kind_is_an_error_of_ours(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.submitted()

    def nameless(db: Session, filters: Any) -> None:
        event = FIRST.rows(db, {})[0]._asdict()
        with transaction(office.engine) as writing:
            AGAIN.run(writing, event | {"seq": 1_000, "version": 1_000, "hash": None})

    instead(monkeypatch, nameless)
    answer = office.program("li").get(f"{API}/cases")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)


def test_a_value_that_the_driver_cannot_take_is_the_senders_fault(
    postgres_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = Prepared(select(EVENTS.c.seq).where(EVENTS.c.hash == bindparam("word")))
    number = Prepared(select(EVENTS.c.seq).where(EVENTS.c.seq == bindparam("number")))

    def ask(db: Session, filters: Any) -> None:
        if filters.state == "word":
            word.rows(db, {"word": "a\0b"})
        else:
            number.rows(db, {"number": 2**70})

    instead(monkeypatch, ask)
    client = postgres_office.program("li")
    for way in ("word", "number"):
        answer = client.get(f"{API}/cases?state={way}")
        assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM), way
