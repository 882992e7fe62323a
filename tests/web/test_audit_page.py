"""The audit administrator reads on a page what administrators did; nobody else does, and each reading is on record."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from cases.personnel import note
from cases.record.database import reading, transaction
from cases.record.event import Event
from tests.conftest import ROOT
from tests.web.visitors import Office, form_token, person
from web.audit_words import ACTS

#: Written under a name of their own, but in a case, or by the history of one.
OF_CASES = frozenset({"migrate_law"})


def changes(office: Office, count: int) -> None:
    with transaction(office.engine) as db:
        for number in range(count):
            facts = {"duty": "handler@D", "until": number}
            note(db, "change_duty", person(db, "qian"), office.at, facts, by=person(db, "xitong"), role="system_admin")


def test_the_audit_administrator_reads_who_did_what_and_that_is_on_record(office: Office) -> None:
    changes(office, 1)
    shenji = office.browser("shenji")
    assert 'href="/audit"' in shenji.get("/")
    assert "<table" not in shenji.get("/audit")
    shenji.send("/audit")
    assert "变更职责" in shenji.words and "qian" in shenji.words and "{" not in shenji.words
    with reading(office.engine) as db:
        last = db.exec(select(Event).order_by(col(Event.seq).desc()).limit(1)).one()
    assert (last.action, last.role) == ("read_audit", "audit_admin")


def test_it_is_asked_for_a_person_or_a_kind_and_read_page_by_page(office: Office) -> None:
    changes(office, 130)
    shenji = office.browser("shenji")

    def rows(**asked: str) -> int:
        shenji.get("/audit")
        shenji.send("/audit", **asked)
        return max(0, shenji.page.text.count("<tr>") - 1)

    assert rows(what="change_duty") == 100 and "更早" in shenji.words
    older = shenji.page.text.partition('name="before" value="')[2].partition('"')[0]
    assert rows(what="change_duty", before=older) == 30 and "更早" not in shenji.words
    assert rows(who="qian", what="change_duty") == 100
    assert rows(who="zhou") == 0 and "没有符合条件的记录" in shenji.words
    assert rows(who="nobody", before="x") == 0 and shenji.page.status_code == 422 and "nobody" in shenji.words
    assert rows(before="x") > 0
    today, tomorrow = (f"{office.at + timedelta(days=days):%Y-%m-%d}" for days in (0, 1))
    assert rows(what="change_duty", since=today, until=today) == 100 and rows(what="change_duty", since=tomorrow) == 0
    assert rows(since="someday") == 0 and shenji.page.status_code == 422 and "someday" in shenji.words


def test_every_act_of_administration_has_a_name_in_both_languages() -> None:
    written = set()
    for file in (
        path for floor in ("cases", "commands", "notifications", "web") for path in (ROOT / floor).rglob("*.py")
    ):
        text = file.read_text(encoding="utf-8")
        written |= set(re.findall(r'Entry\((?:self\.)?at,? ?"(\w+)"|action="(\w+)"', text))
        written |= {(name, "") for name in re.findall(r'(?:\bnote|_note|_settled)\(\s*[\w.]+,(?: \w+,)? "(\w+)"', text)}
    names = {name for pair in written for name in pair if name} - OF_CASES
    assert len(names) > 25 and names <= set(ACTS), names - set(ACTS)
    assert all(zh and en for zh, en in ACTS.values())


@pytest.mark.parametrize("login", ["xitong", "anquan", "li", "zhang"])
def test_nobody_else_reads_it(office: Office, login: str) -> None:
    browser = office.browser(login)
    assert 'href="/audit"' not in browser.get("/")
    assert browser.client.get("/audit").status_code == 403
    assert browser.client.post("/audit", data={"_form_token": form_token(browser)}).status_code == 403
