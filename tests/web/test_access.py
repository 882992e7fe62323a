"""Signing in, staying signed in, and what another site cannot make a browser do."""

from datetime import timedelta

import pytest
from sqlmodel import select

from cases.access import Cost
from cases.record.database import reading, transaction
from cases.record.people import SignIn, Token
from tests.cast import PASSWORD
from tests.web.visitors import API, SUBMISSION, Office, person
from web.app import create_app
from web.pages.forms import local_path


def sign_in(office: Office, login: str, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    answer = office.client().post("/sign-in", data={"login": login, "password": password} | more)
    return answer.status_code, answer.text


def test_only_who_knows_the_password_comes_in_and_others_learn_nothing(office: Office) -> None:
    assert sign_in(office, "li")[0] == 303
    wrong = sign_in(office, "li", "guess")
    assert wrong[0] == 401
    assert "账号或密码不正确" in wrong[1]
    for login in ("nobody", "zheng", "a\0b", "", "x" * 150):
        assert sign_in(office, login)[0] == 401
    assert sign_in(office, "nobody")[1].replace("nobody", "li") == wrong[1]
    assert sign_in(office, "li", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"))[0] == 401


def test_the_cookie_is_a_secret_of_which_only_the_digest_is_kept(office: Office) -> None:
    client = office.client()
    answer = client.post("/sign-in", data={"login": "li", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    first = client.cookies["bihuan"]
    with transaction(office.engine) as db:
        kept = db.exec(select(SignIn)).one()
    assert first not in repr(kept.model_dump())
    assert len(first) >= 43
    client.post("/sign-in", data={"login": "li", "password": PASSWORD})
    assert client.cookies["bihuan"] != first
    stolen = office.client()
    stolen.cookies.set("bihuan", first)
    assert stolen.get("/").status_code == 303  # the old one went when the new one came


def test_over_https_the_cookie_goes_nowhere_else(sqlite_office: Office) -> None:
    from dataclasses import replace

    sqlite_office.app = create_app(replace(sqlite_office.app.state.settings, secure_cookies=True))
    client = sqlite_office.client()
    answer = client.post("https://testserver/sign-in", data={"login": "li", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-bihuan=")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


def test_after_half_an_hour_of_silence_or_twelve_hours_one_signs_in_again(office: Office) -> None:
    li = office.browser("li")
    for _ in range(28):
        office.later(minutes=25)
        li.get("/")
    office.later(minutes=25)  # 12 h 5 min in all
    assert li.client.get("/").status_code == 303
    li = office.browser("li")
    office.later(minutes=31)
    assert li.client.get("/").status_code == 303


def test_being_used_is_noted_once_a_minute(office: Office) -> None:
    def seen() -> object:
        with transaction(office.engine) as db:
            return db.exec(select(SignIn.seen_at)).one()

    li, before = office.browser("li"), office.at
    office.later(seconds=59)
    li.get("/")
    assert seen() == before
    office.later(seconds=1)
    li.get("/")
    assert seen() == before + timedelta(minutes=1)


def test_who_is_disabled_is_out_at_once(office: Office) -> None:
    li, program = office.browser("li"), office.program("li")
    with transaction(office.engine) as db:
        person(db, "li").is_active = False
    assert li.client.get("/").status_code == 303
    assert program.get(f"{API}/cases").status_code == 401


def test_a_token_ends_when_it_expires_or_is_revoked(office: Office) -> None:
    program = office.program("li")
    with transaction(office.engine) as db:
        token = db.exec(select(Token)).one()
        token.expires_at = office.at + timedelta(hours=1)
    assert program.get(f"{API}/cases").status_code == 200
    office.later(hours=1)
    assert program.get(f"{API}/cases").status_code == 401
    other = office.program("li")
    with transaction(office.engine) as db:
        for row in db.exec(select(Token)):
            row.revoked_at = office.at
    assert other.get(f"{API}/cases").status_code == 401


def test_signing_out_ends_it_everywhere(office: Office) -> None:
    li = office.browser("li")
    secret = li.client.cookies["bihuan"]
    li.get("/")
    left = li.send("/sign-out")
    assert left.headers["clear-site-data"] == '"cache", "storage"'
    other = office.client()
    other.cookies.set("bihuan", secret)
    assert other.get("/").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/cases/TA-1?x=1", "/cases/TA-1?x=1"), ("https://evil.example/", "/"), ("//evil.example", "/"),
        ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("/a\nb", "/"), (None, "/"),
    ],
)  # fmt: skip
def test_one_is_led_back_to_pages_of_this_site_only(wanted: object, path: str) -> None:
    assert local_path(wanted) == path


def test_another_site_cannot_act_in_a_browser_that_is_signed_in(sqlite_office: Office) -> None:
    zhang = sqlite_office.browser("zhang").client
    url = f"{API}/cases"
    for headers, status in (
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 201),
        ({"origin": "http://testserver"}, 201),
        ({}, 201),
    ):
        assert zhang.post(url, json=SUBMISSION, headers=headers).status_code == status, headers
    assert zhang.get(url, headers={"sec-fetch-site": "cross-site"}).status_code == 200
    program = sqlite_office.program("zhang")
    assert program.post(url, json=SUBMISSION, headers={"sec-fetch-site": "cross-site"}).status_code == 201
    # A made-up token must not open the way for the cookie beside it.
    assert zhang.post(url, json=SUBMISSION, headers={"authorization": "Bearer x"}).status_code == 401


def test_a_form_without_the_browsers_own_token_is_refused(sqlite_office: Office) -> None:
    zhang, li = sqlite_office.browser("zhang"), sqlite_office.browser("li")
    fields = {"title": "驿站", "text": "无处休息", "unit": "C", "workflow": "proposal"}
    li.get("/submit")
    stolen = li.page.text.partition('name="_form_token" value="')[2].partition('"')[0]
    for token in ({}, {"_form_token": ""}, {"_form_token": stolen}, {"_form_token": "错"}):
        answer = zhang.client.post("/submit", data=fields | token)
        assert answer.status_code == 403
        assert "页面已过期" in answer.text


def test_every_answer_keeps_to_itself(sqlite_office: Office) -> None:
    li = sqlite_office.browser("li").client
    for path in ("/", "/sign-in", "/nothing", "/static/page.css", f"{API}/cases", "/api/docs", "/healthz"):
        headers = li.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers
        assert headers.get("cache-control") == (None if path.startswith("/static/") else "no-store")


def test_a_password_that_was_hashed_at_another_cost_is_hashed_anew_when_its_owner_comes(office: Office) -> None:
    office.browser("li")
    with reading(office.engine) as db:
        before = person(db, "li").password_hash
    office.app.state.password_cost = Cost(memory=16, passes=2)
    assert office.client().post("/sign-in", data={"login": "li", "password": "wrong"}).status_code == 401
    office.browser("li")
    with reading(office.engine) as db:
        after = person(db, "li").password_hash
    assert before and after and "m=8,t=1" in before and "m=16,t=2" in after
    office.browser("li")
    with reading(office.engine) as db:
        assert person(db, "li").password_hash == after
