"""What a page says in words is what a person expects to read: counts, days, labels, numbers however they are typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cases.act import act
from cases.calendars import shipped
from cases.indexing import index_new
from cases.raising import Draft, raise_case
from cases.record.database import transaction
from tests.web.test_acting import confirmed
from tests.web.test_hands import does
from tests.web.test_voices import worker
from tests.web.visitors import API, Office, person, taken
from web import moments


def gathering(office: Office) -> str:
    with transaction(office.engine) as db:
        by = person(db, "zhang")
        case = raise_case(db, Draft("proposal", "C", "建驿站", "午间无处休息"), by=by, at=office.at)
        act(db, case, "seek_endorsement", by=by, at=office.at)
        return str(case.number)


def test_whoever_endorses_reads_that_they_did_also_where_their_voice_was_the_last_one_needed(
    sqlite_office: Office,
) -> None:
    number = gathering(sqlite_office)
    taken(sqlite_office.program("qian"), number, "endorse")
    last = sqlite_office.browser(worker(sqlite_office, "sun1"))
    last.client.cookies.set("bihuan_language", "en")
    last.get(f"/cases/{number}")
    assert "Endorsed by 1 person" in last.words
    assert "2 people: it goes on by itself to “In review”" in last.words
    last.client.cookies.set("bihuan_language", "zh")
    last.get(f"/cases/{number}")
    assert "满 2 人：自动转入「待审议」" in last.words
    last.send(f"/cases/{number}/endorse")
    assert confirmed(last)[0].startswith("「附议」已记录。 案件现为 待审议")
    assert "附议人 附议" in last.words and "可附议的人" not in last.words


def test_a_minute_after_the_start_of_ninety_days_ninety_are_left() -> None:
    at, office = datetime(2026, 11, 16, 1, tzinfo=UTC), shipped()
    due = at + timedelta(days=90)
    assert moments.left(due, at + timedelta(minutes=1), office, False, "zh") == "还剩 90 天"
    assert moments.left(due, at + timedelta(hours=2), office, False, "en") == "89 days left"


def test_a_shift_of_minutes_is_no_other_limit(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    for login, action, fields in (
        ("li", "ask_submitter", {"reason": "缺材料"}),
        ("zhang", "supplement", {"note": "有"}),
    ):
        sqlite_office.later(minutes=2)
        does(sqlite_office, login, number, action, fields)
    li = sqlite_office.browser("li")
    li.get(f"/cases/{number}")
    assert "原定" not in li.words


def test_a_promise_for_a_sunday_says_on_which_day_it_ends(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    sqlite_office.go(number, until="sign_for")
    answer = {"answer": "已设一处", "promise": "再设一处", "promised_on": "2026-12-20"}
    does(sqlite_office, "wang", number, "report", answer)
    zhang = sqlite_office.browser("zhang")
    zhang.get(f"/cases/{number}")
    assert "2026-12-20 · 当日不办公，时限至下一个工作日 2026-12-21" in zhang.words


def test_a_number_may_be_typed_in_small_letters_or_a_case_be_chosen(sqlite_office: Office) -> None:
    first, second = sqlite_office.submitted(), sqlite_office.submitted("qian")
    index_new(sqlite_office.engine, sqlite_office.at)
    li = sqlite_office.browser("li")
    li.get(f"/cases/{first.lower()}")
    assert first in li.words
    assert sqlite_office.program("li").get(f"{API}/cases/{first.lower()}").status_code == 200
    form = li.page.text.partition(f'action="/cases/{first}/merge"')[2].partition("</form>")[0]
    assert 'name="into.chosen"' in form and f'<option value="{second}"' in form
    linked = {"link_kind": "related", "other": second.lower()}
    assert taken(sqlite_office.program("li"), first, "link", linked).status_code in (200, 422)
    li.get(f"/cases/{first}")
    assert li.send(f"/cases/{first}/merge", **{"into.chosen": second}).status_code == 303
    assert "已并案" in li.words


def test_there_is_no_card_of_files_for_whoever_may_not_add_any_to_none(sqlite_office: Office) -> None:
    number = gathering(sqlite_office)
    qian = sqlite_office.browser("qian")
    assert "<h2>附件</h2>" not in qian.get(f"/cases/{number}")
    assert "<h2>附件</h2>" in sqlite_office.browser("zhang").get(f"/cases/{number}")


def test_a_department_that_got_its_part_again_stands_there_once_and_earlier_ones_are_folded(
    sqlite_office: Office,
) -> None:
    number = sqlite_office.submitted()
    accepted = {"category": "劳动保护", "tier": "A", "lead": "D", "support": ["A"]}
    for login, action, fields in (
        ("li", "accept", accepted), ("wang", "sign_for", {}), ("zhao", "waive_part", {"part": "A", "reason": "不需要"}),
        ("zhao", "add_support", {"support": ["A"], "reason": "仍需"}),
    ):  # fmt: skip
        does(sqlite_office, login, number, action, fields)
    page = sqlite_office.browser("wang").get(f"/cases/{number}")
    now, _, earlier = page.partition('class="card about hands"')[2].partition("</section>")[0].partition("<details>")
    named = "协办</span> 人社局"
    assert (now.count(named), earlier.count(named)) == (1, 1)
    assert "以前的交办（1 项）" in earlier and "已免除" in earlier


def test_a_recalled_draft_is_corrected_in_a_form_that_holds_what_was_written(sqlite_office: Office) -> None:
    number = sqlite_office.submitted()
    zhang = sqlite_office.browser("zhang")
    zhang.get(f"/cases/{number}")
    zhang.send(f"/cases/{number}/recall")
    form = zhang.page.text.partition(f'action="/cases/{number}/revise"')[2].partition("</form>")[0]
    assert 'value="希望在开发区建骑手驿站"' in form and "冬天尤其冷。</textarea>" in form
    zhang.send(f"/cases/{number}/revise", title="建驿站两处", text="一处在东门。")
    assert "<h1>建驿站两处</h1>" in zhang.page.text
    assert "修改 标题 建驿站两处 内容 一处在东门。" in zhang.words and "冬天尤其冷。" in zhang.words
