"""Lists: what they are narrowed down to, how they page, and what they do not betray."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from cases.record.database import reading, transaction
from cases.record.people import Duty
from cases.spreadsheets import ledger
from tests.web.visitors import API, Office, person


def cursor(words: str) -> str:
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def numbers(office: Office, path: str, login: str = "zhao") -> list[str]:
    answer = office.program(login).get(f"{API}{path}")
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def test_a_cursor_of_a_case_one_may_not_see_is_as_wrong_as_an_invented_one(office: Office) -> None:
    hidden = office.submitted()
    office.later(days=9)
    answers = []
    for number in (hidden, "TA-2026-2222222"):
        for path in (f"/cases?cursor={number}", f"/overdue?cursor={cursor(f'2026-11-19T09:30:00+00:00~{number}')}"):
            answers.append(office.program("zhou").get(f"{API}{path}"))
    assert [answer.status_code for answer in answers] == [422] * 4
    assert len({answer.text for answer in answers}) == 1
    assert office.program("li").get(f"{API}/cases?cursor={hidden}").json() == {"items": [], "next": None}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", "2026-11-19T09:30:00"])
def test_a_cursor_with_a_moment_that_no_calendar_reaches_is_wrong(sqlite_office: Office, moment: str) -> None:
    number = sqlite_office.submitted()
    li, wrong = sqlite_office.browser("li").client, cursor(f"{moment}~{number}")
    for path in (f"{API}/overdue?cursor={wrong}", f"{API}/overdue?at=2026-11-20T00:00:00Z&cursor={wrong}",
                 f"/overdue?cursor={wrong}"):  # fmt: skip
        assert li.get(path).status_code == 422, path


def test_words_of_a_title_are_found_large_and_small(office: Office) -> None:
    number = office.submitted(title="办公区 WiFi 100% 断网")
    for words in ("wifi", "WIFI", "WiFi 100%", "断网"):
        assert numbers(office, f"/cases?q={words.replace('%', '%25')}") == [number], words
    assert numbers(office, "/cases?q=W_Fi") == []


def test_a_case_is_of_the_unit_it_belongs_to_and_of_the_one_that_leads_it(office: Office) -> None:
    led, own = office.submitted(), office.submitted()
    office.go(led, until="accept")  # the lead is D
    office.later(days=9)
    for unit, expected in (("D", {led}), ("C", {led, own}), ("P", {led, own}), ("T", set()), ("A", set())):
        assert set(numbers(office, f"/cases?unit={unit}")) == expected, unit
        assert set(numbers(office, f"/overdue?unit={unit}")) == expected, unit
        assert set(numbers(office, f"/overdue?unit={unit}&at={office.at:%Y-%m-%dT%H:%M:%SZ}")) == expected, unit
        with reading(office.engine) as db:
            rows = list(ledger.rows(db, ledger.Filters(unit=unit), office.at))
        assert {row[0] for row in rows} == expected, unit
    assert numbers(office, "/cases?unit=nowhere") == []
    assert office.program("zhao").get(f"{API}/overdue?unit=nowhere").status_code == 404


def test_what_is_overdue_now_is_what_the_record_says_and_is_read_without_the_history(office: Office) -> None:
    for n in range(5):
        office.later(hours=1)
        number = office.submitted(title=f"第 {n} 件")
        if n % 2:
            office.go(number, until="accept")
    office.later(days=9)
    client = office.program("zhao")
    then = client.get(f"{API}/overdue?at={office.at:%Y-%m-%dT%H:%M:%SZ}").json()
    said: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement)

    event.listen(office.engine, "before_cursor_execute", listen)
    assert client.get(f"{API}/overdue").json() == then
    assert len(then["items"]) == 5
    assert not [statement for statement in said if "FROM events" in statement or "clocks" in statement]
    pages: list[Any] = []
    following: str | None = ""
    while following is not None:
        page = client.get(f"{API}/overdue?limit=2{following and f'&cursor={following}'}").json()
        pages.append(page["items"])
        following = page["next"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [item for page in pages for item in page] == then["items"]


def test_who_watches_no_more_does_not_see_what_was_overdue_when_they_did(office: Office) -> None:
    number = office.submitted()
    office.later(days=9)
    then = f"/overdue?at={office.at:%Y-%m-%dT%H:%M:%SZ}"
    assert numbers(office, then) == [number]
    with transaction(office.engine) as db:
        (duty,) = db.exec(select(Duty).where(Duty.user_id == person(db, "zhao").id)).all()
        duty.until_at = office.later(days=1)
    assert numbers(office, then) == []
