"""Mistakes that others in this field made, tried here: each is named after the advisory that told of it.

Who reaches what they may not: by a side door, by what a form carries besides, by a header, by a count.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.people import Duty, User
from tests.web.visitors import API, SUBMISSION, Browser, Office, person, taken

#: A worker of another unit, who is nothing to a case of the city that is handled.
STRANGER = "zhou"
WORD = "驿站密语"


def handled(office: Office, **changes: Any) -> str:
    """Bring a case to where a department handles it, and nobody but its people and the union sees it."""
    number = office.submitted(title=f"{WORD}一件", **changes)
    office.go(number, until="sign_for")
    return number


def nowhere(office: Office, number: str, *answers: Any) -> None:
    """Assert that no answer tells of a case."""
    for answer in answers:
        assert number not in answer.text.replace(f"/{number}", "") and WORD not in answer.text, answer.url


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"{API}/cases?q={WORD}", id="GHSA-wqq7-4q7m-273v"),  # found by searching
        pytest.param(f"{API}/cases?limit=100", id="GHSA-c83g-9f2m-9cmw"),  # whoever has only their own sees all
        pytest.param(f"{API}/cases?state=handling", id="GHSA-89fj-jcr7-2c68"),
        pytest.param(f"{API}/cases?unit=C&stage=handle", id="CVE-2026-32312"),  # by a list made for something else
        pytest.param(f"{API}/overdue?at=2027-06-01T00:00:00Z", id="overdue-then"),
        pytest.param(f"{API}/similar?text={WORD}一件&unit=C", id="CVE-2023-45024"),
        pytest.param(f"{API}/questions?quarter=2026-4", id="CVE-2023-45024-questions"),
        pytest.param(f"{API}/inbox", id="GHSA-gh3r-jh6q-wrvj"),
        pytest.param("/", id="the-desk"),
        pytest.param("/overdue", id="the-overdue-list"),
        pytest.param(f"/search?q={WORD[:3]}", id="the-search"),
        pytest.param("/endorse", id="osticket-parent-ticket-access"),
        pytest.param("/inbox", id="GHSA-w668-wq26-6c94"),
    ],
)
def test_a_stranger_finds_nothing_of_a_case_by(office: Office, path: str) -> None:
    number = handled(office)
    office.later(days=60)
    client = office.program(STRANGER) if path.startswith(API) else office.browser(STRANGER).client
    nowhere(office, number, client.get(path))
    seen = office.program("zhao").get(f"{API}/cases?q={WORD}")
    assert number in seen.text  # there is something to find


@pytest.mark.parametrize(
    ("wild", "advisory"),
    [
        ("%", "GHSA-w668-wq26-6c94"),
        ("_" * 4, "GHSA-w668-wq26-6c94-underscore"),
        ("\\%", "CVE-2022-4427"),
        ("*", "star"),
    ],
    ids=lambda value: value if "-" in value else "",
)
def test_signs_that_a_database_takes_for_anything_stand_for_themselves(
    office: Office, wild: str, advisory: str
) -> None:
    handled(office)
    assert office.program("zhao").get(f"{API}/cases", params={"q": wild}).json()["items"] == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("' OR 1=1 --", id="CVE-2022-4427"),
        pytest.param("') UNION SELECT password_hash FROM users --", id="CVE-2022-39323"),
        pytest.param('"; DROP TABLE cases; --', id="osticket-search-params-2021"),
        pytest.param("1) AND (SELECT 1 FROM pg_sleep(5)) --", id="osticket-search-params-2023"),
    ],
)
@pytest.mark.parametrize("name", ["q", "state", "category", "unit", "cursor"])
def test_a_query_is_never_part_of_a_statement(office: Office, name: str, words: str) -> None:
    number = handled(office)
    answer = office.program("zhao").get(f"{API}/cases", params={name: words})
    assert answer.status_code in (200, 404, 422) and "password" not in answer.text
    assert answer.status_code != 200 or answer.json()["items"] == []
    assert office.program("zhao").get(f"{API}/cases/{number}").status_code == 200


@pytest.mark.parametrize(
    ("action", "fields", "advisory"),
    [
        ("merge", {"into": "{foreign}"}, "GHSA-v8vc-cmf9-gg2c"),
        ("link", {"other": "{foreign}", "link_kind": "relates"}, "CVE-2026-34722"),
    ],
)
def test_a_form_names_no_case_that_one_may_not_see(
    office: Office, action: str, fields: dict[str, str], advisory: str
) -> None:
    with transaction(office.engine) as db:  # a reviewer of the town, who sees nothing of the city
        db.add(Duty(user_id=person(db, STRANGER).id or 0, unit_id=3, role="reviewer"))
    foreign = handled(office)
    with transaction(office.engine) as db:
        db.add(Duty(user_id=person(db, "zhang").id or 0, unit_id=3, role="representative"))
    mine = office.submitted(unit="T")
    form = {name: value.format(foreign=foreign) for name, value in fields.items()}
    real = taken(office.program(STRANGER), mine, action, form)
    invented = taken(office.program(STRANGER), mine, action, form | {
        name: "TA-2026-0000000" for name, value in fields.items() if "{" in value
    })  # fmt: skip
    assert real.status_code == invented.status_code == 422
    assert real.text.replace(foreign, "TA-2026-0000000") == invented.text


@pytest.mark.parametrize(
    ("extra", "advisory"),
    [
        ({"state": "closed"}, "zammad-mass-assignment"),
        ({"version": 99}, "glpi-mass-assignment"),
        ({"submitter_id": 1}, "CVE-2026-40591"),
        ({"lead_id": 4}, "freescout-conversation_change_customer"),
        ({"is_anonymous": True}, "frappe-helpdesk-agent-role"),
        ({"role": "system_admin"}, "GHSA-w36p-9vhj-x273"),
        ({"number": "TA-2026-0000001"}, "GHSA-m4hc-rc98-38jc"),
    ],
)
def test_a_body_carries_nothing_that_was_not_asked_for(office: Office, extra: dict[str, Any], advisory: str) -> None:
    zhang = office.program("zhang")
    answer = zhang.post(f"{API}/cases", json=SUBMISSION | extra)
    assert answer.status_code == 422 and next(iter(extra)) in answer.text
    number = office.submitted()
    answer = taken(office.program("li"), number, "reject", {"reason": "不属受理范围", **extra})
    assert answer.status_code == 422
    with reading(office.engine) as db:
        case = db.exec(select(Case)).one()
        assert (case.state, case.lead_id, case.number) == ("in_review", None, number)


def test_submitting_in_the_name_of_somebody_else_cve_2026_40591(office: Office) -> None:
    answer = office.program("zhang").post(f"{API}/cases", json=SUBMISSION | {"submitter": "qian"})
    assert answer.status_code == 422
    with reading(office.engine) as db:
        assert db.exec(select(Case)).all() == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Remote-User": "zhao"}, id="CVE-2026-34720"),
        pytest.param({"X-Remote-User": "zhao", "X-Forwarded-User": "zhao"}, id="CVE-2026-23624"),
        pytest.param({"X-Forwarded-For": "127.0.0.1", "CF-Connecting-IP": "127.0.0.1"}, id="GHSA-9cm3-qvj2-8hg4"),
        pytest.param({"X-Original-URL": "/healthz", "X-Rewrite-URL": "/healthz"}, id="rewritten-address"),
        pytest.param({"X-HTTP-Method-Override": "GET"}, id="overridden-method"),
        pytest.param({"Authorization": "Basic emhhbzo="}, id="basic-without-password"),
        pytest.param({"Authorization": "Bearer "}, id="GHSA-jqj5-r72v-v29g"),
        pytest.param({"Authorization": "Bearer null"}, id="GHSA-jqj5-r72v-v29g-null"),
        pytest.param({"Authorization": "Bearer bh_"}, id="token-without-a-secret"),
        pytest.param({"Cookie": "bihuan="}, id="osticket-authentication-token-bypass"),
        pytest.param({"Cookie": "bihuan=[]"}, id="cookie-that-is-a-list"),
        pytest.param({"Cookie": "bihuan-receipt=1"}, id="receipt-cookie-for-an-account"),
    ],
)
def test_no_header_says_who_somebody_is(sqlite_office: Office, headers: dict[str, str]) -> None:
    office = sqlite_office
    number = office.submitted()
    for path in (f"{API}/cases/{number}", f"{API}/cases", "/admin", "/", f"/cases/{number}"):
        answer = office.client().request("GET", path, headers=headers)
        assert answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in"), path


def test_a_file_is_fetched_by_whoever_sees_its_case_and_by_no_link_alone_ghsa_wg74_ww4w_2qpc(office: Office) -> None:
    number, other = handled(office), office.submitted("qian", unit="T", title="另一件")
    zhang = office.browser("zhang")
    zhang.get(f"/cases/{number}")
    zhang.send(f"/cases/{number}/attachments", file=("工资条.txt", "八月未发".encode()))
    (link,) = re.findall(rf'href="(/cases/{number}/attachments/[0-9a-f]+)"', zhang.page.text)
    assert zhang.client.get(link).status_code == 200
    assert office.client().get(link).headers["location"].startswith("/sign-in")
    for login, path in ((STRANGER, link), ("zhang", link.replace(number, other)), ("li", link.replace(number, other))):
        assert office.browser(login).client.get(path).status_code == 404, (login, path)


@pytest.mark.parametrize("login", ["zhou", "xitong", "anquan", "shenji"])
def test_notes_among_staff_are_for_staff_ghsa_9vx8_gx3p_9mh6(office: Office, login: str) -> None:
    number = handled(office)
    note = {"text": f"{WORD}，勿告申请人", "audience": "staff"}
    assert office.program("wang").post(f"{API}/cases/{number}/notes", json=note).status_code == 201
    for path in ("", "/events", "/clocks", "/explain"):
        assert office.program(login).get(f"{API}/cases/{number}{path}").status_code == 404
    for reader in ("zhang", "qian"):  # who raised it, and who reads along because they could endorse it
        assert "勿告申请人" not in office.program(reader).get(f"{API}/cases/{number}/events").text
    written = office.program(login).post(f"{API}/cases/{number}/notes", json=note)  # GHSA-3w38-h42v-3h6w
    assert written.status_code == 404


@pytest.mark.parametrize("login", ["zhang", "wang", "li", "zhao", "sun", "anquan", "shenji"])
def test_nobody_arranges_what_is_not_theirs_ghsa_f489_qxv6_gvgg(office: Office, login: str) -> None:
    client = office.browser(login).client
    for path in ("/admin", "/admin/news", "/admin/calendar"):
        assert client.get(path).status_code == 403, path
    body = {"deputy": login, "duty": "system_admin@C", "absent": "xitong", "from": "2026-11-17", "until": "2026-11-20"}
    assert office.program(login).post(f"{API}/people/deputies", json=body).status_code in (403, 404, 422)
    with reading(office.engine) as db:
        assert all(duty.deputy_of is None for duty in db.exec(select(Duty)))


@pytest.mark.parametrize(
    ("login", "advisory"),
    [("zhao", "CVE-2021-38562"), ("nobody-at-all", "CVE-2017-5361"), ("zheng", "GHSA-jvmv-2qcp-7855")],
)
def test_every_wrong_sign_in_is_answered_alike(sqlite_office: Office, login: str, advisory: str) -> None:
    office = sqlite_office
    answers = [office.client().post("/sign-in", data={"login": word, "password": "x"}) for word in (login, "feng")]
    texts = [answer.text.replace(word, "LOGIN") for answer, word in zip(answers, (login, "feng"), strict=True)]
    assert [answer.status_code for answer in answers] == [401, 401] and texts[0] == texts[1]


def test_signing_in_gives_a_new_cookie_osticket_session_fixation(sqlite_office: Office) -> None:
    office = sqlite_office
    client = office.client()
    client.cookies.set("bihuan", "chosen-by-somebody-else")
    client.post("/sign-in", data={"login": "zhao", "password": "tests-only"})
    first = client.cookies.get("bihuan", domain="testserver.local") or client.cookies.get("bihuan", domain="")
    assert first != "chosen-by-somebody-else"
    browser = office.browser("zhao")
    old = browser.client.cookies["bihuan"]
    browser.client.post("/sign-in", data={"login": "zhao", "password": "tests-only"})
    assert browser.client.cookies["bihuan"] != old
    assert office.client(cookie=f"bihuan={old}").get("/inbox/unread").status_code in (303, 401)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/sign-in", "/submit", "/submit/open", "/track", "/sign-out"])
def test_another_site_posts_nothing_cve_2012_4732(sqlite_office: Office, path: str, site: str) -> None:
    answer = sqlite_office.client().post(path, data={"login": "zhao"}, headers={"sec-fetch-site": site})
    assert answer.status_code == 403


def test_a_disabled_person_s_token_and_cookie_end_at_once_cve_2026_41902(office: Office) -> None:
    program, browser = office.program("zhao"), office.browser("zhao")
    with transaction(office.engine) as db:
        db.exec(select(User).where(User.login == "zhao")).one().is_active = False
    assert program.get(f"{API}/cases").status_code == 401
    assert browser.client.get("/").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else_cve_2022_25803(sqlite_office: Office, wanted: str) -> None:
    form = {"login": "zhao", "password": "tests-only", "next": wanted}
    assert sqlite_office.client().post("/sign-in", data=form).headers["location"] == "/"


def test_a_page_of_a_case_for_nobody_is_that_of_no_case(office: Office) -> None:
    number = handled(office)
    client = Browser(office.browser(STRANGER).client).client
    real, invented = client.get(f"/cases/{number}"), client.get("/cases/TA-2026-0000000")
    assert (real.status_code, real.text.replace(number, "TA-2026-0000000")) == (404, invented.text)
