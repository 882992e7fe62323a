"""Mistakes that others made with sign-ins, tokens and secrets, tried here: each is named after what told of it."""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from cases.access import make_token
from cases.record.database import transaction
from cases.record.people import Duty, SignIn, Token
from tests.web.test_known_attacks import STRANGER, handled
from tests.web.test_receipts import anonymous, holder
from tests.web.visitors import API, SUBMISSION, Office, form_token, person


def test_nobody_writes_a_note_where_they_are_nothing_ghsa_3w38_h42v_3h6w(office: Office) -> None:
    number = handled(office)
    for login in (STRANGER, "xitong", "anquan", "shenji"):
        program = office.program(login)
        for path, body in (("notes", {"text": "改"}), ("actions/note", {"note": "改"}), ("notes/1", {"text": "改"})):
            answer = program.post(f"{API}/cases/{number}/{path}", json=body, headers={"if-match": '"4"'})
            assert answer.status_code == 404, (login, path)
    for method in ("PUT", "PATCH", "DELETE"):  # what was said stays as it was said, for everybody
        answer = office.program("zhao").request(method, f"{API}/cases/{number}/notes", json={"text": "改"})
        assert answer.status_code == 405, method


def test_one_s_side_doors_do_nothing_to_what_is_anothers_cve_2026_42318(office: Office) -> None:
    li = office.browser("li")
    li.get("/account")
    with transaction(office.engine) as db:
        theirs = db.exec(select(SignIn.digest).where(SignIn.user_id == person(db, "li").id)).one()
    zhang = office.browser("zhang")
    token = {"_form_token": form_token(zhang)}
    for path, form in (
        ("/account/sign-ins/end", {"sign_in": theirs}),
        ("/people/deputies/end", {"deputy": "zhou", "absent": "wang", "word": "handler@D"}),
        ("/admin/parked/1/release", {}),
        ("/admin/news/outlets/1/end", {}),
        ("/admin/news/parked/1/dismiss", {}),
        ("/account/second-factor/of-another", {"login": "li", "password": "tests-only"}),
        ("/settings/news/outlets/1/confirm", {}),
    ):
        assert zhang.client.post(path, data=token | form).status_code in (303, 403, 404, 422), path
    assert li.client.get("/").status_code == 200  # still signed in
    with transaction(office.engine) as db:
        assert db.exec(select(SignIn).where(SignIn.digest == theirs)).one()


def test_reading_all_messages_reads_ones_own_ghsa_6mhr_m8m9_6q6h(office: Office) -> None:
    from notifications.outbox import fan_out

    office.submitted()
    fan_out(office.engine, office.app.state.settings, office.at)
    unread = office.program("li").get(f"{API}/inbox").json()["unread"]
    assert unread > 0
    for login in ("zhang", "zhao", "xitong"):
        browser = office.browser(login)
        assert browser.client.post("/inbox/read", data={"_form_token": form_token(browser)}).status_code == 303
    assert office.program("li").get(f"{API}/inbox").json()["unread"] == unread


def test_a_token_is_drawn_by_chance_and_told_from_nothing_cve_2026_27637(sqlite_office: Office) -> None:
    office = sqlite_office
    with transaction(office.engine) as db:
        li = person(db, "li")
        made = [make_token(db, li, "write", office.at) for _ in range(200)]
    assert len({token[:12] for token in made}) == len(made)  # even the beginnings differ
    assert all(re.fullmatch(r"bh_[\w-]{43}", token) for token in made)  # 256 bits
    words = (b"li", b"3", b"li2026-11-16", str(office.at.timestamp()).encode(), b"3:li")
    for guess in [hashlib.new(name, word).hexdigest() for name in ("md5", "sha1", "sha256") for word in words]:
        for secret in (guess, f"bh_{guess}", f"bh_{guess[:43]:0<43}"):
            answer = office.client(authorization=f"Bearer {secret}").get(f"{API}/cases")
            assert answer.status_code == 401


def test_nothing_that_lets_somebody_in_lasts_for_ever_ghsa_hqff_cwx7_3jpm(office: Office) -> None:
    program, browser = office.program("li"), office.browser("li")
    half = office.client()
    _, code = anonymous(office)
    receipt = holder(office, code)
    half.post("/sign-in", data={"login": "anquan", "password": "tests-only"})
    office.later(minutes=31)
    assert browser.client.get("/").status_code == 303
    assert half.get("/").status_code == 303
    assert 'name="code"' in receipt.client.get("/track").text  # it is asked for again
    assert program.get(f"{API}/cases").status_code == 200
    office.later(days=90)
    assert program.get(f"{API}/cases").status_code == 401


def test_a_link_alone_follows_nothing_osticket_reusable_check_status_link(office: Office) -> None:
    number, code = anonymous(office)
    plain = code.replace(" ", "")
    for path in (f"/track?code={plain}", f"/track/{plain}", f"/track?number={number}", f"/submit/open?code={plain}"):
        answer = office.client().get(path)
        assert "骑手驿站" not in answer.text and not answer.cookies, path
    visit = holder(office, code)
    secret = next(iter(visit.client.cookies.values()))
    name = next(iter(visit.client.cookies.keys()))
    visit.send("/track/leave")
    again = office.client(cookie=f"{name}={secret}")
    assert "骑手驿站" not in again.get("/track").text


def test_no_form_tells_who_has_an_account_osticket_username_discoverability(sqlite_office: Office) -> None:
    office = sqlite_office

    def told(login: str, method: str, path: str, body: dict[str, Any]) -> tuple[int, str]:
        answer = office.program("zhang").request(method, path, json=body)
        return answer.status_code, answer.text.replace(login, "LOGIN")

    for method, path, name, rest in (
        ("POST", f"{API}/cases", "submitter", SUBMISSION),
        ("POST", f"{API}/people/handover", "leaver", {"successor": "zhou"}),
        ("POST", f"{API}/people/deputies/end", "deputy", {"duty": "handler@D", "absent": "wang"}),
    ):
        answers = {told(login, method, path, rest | {name: login}) for login in ("li", "zheng", "nobody-at-all")}
        assert len(answers) == 1, (path, answers)
    assert office.browser("zhang").client.get("/people").status_code == 403


def test_a_sign_in_ends_when_rights_change_osticket_regenerate_session_id(office: Office) -> None:
    browser = office.browser(STRANGER)
    old = browser.client.cookies["bihuan"]
    assert browser.client.get("/").status_code == 200
    with transaction(office.engine) as db:
        db.add(Duty(user_id=person(db, STRANGER).id or 0, unit_id=2, role="supervisor"))
    assert browser.client.get("/").headers["location"].startswith("/sign-in")
    anew = office.browser(STRANGER)
    assert anew.client.cookies["bihuan"] != old and anew.client.get("/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}],
    ids=["fetched", "origin", "sandboxed"],
)
def test_another_site_signs_nobody_in_osticket_csrf_fail_on_login(
    sqlite_office: Office, headers: dict[str, str]
) -> None:
    client = sqlite_office.client()
    answer = client.post("/sign-in", data={"login": "zhao", "password": "tests-only"}, headers=headers)
    assert answer.status_code == 403 and not client.cookies


def test_no_log_holds_what_lets_somebody_in_cve_2023_41259(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    office = sqlite_office
    caplog.set_level(logging.DEBUG)
    browser, program = office.browser("li"), office.program("li")
    secrets = [browser.client.cookies["bihuan"], program.headers["authorization"][len("Bearer ") :], "tests-only"]
    monkeypatch.setattr("web.api.cases.search", None)  # whatever goes wrong
    assert program.get(f"{API}/cases?q=私密").status_code == 500
    assert browser.client.get(f"{API}/cases?q=私密", headers={"x-api-key": secrets[1]}).status_code == 500
    office.client().post("/sign-in", data={"login": "li", "password": "tests-only-wrong"})
    assert "failed" in caplog.text
    assert not [secret for secret in (*secrets, "私密", "%E7%A7%81") if secret in caplog.text]


def test_a_copy_of_the_database_lets_nobody_in_glpi_encrypt_api_session_tokens(sqlite_office: Office) -> None:
    office = sqlite_office
    browser, program = office.browser("li"), office.program("li")
    _, code = anonymous(office)
    token = program.headers["authorization"].removeprefix("Bearer ")
    with transaction(office.engine) as db:
        kept = [*db.exec(select(Token.digest)), *db.exec(select(SignIn.digest))]
    folder = Path(str(office.engine.url.database)).parent
    raw = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    for secret in (token, token[3:], browser.client.cookies["bihuan"], code, code.replace(" ", ""), "tests-only"):
        assert secret.encode() not in raw
    for digest in kept:  # and what it does hold is no key
        assert office.client(authorization=f"Bearer {digest}").get(f"{API}/cases").status_code == 401
        assert office.client(cookie=f"bihuan={digest}").get("/").status_code == 303
    for name in ("token", "access_token", "api_key", "bihuan"):  # nor does an address open anything
        assert office.client().get(f"{API}/cases", params={name: token}).status_code == 401


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b[2J", "\u2028", "\x85"], ids=["lf", "crlf", "escape", "ls", "nel"])
def test_no_request_writes_lines_of_its_own_into_the_log_ghsa_9cm3_qvj2_8hg4(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, sign: str
) -> None:
    monkeypatch.setattr("web.visits.find", None)  # whatever goes wrong
    program = sqlite_office.program("li")
    headers = {"CF-Connecting-IP": "1.2.3.4 forged", "X-Forwarded-For": "forged", "User-Agent": "forged"}
    address = f"{API}/cases/" + "".join(f"%{byte:02x}" for byte in f"TA{sign}forged".encode())
    answers = [program.get(address, headers=headers), program.get(f"{API}/cases/TA-1", headers=headers)]
    assert answers[1].status_code == 500
    lines = [record.getMessage() for record in caplog.records if "failed" in record.getMessage()]
    assert lines and all(line.isprintable() and line.count("failed") == 1 for line in lines)
