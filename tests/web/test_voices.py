"""Endorsement, promises, accounts and referrals with a mouse and with the API; nobody reads more than is for them."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import select

from cases.act import act
from cases.raising import Draft, raise_case
from cases.record.case import Case, Passage
from cases.record.columns import table_of
from cases.record.database import transaction
from cases.record.people import Duty, Unit, User
from cases.sweep import sweep
from tests.cast import MONDAY, password_hash
from tests.web.visitors import API, Office, taken


def worker(office: Office, login: str) -> str:
    """Give the enterprise one more worker."""
    with transaction(office.engine) as db:
        unit = db.exec(select(Unit.id).where(Unit.code == "E")).one()
        found = User(login=login, name=f"{login} 师傅", password_hash=password_hash(), created_at=MONDAY)
        db.add(found)
        db.flush()
        db.add(Duty(user_id=found.id or 0, unit_id=unit or 0, role="worker"))
    return login


def test_a_worker_finds_a_case_to_endorse_and_endorses_it_with_a_mouse(office: Office) -> None:
    number = office.submitted()
    qian = office.browser("qian")
    assert 'href="/endorse"' in qian.get("/")
    assert number in qian.get("/endorse")
    page = qian.get(f"/cases/{number}")
    assert "附议" in qian.words and "已有 0 人附议" in qian.words and "满 50 人：自动转入「提交常委会」" in qian.words
    assert f'action="/cases/{number}/attachments"' not in page  # who merely reads along adds nothing
    assert f'action="/cases/{number}/note"' not in page
    assert qian.send(f"/cases/{number}/endorse").status_code == 303
    assert "已有 1 人附议 · 您已附议" in qian.words
    assert qian.words.count("钱师傅") == 1  # in the header, where they read who they are
    again = qian.client.post(f"/cases/{number}/endorse", data={"_form_token": _token(qian.page.text), "_seen": "3"})
    assert again.status_code == 409 and "每人只能附议一次" in again.text
    assert qian.send(f"/cases/{number}/unendorse").status_code == 303
    assert "已有 0 人附议" in qian.words
    for login in ("li", "zhang"):
        words = office.browser(login)
        words.get(f"/cases/{number}")
        assert "钱师傅" not in words.words and f'action="/cases/{number}/endorse"' not in words.page.text


def test_the_api_tells_the_count_my_own_voice_and_the_next_threshold_and_nobody_s_name(office: Office) -> None:
    zhang = office.program("zhang")
    with transaction(office.engine) as db:
        by = db.exec(select(User).where(User.login == "zhang")).one()
        case = raise_case(db, Draft("proposal", "C", "建驿站", "午间无处休息"), by=by, at=office.at)
        act(db, case, "seek_endorsement", by=by, at=office.at)
        number = case.number
    first, second = office.program(worker(office, "sun1")), office.program(worker(office, "sun2"))
    shown = taken(first, number, "endorse").json()
    assert shown["endorsements"] == {"count": 1, "mine": True, "next_threshold": 2}
    assert [action["name"] for action in shown["actions"]] == ["unendorse"]
    assert second.get(f"{API}/cases/{number}").json()["endorsements"]["mine"] is False
    assert taken(second, number, "endorse").json()["state"] == "in_review"
    refused = taken(zhang, number, "endorse")
    assert refused.status_code == 403 and "您是本案申请人" in refused.json()["detail"]
    assert "已满 2 人" in taken(first, number, "unendorse").json()["detail"]
    for login in ("li", "zhang", "sun1"):
        client = office.program(login)
        for path in ("", "/events", "/clocks", "/explain"):
            text = client.get(f"{API}/cases/{number}{path}").text
            assert "sun1" not in text and "sun2" not in text and "师傅" not in text, (login, path)
        event = client.get(f"{API}/cases/{number}/events").json()["items"][2]
        assert (event["action"], event["role"], event["actor"]) == ("endorse", "endorser", None)


def test_who_could_endorse_reads_what_a_submitter_may_and_nothing_more(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    li = office.program("li")
    tag = li.get(f"{API}/cases/{number}").headers["etag"]
    note = {"text": "内部意见", "audience": "staff"}
    assert li.post(f"{API}/cases/{number}/notes", json=note, headers={"if-match": tag}).status_code in (200, 201)
    qian = office.program("qian")
    shown = qian.get(f"{API}/cases/{number}").json()
    assert [action["name"] for action in shown["actions"]] == ["endorse"]
    for path in ("", "/events", "/clocks", "/explain"):
        text = qian.get(f"{API}/cases/{number}{path}").text
        assert not any(word in text for word in ("内部意见", "张代表", "李审议", "王承办")), path
    words = office.browser("qian")
    words.get(f"/cases/{number}")
    assert not any(word in words.words for word in ("内部意见", "张代表", "李审议", "王承办"))
    tag = qian.get(f"{API}/cases/{number}").headers["etag"]
    refused = qian.post(f"{API}/cases/{number}/notes", json={"text": "我也说"}, headers={"if-match": tag})
    assert refused.status_code == 403
    added = qian.post(f"{API}/cases/{number}/attachments", files={"file": ("a.txt", b"abc")})
    assert added.status_code == 403 and "各方添加" in added.json()["detail"]
    assert number not in qian.get(f"{API}/overdue").text
    for login, action, form in (("wang", "report", {"answer": "已设两处驿站"}), ("zhao", "verify", {})):
        assert taken(office.program(login), number, action, form).status_code == 200
    assert qian.get(f"{API}/cases/{number}").status_code == 404
    assert office.browser("qian").client.get(f"/cases/{number}").status_code == 404


def test_a_promise_is_made_in_the_answer_asked_about_when_late_and_kept_with_a_mouse(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    wang = office.browser("wang")
    wang.get(f"/cases/{number}")
    wang.send(f"/cases/{number}/report", answer="已设一处驿站", promise="年内再设一处", promised_on="2026-12-18")
    for login, action in (("zhao", "verify"), ("zhang", "satisfied")):
        assert taken(office.program(login), number, action).status_code == 200
    assert "本部门待兑现的承诺" in wang.get("/") and number in wang.page.text
    office.later(days=40)
    assert [one.rung for one in sweep(office.engine, office.at)][-1] == "yellow +5wd"
    zhang = office.browser("zhang")
    assert 'href="/questions"' in zhang.get("/")
    zhang.get("/questions")
    assert "权益保障部 1" in zhang.words and "年内再设一处" in zhang.words and "尚未兑现" in zhang.words
    listed = office.program("zhao").get(f"{API}/questions?quarter=2026Q4").json()
    (item,) = listed["items"]
    assert (item["number"], item["unit"], item["outcome"], item["days_late"]) == (number, "D", "open", 8)
    assert office.program("zhao").get(f"{API}/questions?unit=A").json()["items"] == []
    assert office.program("zhao").get(f"{API}/questions?unit=nowhere").status_code == 404
    assert office.program("zhao").get(f"{API}/questions?quarter=2026Q9").status_code == 422
    for login in ("wang", "qian"):
        assert office.program(login).get(f"{API}/questions").status_code == 404
        assert office.browser(login).client.get("/questions").status_code == 404
    wang = office.browser("wang")
    wang.get(f"/cases/{number}")
    assert wang.send(f"/cases/{number}/keep_promise_done", result="第二处已开放").status_code == 303
    assert "兑现（逾期）" in wang.words and "第二处已开放" in wang.words
    (promise,) = office.program("zhang").get(f"{API}/cases/{number}").json()["promises"]
    assert (promise["number"], promise["text"], promise["result"]) == (1, "年内再设一处", "第二处已开放")
    assert promise["kept_at"] is not None
    assert "本部门待兑现的承诺" not in wang.get("/")


def test_a_referral_shows_summary_answer_and_both_times_on_the_page_and_in_the_api(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    office.later(days=1)
    taken(office.program("zhao"), number, "refer_up", {"summary": "需省总立项"})
    chen = office.browser("chen")
    assert number in chen.get("/")
    office.later(days=2)
    chen = office.browser("chen")
    chen.get(f"/cases/{number}")
    chen.send(f"/cases/{number}/reply_from_above", answer="已列入明年项目")
    zhang = office.browser("zhang")
    zhang.get(f"/cases/{number}")
    assert "在上级工会 2 天 0 小时" in zhang.words and "省总工会答复 已列入明年项目" in zhang.words
    assert "陈督查" not in zhang.words
    zhang.get(f"/cases/{number}/explain")
    assert "在本级工会 1 天 2 小时" in zhang.words
    referral = office.program("zhang").get(f"{API}/cases/{number}").json()["referral"]
    assert (referral["above_seconds"], referral["referrals"][0]["answer"]) == (2 * 86_400, "已列入明年项目")


def test_what_is_on_account_is_reviewed_and_struck_off_with_a_mouse(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    taken(office.program("zhao"), number, "put_on_account", {"promise": "春季建成", "promised_on": "2027-03-01"})
    office.later(days=20)
    zhao, wang = office.browser("zhao"), office.browser("wang")
    zhao.get(f"/cases/{number}")
    zhao.send(f"/cases/{number}/review_account", result="预算已列")
    assert "已复核 1 次" in zhao.words and "挂账" in zhao.words
    wang.get(f"/cases/{number}")
    wang.send(f"/cases/{number}/strike_off", result="已建成")
    assert "待核验" in wang.words and "兑现" in wang.words


def test_the_pages_read_in_english_too(office: Office) -> None:
    number = office.submitted()
    qian, zhang = office.browser("qian"), office.browser("zhang")
    for browser, path, says in (
        (qian, "/endorse", "Open for endorsement"),
        (qian, f"/cases/{number}", "Nobody who endorses it is named"),
        (zhang, "/questions", "No promise was overdue or broken"),
    ):
        browser.client.get("/language/en")
        assert says in browser.get(path)


def _token(page: str) -> str:
    return page.split('name="_form_token" value="')[1].split('"')[0]


def test_who_may_not_open_a_case_reads_that_something_was_promised_in_it_and_not_what(office: Office) -> None:
    numbers = []
    for promise in ("为李某补缴社保", "内部：先垫付"):
        number = office.submitted("qian", title="欠缴社保三个月")
        office.go(number, until="sign_for")
        fields = {"answer": "已督促", "promise": promise, "promised_on": "2026-12-18"}
        for login, action, form in (("wang", "report", fields), ("zhao", "verify", {}), ("qian", "satisfied", {})):
            assert taken(office.program(login), number, action, form).status_code == 200
        numbers.append(number)
    said_among_staff(office, numbers[1], "promise")
    office.later(days=40)
    for login, texts in (("zhang", [None, None]), ("zhao", ["为李某补缴社保", "内部：先垫付"])):
        items = office.program(login).get(f"{API}/questions?quarter=2026Q4").json()["items"]
        assert [(one["number"], one["text"]) for one in items] == list(zip(numbers, texts, strict=True))
        page = office.browser(login).get("/questions?quarter=2026Q4")
        assert all(number in page for number in numbers) and "欠缴社保" not in page
        assert ("李某" in page, "先垫付" in page) == (texts[0] is not None,) * 2
    assert f'href="/cases/{numbers[0]}"' not in office.browser("zhang").get("/questions?quarter=2026Q4")


def test_what_was_said_among_staff_about_a_referral_stays_from_the_submitter(office: Office) -> None:
    number = office.submitted()
    office.go(number, until="sign_for")
    taken(office.program("zhao"), number, "refer_up", {"summary": "内部：需省总立项"})
    taken(office.program("chen"), number, "reply_from_above", {"answer": "内部：暂缓"})
    for field in ("summary", "answer"):
        said_among_staff(office, number, field)
    for login, expected in (("zhao", ("内部：需省总立项", "内部：暂缓")), ("zhang", (None, None))):
        (told,) = office.program(login).get(f"{API}/cases/{number}").json()["referral"]["referrals"]
        assert (told["summary"], told["answer"]) == expected
        for path in ("", "/explain"):
            page = office.browser(login).get(f"/cases/{number}{path}")
            assert ("内部：需省总立项" in page and "内部：暂缓" in page) == (login == "zhao"), (login, path)


def said_among_staff(office: Office, number: str, field: str) -> None:
    """Have what was said in a field be for staff, as under a law whose step says so."""
    with transaction(office.engine) as db:
        case = db.exec(select(Case.id).where(Case.number == number)).one()
        passages = table_of(Passage)
        said = update(passages).where(passages.c.case_id == case, passages.c.field == field)
        db.connection().execute(said.values(audience="staff"))
