"""The API explains every clock of a case, and says the same as the command line."""

from cases.laws import migrate_cases, publish
from cases.record.database import transaction
from cases.words import vocabulary
from tests.cases.test_laws import SOURCE
from tests.web.visitors import API, Office, taken
from workflow.reading import parse


def test_every_clock_is_explained_with_its_stretches_stopped_ones_too(office: Office) -> None:
    number = office.submitted()
    office.later(days=2)
    assert taken(office.program("li"), number, "ask_submitter", {"reason": "缺材料"}).status_code == 200
    office.later(days=2)
    assert taken(office.program("zhang"), number, "supplement", {"note": "材料"}).status_code == 200
    clocks = office.program("zhang").get(f"{API}/cases/{number}/explain").json()["items"]
    assert [(one["kind"], one["state"], one["stopped_at"] is None) for one in clocks] == [
        ("state", "draft", False),
        ("state", "in_review", False),
        ("case", None, True),
        ("state", "awaiting_submitter", False),
        ("state", "in_review", True),
    ]
    whole = clocks[2]
    assert [span["why"] for span in whole["spans"]] == ["start", "pause", "resume"]
    paused = [day["date"] for day in whole["days"] if day["why"] == "暂停"]
    assert paused == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert whole["days"][-1]["date"] == "2027-02-16" == whole["due_at"][:10]
    assert whole["days"][-1]["total_minutes"] == 90 * 24 * 60
    assert [span["why"] for span in clocks[0]["spans"]] == ["start"]


def test_a_case_whose_law_has_renamed_a_state_it_went_through_is_still_shown_and_explained(office: Office) -> None:
    number = office.submitted()
    office.go(number, "sign_for")
    renamed = SOURCE.replace("assigned           = {", "appointed          = {").replace('"assigned"', '"appointed"')
    with transaction(office.engine) as db:
        publish(db, parse(renamed, "v2", vocabulary()), at=office.at)
        assert [row[4] for row in migrate_cases(db, "proposal", 2, at=office.at)] == [True]
    clocks = office.program("zhang").get(f"{API}/cases/{number}/explain").json()["items"]
    assert [one["state"] for one in clocks] == ["draft", "in_review", None, "assigned", "handling"]
    for login in ("zhang", "wang"):
        assert "改用另一版办法" in office.browser(login).get(f"/cases/{number}")


def test_behind_each_due_moment_stands_a_page_that_tells_its_days_and_rungs(office: Office) -> None:
    number = office.submitted()
    office.go(number, "sign_for")
    browser = office.browser("wang").client
    case = browser.get(f"/cases/{number}").text
    assert f'href="/cases/{number}/explain#clock-' in case
    page = browser.get(f"/cases/{number}/explain")
    assert page.status_code == 200
    for words in ("办理中", "全案时限", "15 个工作日", "起始日不计", "2026-11-21 周六", "周末", "黄牌", "未到", "原因"):
        assert words in page.text, words
    assert office.browser("zhou").client.get(f"/cases/{number}/explain").status_code == 404


def test_what_has_ended_is_neither_provisional_nor_standing_still(office: Office) -> None:
    number = office.submitted()  # the limit of the whole case reaches into a year that is not arranged yet
    page = office.browser("li").client.get(f"/cases/{number}/explain").text
    assert "暂定，次年放假安排未公布" in page
    office.go(number, "verify")
    waiting = office.browser("zhao").client.get(f"/cases/{number}/explain").text
    assert "暂停计时" in waiting  # until the one who raised it has said what they think
    office.go(number)
    page = office.browser("zhao").client.get(f"/cases/{number}/explain").text
    assert "暂定，次年放假安排未公布" not in page
    assert "暂停计时" not in page
    assert "停止时未在计时" in page
