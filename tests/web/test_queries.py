"""How often a page asks the database: a dozen times at most, and as often for few cases as for many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from cases.record import at_once
from cases.record.statements import Prepared
from cases.search.keeping import keep
from tests.web.test_hands import ACCEPTED, does
from tests.web.visitors import Office

#: What a page asks at most.
MOST = 12
READERS = ("zhang", "qian", "li", "wang", "zhou", "wu", "zhao", "sun")
LISTS = ("/", "/overdue", "/search?q=饮水", "/inbox", "/submit")


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """Give the statements that are sent to the database while the block runs, whichever way they go."""
    said: list[str] = []

    def through_sqlalchemy(connection: object, cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    asked, together = Prepared._asked, at_once._together

    def alone(self: Prepared, *values: object) -> object:
        said.append(str(self.statement))
        return asked(self, *values)  # type: ignore[arg-type]  # handed on as it came

    def many(*statements: object) -> object:
        said.append(f"{len(statements)} at once")
        return together(*statements)  # type: ignore[arg-type]  # handed on as it came

    event.listen(office.engine, "before_cursor_execute", through_sqlalchemy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "_asked", alone)
        patch.setattr(at_once, "_together", many)
        yield said
    event.remove(office.engine, "before_cursor_execute", through_sqlalchemy)


def asked(office: Office, number: str) -> dict[tuple[str, str], list[str]]:
    """Return what each page of each reader asks, the second time that it is opened."""
    found = {}
    for login in READERS:
        client = office.browser(login).client
        for path in (*LISTS, f"/cases/{number}"):
            client.get(path)  # a law is read once by each process
            with counted(office) as said:
                assert client.get(path).status_code in (200, 404), path
            found[login, path.replace(number, "…")] = list(said)
    return found


def raises(office: Office, count: int) -> list[str]:
    """Raise so many cases, half of which go on to a department, every fourth with another one in support."""
    numbers = [office.submitted(title=f"第{place}件饮水问题") for place in range(count)]
    for place, number in enumerate(numbers):
        if place % 2 == 0:
            does(office, "li", number, "accept", ACCEPTED | {"support": ["A"] if place % 4 == 0 else []})
    return numbers


def test_a_page_asks_a_dozen_times_at_most_however_many_cases_there_are(office: Office) -> None:
    (first, *_) = raises(office, 4)
    office.later(days=9)
    keep(office.engine)
    few = asked(office, first)
    raises(office, 16)
    office.later(days=9)
    keep(office.engine)
    many = asked(office, first)
    for page, statements in many.items():
        assert len(statements) <= MOST, (page, statements)
        assert len(statements) <= len(few[page]) + 1, (page, statements)


def test_a_page_that_asked_for_each_case_would_be_found_out(office: Office) -> None:
    number = raises(office, 1)[0]
    with counted(office) as said:
        office.program("li").get(f"/api/v1/cases/{number}")
    assert len(said) > 3
