"""One case goes round, through the API and through the pages, by everyone who has a part in it."""

from tests.web.visitors import API, ROAD, SUBMISSION, Office, taken


def test_six_people_close_a_case_through_the_api(office: Office) -> None:
    raised = office.program("zhang").post(f"{API}/cases", json=SUBMISSION)
    assert raised.status_code == 201
    assert set(raised.json()) == {"number", "receipt", "state", "stage", "due_at", "version"}
    number = raised.json()["number"]
    stages = [raised.json()["stage"]]
    for login, action, fields in ROAD:
        office.later(hours=1)
        client = office.program(login)
        offered = {one["name"]: one for one in client.get(f"{API}/cases/{number}").json()["actions"]}
        assert action in offered
        assert set(fields) <= {field["name"] for field in offered[action]["fields"]}
        answer = taken(client, number, action, fields)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        stages.append(answer.json()["stage"])
    assert stages == ["review", "handle", "handle", "supervise", "feedback", "feedback"]
    closed = office.program("zhang").get(f"{API}/cases/{number}").json()
    assert closed["closed_at"] == "2026-11-16T06:00:00Z"
    assert closed["rating"] == "satisfied"
    assert [text["label"] for text in closed["texts"]] == ["标题", "内容", "答复意见"]
    history = office.program("sun").get(f"{API}/cases/{number}/events").json()["items"]
    assert [event["action"] for event in history] == ["raise", "submit", *(action for _, action, _ in ROAD)]
    assert [event["actor"] and event["actor"]["name"] for event in history] == [
        None, None, "李审议", "王承办", "王承办", "赵督查", None,
    ]  # fmt: skip
    assert history[2]["values"] == {"category": "劳动保护", "tier": "A", "lead": "D"}


def test_four_people_close_a_case_through_pages_after_a_second_round(office: Office) -> None:
    zhang, li, wang, zhao = (office.browser(login) for login in ("zhang", "li", "wang", "zhao"))
    zhang.get("/submit")
    zhang.send(
        "/submit",
        title="停车棚漏雨",
        text="雨天电动车\r\n无处充电",
        unit="C",
        workflow="proposal",
        identity="confidential",
    )
    number = zhang.page.url.path.rpartition("/")[2]
    assert "停车棚漏雨" in zhang.words
    office.later(minutes=10)
    assert "停车棚漏雨" in li.get("/")
    li.get(f"/cases/{number}")
    assert "张代表" not in li.page.text
    assert "申请人" in li.words
    li.send(f"/cases/{number}/accept", category="生活后勤", tier="A", lead="D")
    assert "待签收" in li.words
    assert number in wang.get("/")
    wang.get(f"/cases/{number}")
    wang.send(f"/cases/{number}/sign_for")
    for rating, reason in (("unsatisfied", "只修了一半"), ("satisfied", "")):
        wang.get(f"/cases/{number}")
        wang.send(f"/cases/{number}/report", answer=f"已修好（{rating}）")
        assert number in zhao.get("/")
        zhao.get(f"/cases/{number}")
        zhao.send(f"/cases/{number}/verify")
        zhang.get(f"/cases/{number}")
        zhang.send(f"/cases/{number}/{rating}", reason=reason)
    assert "销号" in zhang.words
    assert "第几轮 2" in zhang.words
    assert number in zhang.get("/")  # closed lately
    assert number not in wang.get("/").partition("近期办结")[0]
