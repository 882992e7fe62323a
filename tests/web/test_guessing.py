"""Guessed passwords: whoever guesses waits, the owner does not, and nobody learns who exists (CVE-2021-38562)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event
from sqlmodel import select

from cases import knocks
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import Knock
from tests.cast import PASSWORD
from tests.web.visitors import Office

HOME, ELSEWHERE = "10.1.2.3", "203.0.113.9"


def knock(office: Office, login: str, password: str = "guess", host: str = HOME) -> int:
    return int(answer(office, login, password, host).status_code)


def answer(office: Office, login: str, password: str = "guess", host: str = HOME) -> Any:
    return office.client_from(host).post("/sign-in", data={"login": login, "password": password})


def failures(office: Office) -> list[dict[str, Any]]:
    with reading(office.engine) as db:
        return [json.loads(text) for text in db.exec(select(Event.data).where(Event.action == knocks.FAILED))]


def test_after_five_failures_each_further_one_makes_the_wait_longer_up_to_a_minute(office: Office) -> None:
    assert [knock(office, "li") for _ in range(5)] == [401] * 5
    for seconds in (5, 10, 20, 40, 60, 60):
        told = answer(office, "li", PASSWORD)
        assert (told.status_code, told.headers["retry-after"]) == (429, str(seconds))
        office.later(seconds=seconds)
        assert knock(office, "li") == 401
    office.later(seconds=60)
    assert knock(office, "li", PASSWORD) == 303
    assert knock(office, "li") == 401  # what was counted is forgotten


def test_dengbao_locks_that_login_from_that_network_alone_for_a_quarter_of_an_hour(office: Office) -> None:
    office.app.state.settings = replace(office.app.state.settings, password_profile="dengbao")
    assert knock(office, "li", PASSWORD, ELSEWHERE) == 303
    assert [knock(office, "li") for _ in range(5)] == [401] * 5
    told = answer(office, "li", PASSWORD)
    assert (told.status_code, "15 分钟" in told.text) == (429, True)
    assert knock(office, "zhang", PASSWORD) == 303
    assert knock(office, "li", PASSWORD, ELSEWHERE) == 303
    office.later(minutes=15)
    assert knock(office, "li", PASSWORD) == 303


def test_strangers_never_keep_the_owner_out_from_where_they_usually_sign_in(office: Office) -> None:
    assert knock(office, "li", PASSWORD) == 303
    for number in range(60):
        knock(office, "li", "guess", f"203.0.{number}.7")
    assert knock(office, "li", PASSWORD) == 303
    new = answer(office, "li", PASSWORD, "198.51.100.1")
    assert new.status_code == 429 and int(new.headers["retry-after"]) <= 60
    for number in range(60):  # they go on; who has waited is let in all the same
        office.later(seconds=1)
        knock(office, "li", "guess", f"203.0.{number}.7")
    assert knock(office, "li", PASSWORD, "198.51.100.1") == 303


def test_a_network_that_tries_one_login_after_the_other_is_refused_and_others_are_not(sqlite_office: Office) -> None:
    assert [knock(sqlite_office, f"login{number}") for number in range(100)] == [401] * 100
    assert knock(sqlite_office, "li", PASSWORD) == 429
    assert knock(sqlite_office, "li", PASSWORD, ELSEWHERE) == 303
    sqlite_office.later(hours=1)
    assert knock(sqlite_office, "li", PASSWORD) == 303


def test_a_hundred_tries_at_once_are_counted_before_any_is_weighed(office: Office) -> None:
    with transaction(office.engine) as db:
        tries = [knocks.knock(db, "li", HOME, "asvs", office.at) for _ in range(100)]
    assert [wait is None for wait in tries] == [True] * 5 + [False] * 95


@contextmanager
def work(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Notes every statement and every password that is weighed."""
    done: list[str] = []
    real = PasswordHasher.verify

    def verify(self: PasswordHasher, *words: Any) -> bool:
        done.append("weigh")
        return real(self, *words)

    def statement(*words: Any) -> None:
        done.append(words[2])

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    event.listen(office.engine, "before_cursor_execute", statement)
    yield done
    event.remove(office.engine, "before_cursor_execute", statement)
    monkeypatch.setattr(PasswordHasher, "verify", real)


def test_existing_missing_and_disabled_accounts_cost_the_same_work_and_read_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    knock(office, "somebody", host="192.0.2.1")
    seen, texts = [], set()
    for number, login in enumerate(("li", "nobody", "zheng")):
        with work(office, monkeypatch) as done:
            told = answer(office, login, host=f"192.0.{number + 10}.1")
        assert told.status_code == 401
        texts.add(told.text.replace(f'value="{login}"', ""))
        seen.append(list(done))
    assert len(texts) == 1
    assert seen[0] == seen[1] == seen[2]
    assert seen[0].count("weigh") == 1


def test_failures_leave_one_event_an_hour_for_each_network_which_names_nobody(office: Office) -> None:
    for login in ("li", "nobody", "zheng") * 3:
        knock(office, login)
    knock(office, "li", host=ELSEWHERE)
    events = failures(office)
    assert [one["count"] for one in events] == [1, 1]
    assert HOME[:6] not in str(events) and "li" not in {str(value) for one in events for value in one.values()}
    office.later(hours=1)
    with transaction(office.engine) as db:
        knocks.forget(db, office.at)
        assert db.exec(select(Knock)).all() == []
    assert [one["count"] for one in failures(office)] == [1, 1, 9]


def test_the_table_names_neither_login_nor_network(office: Office) -> None:
    knock(office, "li")
    with reading(office.engine) as db:
        assert all(len(row.tag) == 40 and row.tag.isalnum() for row in db.exec(select(Knock)))


def test_what_no_database_can_hold_is_counted_as_well(sqlite_office: Office) -> None:
    for login in ("a\0b", "x" * 200, ""):
        assert knock(sqlite_office, login) == 401
