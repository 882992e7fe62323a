"""Where people may raise a case: what the page offers and what the rule says are the same."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from cases.policy import duties_of
from cases.record.database import reading, transaction
from cases.record.people import Duty, Unit, User
from cases.units import may_raise_at, units_to_raise_at
from tests.web.visitors import Browser, Office, person


def test_everyone_may_raise_exactly_where_it_is_offered_to_them(office: Office) -> None:
    with transaction(office.engine) as db:
        for number, code, parent, path, is_active in (
            (51, "T2", 2, "/1/2/51/", True),
            (52, "E2", 51, "/1/2/51/52/", True),
            (53, "T3", 2, "/1/2/53/", False),
        ):
            kind = "enterprise" if code.startswith("E") else "union"
            db.add(Unit(id=number, code=code, name=code, kind=kind, parent_id=parent, path=path, is_active=is_active))
            db.flush()
        db.add(User(id=90, login="nobody", name="无职", created_at=office.at))
    places = {}
    with reading(office.engine) as db:
        units = db.exec(select(Unit)).all()
        for user in db.exec(select(User)).all():
            offered = units_to_raise_at(db, duties_of(db, user, office.at))
            places[user.login] = [unit.code for unit in offered]
            allowed = {unit.code for unit in units if may_raise_at(db, user, unit, office.at)}
            assert allowed == set(places[user.login]), user.login
    assert places["zhang"] == ["C", "P", "T", "T2", "E", "E2"]  # nearest first: their own, above, then below
    assert places["qian"] == ["E", "T", "C", "P"]
    assert places["wang"] == ["C", "P"]  # a department is given cases, nobody turns to it
    assert places["nobody"] == []


def test_a_duty_that_has_ended_opens_no_place(office: Office) -> None:
    with transaction(office.engine) as db:
        qian = person(db, "qian")
        (duty,) = db.exec(select(Duty).where(Duty.user_id == qian.id)).all()
        duty.until_at = office.at
    with reading(office.engine) as db:
        unit = db.exec(select(Unit).where(Unit.code == "E")).one()
        assert not may_raise_at(db, person(db, "qian"), unit, office.at)


@pytest.mark.parametrize(("login", "law"), [("zhang", "proposal"), ("qian", "grievance"), ("li", "grievance")])
def test_who_is_no_representative_is_offered_a_grievance_first(sqlite_office: Office, login: str, law: str) -> None:
    browser = sqlite_office.browser(login)
    browser.get("/submit")
    assert re.findall(r'<option value="(\w+)" selected', browser.page.text) == [law]
    browser.send("/submit", title="", text="", unit="C", workflow="proposal")
    assert '<option value="proposal" selected' in browser.page.text  # what was chosen stays chosen


def test_a_representative_who_is_a_worker_too_is_offered_a_proposal(sqlite_office: Office) -> None:
    with transaction(sqlite_office.engine) as db:
        qian = person(db, "qian")
        held = db.exec(select(Duty).where(Duty.user_id == qian.id)).one()
        db.add(Duty(user_id=held.user_id, unit_id=held.unit_id, role="representative"))
    assert '<option value="proposal" selected' in sqlite_office.browser("qian").get("/submit")


def test_support_can_be_gathered_before_a_case_is_submitted(office: Office) -> None:
    browser = office.browser("zhang")
    page = browser.get("/submit")
    assert '<button name="_start" value="seek_endorsement">先征集附议</button>' in page
    told = {"title": "希望建驿站", "text": "午间无处休息。", "unit": "C", "_start": "seek_endorsement"}
    assert browser.send("/submit", workflow="grievance", **told).status_code == 422
    assert "所选流程不能这样开始" in browser.words and "希望建驿站" in browser.page.text
    assert browser.send("/submit", workflow="proposal", **told).status_code == 303
    assert "案件现为 征集附议" in browser.words
    assert "希望建驿站" in office.browser("qian").get("/endorse")


def test_a_procedure_that_is_not_there_is_said_at_its_field_and_nothing_typed_is_lost(sqlite_office: Office) -> None:
    told = {"title": "希望建驿站", "text": "午间无处休息。", "unit": "C", "workflow": "nothing"}
    zhang, nobody = sqlite_office.browser("zhang"), Browser(sqlite_office.client())
    zhang.get("/submit")
    nobody.get("/submit/open?identity=anonymous")
    for browser, place in ((zhang, "/submit"), (nobody, "/submit/open")):
        assert browser.send(place, **told).status_code == 422
        assert "没有这个办理流程" in browser.words and "希望建驿站" in browser.page.text
