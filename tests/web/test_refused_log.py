"""What was refused stands in the log: which door, with what status, and to whom of the staff (ASVS 5.0 16.3.2)."""

from __future__ import annotations

import logging

import pytest

from tests.web.visitors import API, Office, taken


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Gives what the application logs of refusals."""
    caplog.set_level(logging.WARNING, "web.errors")
    return caplog


def test_staff_who_try_what_is_not_theirs_are_named_by_id_and_the_case_is_not(
    office: Office, written: pytest.LogCaptureFixture
) -> None:
    number = office.submitted()
    with office.engine.begin() as db:
        wang = db.exec_driver_sql("SELECT id FROM users WHERE login = 'wang'").scalar_one()
    assert office.program("wang").get(f"{API}/cases/{number}").status_code == 404
    assert office.browser("wang").client.get(f"/cases/{number}").status_code == 404
    assert taken(office.program("zhao"), number, "accept").status_code == 403
    lines = written.messages
    assert len(lines) == 3 and number not in str(lines) and "驿站" not in str(lines)
    assert [line.endswith(f"refused with 404 to user {wang}") for line in lines] == [True, True, False]
    assert "actions/{action} refused with 403 to user" in lines[2]


def test_whoever_may_have_raised_a_case_is_not_named(office: Office, written: pytest.LogCaptureFixture) -> None:
    assert office.program("qian").get(f"{API}/cases/TA-2026-2222222").status_code == 404
    assert office.client().get("/nowhere").status_code == 404
    assert office.client().post("/track", data={"receipt": "1"}, headers={"sec-fetch-site": "cross-site"}).is_error
    lines = written.messages
    assert [line.rpartition(" to ")[2] for line in lines] == [
        "somebody who is no staff",
        "somebody who is not signed in",
    ]
    assert "POST an address that is none refused with 403" in lines[1]


def test_a_reading_token_that_writes_is_told(office: Office, written: pytest.LogCaptureFixture) -> None:
    assert office.program("li", "read").post(f"{API}/cases", json={}).status_code == 403
    assert "refused with 403" in written.messages[-1]
