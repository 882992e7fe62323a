"""Everything that can be refused: with the right status, in the reader's language, and with nothing written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import func, select

from cases.record.case import Case
from cases.record.database import DatabaseError, reading
from tests.web.visitors import API, SUBMISSION, Office, taken

PROBLEM = "application/problem+json"


def cases_in(office: Office) -> int:
    with reading(office.engine) as db:
        return db.exec(select(func.count()).select_from(Case)).one()


def test_who_is_unknown_is_asked_to_sign_in(sqlite_office: Office) -> None:
    stranger = sqlite_office.client()
    answer = stranger.get(f"{API}/cases")
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == "请先登录。"
    assert stranger.get("/cases/TA-1?x=1").headers["location"] == "/sign-in?next=%2Fcases%2FTA-1%3Fx%3D1"
    for header in ("Bearer wrong", "Bearer ", "Basic eDp5", "Bearer \xff"):
        refused = stranger.get(f"{API}/cases", headers={b"authorization": header.encode("latin-1")})
        assert refused.status_code == 401


def test_a_case_one_may_not_see_is_not_there(office: Office) -> None:
    number = office.submitted()
    expected = office.program("zhou").get(f"{API}/cases/TA-2026-2222222").json()
    for path in ("", "/events", "/clocks", "/explain", "/attachments/" + "0" * 64):
        answer = office.program("zhou").get(f"{API}/cases/{number}{path}")
        assert answer.status_code == 404
        assert answer.json() | {"detail": ""} == expected | {"detail": ""}
    for login in ("xitong", "anquan", "shenji", "wang", "zhou"):
        assert office.program(login).get(f"{API}/cases/{number}").status_code == 404
        assert office.browser(login).client.get(f"/cases/{number}").status_code == 404
        assert office.program(login).get(f"{API}/cases").json() == {"items": [], "next": None}
    answer = office.program("zhou").post(f"{API}/cases/{number}/actions/accept", json={}, headers={"if-match": '"2"'})
    assert answer.status_code == 404


def test_the_law_says_no_in_two_languages(office: Office) -> None:
    number = office.submitted()
    by_other = taken(office.program("zhao"), number, "accept")
    assert (by_other.status_code, by_other.json()["detail"]) == (403, "「立案交办」不由您办理。")
    too_soon = taken(
        office.program(
            "li",
        ),
        number,
        "verify",
    )
    assert too_soon.status_code == 409
    unknown = taken(office.program("li"), number, "abolish")
    assert unknown.status_code == 404
    client = office.program("li")
    english = client.post(
        f"{API}/cases/{number}/actions/accept",
        json={"category": "x", "tier": "Z", "lead": "D", "colour": "red"},
        headers={"if-match": '"2"', "accept-language": "en-GB,en;q=0.9,zh;q=0.1"},
    )
    assert english.status_code == 422
    assert english.headers["content-language"] == "en"
    assert {error["field"]: error["detail"] for error in english.json()["errors"]} == {
        "colour": "colour is not asked for", "tier": "Tier must be one of A, B, C",
    }  # fmt: skip
    assert set(english.json()) == {"type", "title", "status", "detail", "errors"}
    assert client.get(f"{API}/cases/{number}").json()["version"] == 2


def test_whoever_acts_on_an_old_version_is_told_the_fresh_one(office: Office) -> None:
    number = office.submitted()
    li = office.program("li")
    url = f"{API}/cases/{number}/actions/note"
    assert li.post(url, json={"note": "在办"}).status_code == 428
    for wrong in ("2", '"two"', "*", '"2", "3"', '"-1"', '"' + "9" * 30 + '"'):
        assert li.post(url, json={"note": "在办"}, headers={"if-match": wrong}).status_code == 422
    assert li.post(url, json={"note": "在办"}, headers={"if-match": 'W/"2"'}).status_code == 200
    stale = li.post(url, json={"note": "在办"}, headers={"if-match": '"2"'})
    assert (stale.status_code, stale.json()["version"]) == (409, 3)


def test_bodies_that_nobody_asked_for_are_refused(office: Office) -> None:
    client = office.program("zhang")
    before = cases_in(office)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"colour": "red"}, "colour"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"text": "x" * 20_001}, "text"),
        ({"category": "\x07"}, "category"),
        ({"unit": "nowhere"}, "unit"),
        ({"identity": "masked"}, "identity"),
        ({"submitter": "li"}, "submitter"),
    ]
    for changes, field in wrong:
        answer = client.post(f"{API}/cases", json=SUBMISSION | changes)
        assert answer.status_code == 422, changes
        assert answer.headers["content-type"] == PROBLEM
        assert field in {error["field"] for error in answer.json()["errors"]}
    for body in (b"{", b"[]", b'{"title": "\\ud800", "text": "x", "unit": "C"}', b"\xff\xfe", b'{"\\ud800": 1}'):
        answer = client.post(f"{API}/cases", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM), body
    for unit in ("a\0b", "C" * 500):
        assert client.post(f"{API}/cases", json=SUBMISSION | {"unit": unit}).status_code == 422
    assert client.post(f"{API}/cases", json=SUBMISSION | {"workflow": "none"}).status_code == 404
    assert cases_in(office) == before


@pytest.mark.parametrize(
    "query",
    [
        "limit=1000", "limit=0", "limit=x", "cursor=zzz", "cursor=9223372036854775808", "cursor=%00", "cursor=",
        "overdue=maybe", "q=%00", "unit=%00", "state=" + "x" * 300,
    ],
)  # fmt: skip
def test_a_list_refuses_what_it_does_not_understand(office: Office, query: str) -> None:
    answer = office.program("li").get(f"{API}/cases?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)


@pytest.mark.parametrize("number", ["%00", "TA-2026-%00", "x" * 500, "%F0%9F%98%80", "9223372036854775808", "-1"])
def test_a_number_that_no_case_has_is_not_found(office: Office, number: str) -> None:
    assert office.program("li").get(f"{API}/cases/{number}").status_code == 404
    assert office.browser("li").client.get(f"/cases/{number}").status_code == 404


def test_addresses_and_methods_that_are_not_there(sqlite_office: Office) -> None:
    client = sqlite_office.program("li")
    assert client.get("/api/v1/nothing").headers["content-type"] == PROBLEM
    assert client.get("/api/v1/nothing").status_code == 404
    assert client.delete(f"{API}/cases").status_code == 405
    assert client.delete(f"{API}/cases").json()["title"] == "方法不允许"
    page = client.get("/nothing")
    assert page.status_code == 404
    assert "未找到" in page.text


def test_a_body_that_is_too_large_is_refused_however_it_comes(sqlite_office: Office) -> None:
    client = sqlite_office.program("zhang")
    large = b'{"title": "' + b"x" * (1024 * 1024) + b'"}'
    declared = client.post(f"{API}/cases", content=large, headers={"content-type": "application/json"})
    assert (declared.status_code, declared.headers["content-type"]) == (413, PROBLEM)
    pieces = (large[at : at + 65_536] for at in range(0, len(large), 65_536))
    streamed = client.post(f"{API}/cases", content=pieces, headers={"content-type": "application/json"})
    assert (streamed.status_code, streamed.headers["content-type"]) == (413, PROBLEM)
    assert sqlite_office.client().post("/sign-in", content=large).status_code == 413


def test_a_reading_token_changes_nothing(sqlite_office: Office) -> None:
    reader = sqlite_office.program("zhang", "read")
    assert reader.get(f"{API}/cases").status_code == 200
    assert reader.post(f"{API}/cases", json=SUBMISSION).status_code == 403


def test_a_database_that_is_gone_and_an_error_that_nobody_foresaw(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sqlite_office.program("li")

    def gone(*args: Any) -> None:
        raise DatabaseError("数据库正被占用。", "The database is locked.")

    monkeypatch.setattr("web.api.cases.newest", gone)
    assert client.get(f"{API}/cases").status_code == 503

    def broken(*args: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("web.api.cases.newest", broken)
    answer = client.get(f"{API}/cases")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_repeat_with_the_same_key_gets_the_first_answer(office: Office) -> None:
    client = office.program("zhang")
    key = {"idempotency-key": "clipboard-7"}
    first = client.post(f"{API}/cases", json=SUBMISSION, headers=key)
    again = client.post(f"{API}/cases", json=SUBMISSION, headers=key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = client.post(f"{API}/cases", json=SUBMISSION | {"title": "另一件"}, headers=key)
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    stranger = office.program("qian").post(f"{API}/cases", json=SUBMISSION | {"unit": "T"}, headers=key)
    assert stranger.json()["number"] != first.json()["number"]
    for wrong in ("", "x" * 201):
        assert client.post(f"{API}/cases", json=SUBMISSION, headers={"idempotency-key": wrong}).status_code == 422
    failed = {"idempotency-key": "fails-first"}
    assert client.post(f"{API}/cases", json=SUBMISSION | {"unit": "no"}, headers=failed).status_code == 422
    assert client.post(f"{API}/cases", json=SUBMISSION, headers=failed).status_code == 201


def test_half_a_character_is_refused_in_words_with_a_key_too(office: Office) -> None:
    body = b'{"title": "\\ud800", "text": "x", "unit": "C"}'
    headers = {"content-type": "application/json", "idempotency-key": "half"}
    client = office.program("zhang")
    answer = client.post(f"{API}/cases", content=body, headers=headers)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["title"])
    assert client.post(f"{API}/cases", json=SUBMISSION, headers=headers).status_code == 201  # the key is free again


def test_the_same_fields_in_another_order_are_the_same_request(sqlite_office: Office) -> None:
    client, key = sqlite_office.program("zhang"), {"idempotency-key": "order"}
    first = client.post(f"{API}/cases", json=SUBMISSION, headers=key)
    again = client.post(f"{API}/cases", json=dict(reversed(SUBMISSION.items())), headers=key)
    assert (again.status_code, again.content) == (201, first.content)


def test_twenty_at_once_with_one_key_make_one_case(office: Office) -> None:
    client = office.program("zhang")
    key = {"idempotency-key": "twenty"}

    def once(_: int) -> tuple[int, bytes]:
        answer = client.post(f"{API}/cases", json=SUBMISSION, headers=key)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(20) as threads:
        answers = set(threads.map(once, range(20)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert cases_in(office) == 1


def test_of_ten_who_act_at_once_one_wins(office: Office) -> None:
    number = office.submitted()
    client = office.program("li")

    def once(_: int) -> int:
        url = f"{API}/cases/{number}/actions/reject"
        return client.post(url, json={"reason": "重复"}, headers={"if-match": '"2"'}).status_code

    with ThreadPoolExecutor(10) as threads:
        assert sorted(threads.map(once, range(10))) == [200] + [409] * 9
    assert client.get(f"{API}/cases/{number}").json()["version"] == 3
