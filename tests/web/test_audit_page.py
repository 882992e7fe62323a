"""The audit administrator reads on a page what administrators did; nobody else does, and each reading is on record."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from cases.personnel import note
from cases.record.database import reading, transaction
from cases.record.event import Event
from tests.web.visitors import Office, person


def changes(office: Office, count: int) -> None:
    with transaction(office.engine) as db:
        for number in range(count):
            facts = {"duty": "handler@D", "until": number}
            note(db, "change_duty", person(db, "qian"), office.at, facts, by=person(db, "xitong"), role="system_admin")


def test_the_audit_administrator_reads_who_did_what_and_that_is_on_record(office: Office) -> None:
    changes(office, 1)
    shenji = office.browser("shenji")
    assert 'href="/audit"' in shenji.get("/")
    shenji.get("/audit")
    assert "change_duty" in shenji.words and "qian" in shenji.words
    with reading(office.engine) as db:
        last = db.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).one()
    assert (last.action, last.role) == ("read_audit", "audit_admin")


def test_it_is_asked_for_a_person_or_a_kind_and_read_page_by_page(office: Office) -> None:
    changes(office, 130)
    shenji = office.browser("shenji")
    first = shenji.get("/audit?what=change_duty")
    assert first.count("<tr>") == 101 and "更早" in shenji.words
    older = first.partition('href="/audit?')[2].partition('"')[0].replace("&amp;", "&")
    assert shenji.get(f"/audit?{older}").count("<tr>") == 31 and "更早" not in shenji.words
    assert shenji.get("/audit?who=qian&what=change_duty").count("<tr>") == 101
    assert "没有符合条件的记录" in shenji.get("/audit?who=zhou")
    assert "nobody" in shenji.get("/audit?who=nobody&before=9") and "<table" not in shenji.page.text


@pytest.mark.parametrize("login", ["xitong", "anquan", "li", "zhang"])
def test_nobody_else_reads_it(office: Office, login: str) -> None:
    browser = office.browser(login)
    assert 'href="/audit"' not in browser.get("/")
    assert browser.client.get("/audit").status_code == 403
