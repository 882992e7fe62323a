"""One-time codes, outdated passwords, one's own sign-ins: what stands between a right password and being in."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from pyotp import TOTP
from sqlmodel import select

from cases import passwords
from cases.access import hash_password
from cases.leaving import disable
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import Duty, RecoveryCode, SecondFactor, SignIn, Token, Waiting
from cases.throttling import succeeded
from tests.cast import PASSWORD
from tests.web.visitors import API, Browser, Office, person

NEW = "heron-under-a-quiet-bridge"


def settle(office: Office, **changed: str) -> None:
    office.app.state.settings = replace(office.app.state.settings, **changed)


def enrolled(office: Office, login: str = "li") -> tuple[Browser, str, list[str]]:
    """Return a browser of somebody who has set up the second step, what makes the codes, and the recovery codes."""
    browser = office.browser(login)
    browser.get("/account")
    browser.send("/account/second-factor", password=PASSWORD)
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.page.text)
    assert secret
    browser.send("/account/second-factor/confirm", code=code(office, secret[1]))
    codes = re.findall(r"<code>([a-z2-7-]{29})</code>", browser.page.text)
    return browser, secret[1], codes


def code(office: Office, secret: str, steps: int = 0) -> str:
    return str(TOTP(secret).at(office.at + timedelta(seconds=30 * steps)))


def halfway(office: Office, login: str = "li") -> Browser:
    """Return a browser in which the right password was given, and nothing else yet."""
    browser = Browser(office.client())
    browser.page = browser.client.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert browser.page.status_code == 200, browser.page.text
    return browser


def actions(office: Office) -> list[str]:
    with reading(office.engine) as db:
        return list(db.exec(select(Event.action).order_by(Event.seq)))  # type: ignore[arg-type]  # a column


def test_whoever_has_enrolled_is_asked_for_a_code_and_is_nobody_until_then(office: Office) -> None:
    _, secret, codes = enrolled(office)
    assert len(set(codes)) == 10
    browser = halfway(office)
    assert "bihuan" not in browser.client.cookies
    assert browser.client.get("/").headers["location"].startswith("/sign-in")
    assert browser.client.get(f"{API}/cases").status_code == 401
    assert browser.send("/sign-in/step/code", code="000000").status_code == 401
    office.later(seconds=30)
    assert browser.send("/sign-in/step/code", code=code(office, secret)).status_code == 303
    assert browser.client.get("/").status_code == 200
    with reading(office.engine) as db:
        assert db.exec(select(Waiting)).all() == []
        assert secret not in repr(db.exec(select(SecondFactor)).all())


def test_a_code_is_good_once_and_for_its_half_minute_and_those_beside_it(office: Office) -> None:
    _, secret, _ = enrolled(office)
    browser = halfway(office)
    assert browser.send("/sign-in/step/code", code=code(office, secret)).status_code == 401  # used to enrol
    office.later(minutes=5)
    for steps in (-2, 2):
        assert browser.send("/sign-in/step/code", code=code(office, secret, steps)).status_code == 401
    assert browser.send("/sign-in/step/code", code=code(office, secret, 1)).status_code == 303
    assert halfway(office).send("/sign-in/step/code", code=code(office, secret, 1)).status_code == 401
    assert halfway(office).send("/sign-in/step/code", code=code(office, secret)).status_code == 401  # an older one


def test_a_recovery_code_stands_in_once_and_is_kept_as_a_digest(office: Office) -> None:
    _, _, codes = enrolled(office)
    with reading(office.engine) as db:
        assert codes[0].replace("-", "") not in repr(db.exec(select(RecoveryCode)).all())
    assert halfway(office).send("/sign-in/step/code", code=codes[0].upper()).status_code == 303
    assert halfway(office).send("/sign-in/step/code", code=codes[0]).status_code == 401
    assert "use_recovery_code" in actions(office)


def test_codes_are_not_guessed_and_a_half_sign_in_ends_after_ten_minutes(office: Office) -> None:
    _, secret, _ = enrolled(office)
    browser = halfway(office)
    for number in range(20):
        assert browser.send("/sign-in/step/code", code=f"{number:06}").status_code == 401
    office.later(seconds=30)
    assert browser.send("/sign-in/step/code", code=code(office, secret)).status_code == 429
    with transaction(office.engine) as db:
        succeeded(db, "one-time code", str(person(db, "li").id))
    late = halfway(office)
    office.later(minutes=10)
    assert late.send("/sign-in/step/code", code=code(office, secret)).headers["location"].startswith("/sign-in")


def test_the_form_of_another_half_sign_in_is_refused(sqlite_office: Office) -> None:
    _, secret, _ = enrolled(sqlite_office)
    browser = halfway(sqlite_office)
    sqlite_office.later(seconds=30)
    for token in ("", "x"):
        answer = browser.client.post(
            "/sign-in/step/code", data={"_form_token": token, "code": code(sqlite_office, secret)}
        )
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("wanted", "login", "is_forced"),
    [
        ("optional", "xitong", False), ("administrators", "xitong", True), ("administrators", "li", True),
        ("administrators", "zhang", False), ("staff", "wang", True), ("staff", "qian", False),
    ],
)  # fmt: skip
def test_it_is_forced_on_whom_the_settings_say(sqlite_office: Office, wanted: str, login: str, is_forced: bool) -> None:
    settle(sqlite_office, second_factor=wanted)
    answer = sqlite_office.client().post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == (200 if is_forced else 303)


def test_who_has_to_enrol_does_so_before_they_are_in(office: Office) -> None:
    settle(office, second_factor="administrators")
    browser = halfway(office, "xitong")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.page.text)
    assert secret
    assert browser.send("/sign-in/step/enrol", code="1").status_code == 401
    assert secret[1] in browser.page.text
    answer = browser.send("/sign-in/step/enrol", code=code(office, secret[1]))
    assert answer.status_code == 200 and len(re.findall(r"<code>[a-z2-7-]{29}</code>", answer.text)) == 10
    assert browser.client.get("/admin").status_code == 200
    assert {"add_second_factor", "sign_in"} <= set(actions(office))


def test_it_is_removed_with_a_code_or_by_the_security_administrator_alone(office: Office) -> None:
    browser, _, codes = enrolled(office)
    browser.get("/account")
    for password, given in ((PASSWORD, "123456"), ("guess", codes[1])):  # who found a code alone removes nothing
        assert browser.send("/account/second-factor/remove", password=password, code=given).status_code == 422
    assert browser.send("/account/second-factor/remove", password=PASSWORD, code=codes[1]).status_code == 303
    enrolled(office)
    for login, status in (("zhao", 403), ("anquan", 303)):
        officer = office.browser(login)
        officer.get("/account")
        token = re.search(r'name="_form_token" value="([^"]+)"', officer.page.text)
        assert token
        data = {"_form_token": token[1], "login": "li", "password": PASSWORD}
        assert officer.client.post("/account/second-factor/of-another", data=data).status_code == status
    assert actions(office).count("remove_second_factor") == 2
    office.browser("li")


def test_an_outdated_password_is_changed_before_one_is_in(office: Office) -> None:
    settle(office, password_profile="dengbao")
    office.later(days=90)
    browser = halfway(office)
    for word, again in ((PASSWORD, PASSWORD), ("Short-1", "Short-1"), ("Heron-Bridge-41", "Heron-Bridge-42")):
        assert browser.send("/sign-in/step/password", password=word, again=again).status_code == 422
    assert "bihuan" not in browser.client.cookies
    changed = browser.send("/sign-in/step/password", password="Heron-Bridge-41", again="Heron-Bridge-41")
    assert changed.status_code == 303 and browser.client.get("/").status_code == 200
    assert "set_password" in actions(office)


def test_one_changes_the_password_with_the_old_one_and_is_out_everywhere_else(office: Office) -> None:
    here, there = office.browser("li"), office.browser("li")
    here.get("/account")
    assert here.send("/account/password", password="guess", new=NEW, again=NEW).status_code == 422
    assert here.send("/account/password", password=PASSWORD, new="short", again="short").status_code == 422
    assert here.send("/account/password", password=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert here.client.get("/").status_code == 200
    assert there.client.get("/").status_code == 303
    assert office.client().post("/sign-in", data={"login": "li", "password": PASSWORD}).status_code == 401
    assert office.client().post("/sign-in", data={"login": "li", "password": NEW}).status_code == 303


def test_my_sign_ins_are_listed_and_ended(office: Office) -> None:
    here, there, other = office.browser("li"), office.browser("li"), office.browser("zhang")
    here.get("/account")
    assert here.page.text.count("/account/sign-ins/end") == 2
    with reading(office.engine) as db:
        foreign = db.exec(select(SignIn.digest).where(SignIn.user_id == person(db, "zhang").id)).one()
    assert here.send("/account/sign-ins/end", password="guess").status_code == 422
    assert here.send("/account/sign-ins/end", password=PASSWORD, sign_in=foreign).status_code == 303
    assert other.client.get("/").status_code == there.client.get("/").status_code == 200
    here.send("/account/sign-ins/end")
    assert there.client.get("/").status_code == 303 and here.client.get("/").status_code == 200


def test_all_my_other_sign_ins_are_ended_at_once_once_i_have_proved_who_i_am(office: Office) -> None:
    here, there, other = office.browser("li"), office.browser("li"), office.browser("zhang")
    waiting = office.browser("li")
    here.get("/account")
    here.page = here.client.get("/account")
    token = re.search(r'name="_form_token" value="([^"]+)"', here.page.text)
    assert token and 'id="end-all"' in here.page.text
    for password, status in (("guess", 422), (PASSWORD, 303)):
        data = {"_form_token": token[1], "password": password}
        assert here.client.post("/account/sign-ins/end", data=data).status_code == status
    ended = [one.client.get("/").status_code for one in (there, waiting)]
    assert ended == [303, 303] and here.client.get("/").status_code == other.client.get("/").status_code == 200


def test_a_sign_in_ends_when_what_the_person_may_changes(office: Office) -> None:
    li = office.browser("li")
    with transaction(office.engine) as db:
        li_id = person(db, "li").id or 0
        db.add(Duty(user_id=li_id, unit_id=2, role="leader", from_at=office.at + timedelta(minutes=5)))
    assert li.client.get("/").status_code == 200
    office.later(minutes=5)
    assert li.client.get("/").status_code == 303
    li = office.browser("li")
    with transaction(office.engine) as db:
        db.exec(
            select(Duty).where(Duty.role == "leader", Duty.user_id == person(db, "li").id)
        ).one().until_at = office.at
    assert li.client.get("/").status_code == 303


def test_a_sign_in_that_races_a_disabling_or_a_new_password_never_outlives_it(office: Office) -> None:
    for number in range(25):  # with four tries each, a hundred races
        with transaction(office.engine) as db:
            li = person(db, "li")
            li.is_active, li.password_hash = True, hash_password(PASSWORD, office.app.state.password_cost)
        clients = [office.client() for _ in range(4)]

        def end(number: int = number) -> None:
            with transaction(office.engine) as db:
                li = person(db, "li")
                if number % 2:
                    disable(db, li, office.at)
                else:
                    passwords.keep(db, li, hash_password(NEW, office.app.state.password_cost), office.at)

        with ThreadPoolExecutor(5) as pool:
            tries = [pool.submit(one.post, "/sign-in", data={"login": "li", "password": PASSWORD}) for one in clients]
            pool.submit(end).result()
            assert {one.result().status_code for one in tries} <= {303, 401, 429}
        assert [one.get("/").status_code for one in clients] == [303] * 4


def test_workers_leave_no_event_when_they_come_and_staff_do(office: Office) -> None:
    office.browser("zhang")
    assert actions(office).count("sign_in") == 0
    office.browser("li")
    assert actions(office).count("sign_in") == 1


@pytest.mark.parametrize(
    "secret", ["", "null", "None", "undefined", "0", "[]", "bh_", "bh_" + "A" * 43, "bh_" + "x" * 900]
)
def test_what_is_no_token_is_nobody(sqlite_office: Office, secret: str) -> None:
    assert sqlite_office.client(authorization=f"Bearer {secret}").get(f"{API}/cases").status_code == 401


def test_a_token_of_somebody_disabled_or_without_an_end_is_nobody(sqlite_office: Office) -> None:
    program = sqlite_office.program("li")
    with transaction(sqlite_office.engine) as db:
        db.exec(select(Token)).one().expires_at = None
    assert program.get(f"{API}/cases").status_code == 401
    program = sqlite_office.program("wang")
    sqlite_office.later(days=90)
    assert program.get(f"{API}/cases").status_code == 401
