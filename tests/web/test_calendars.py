"""The page of the working calendar: an administrator pastes an arrangement, sees what moves, and publishes it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import select

from cases.record.calendar import CalendarVersion
from cases.record.clock import Clock
from cases.record.database import reading
from cases.sweep import sweep
from tests.cases.calendar_acts import YEAR_2027
from tests.web.visitors import Browser, Office

PATH = "/admin/calendar"


def waiting(office: Office) -> str:
    """Begin a case that waits ten working days from 28 December for its submitter's word."""
    office.at = datetime(2026, 12, 27, 23, 30, tzinfo=UTC)
    number = office.submitted()
    office.go(number, until="verify")
    return number


def dues(office: Office) -> set[str]:
    with reading(office.engine) as db:
        found = db.exec(select(Clock.due_at).where(Clock.limit == "10wd")).all()
    return {f"{due_at:%m-%d}" for due_at in found if due_at}


def previewed(admin: Browser, text: str = YEAR_2027, **more: str) -> int:
    admin.get(PATH)
    return admin.send(PATH, text=text, **more).status_code


def test_an_arrangement_is_pasted_looked_at_and_published_and_the_sweep_moves_the_limits(office: Office) -> None:
    number = waiting(office)
    admin = office.browser("xitong")
    admin.get("/admin")
    assert f'href="{PATH}"' in admin.page.text
    admin.get(PATH)
    assert "2027 年的放假安排尚未导入" in admin.words
    assert "2月15日–23日" in admin.words and "补班 1月4日（周日）、2月14日（周六）" in admin.words

    assert previewed(admin) == 200
    assert "1 个时限改期，2 个暂定时限转为确定" in admin.words
    assert f"{number} 待评价 原 2027-01-11 17:30 2027-01-12 17:30 转为确定" in admin.words
    assert "春节 2月5日–11日 补班 1月31日（周日）、2月20日（周六）" in admin.words
    assert dues(office) == {"01-11"}

    assert admin.send(f"{PATH}/publish").status_code == 303
    assert "受影响的时限正在更新" in admin.words
    assert "第 1 版 导入 2027 年" in admin.words and "系统员" in admin.words
    assert dues(office) == {"01-11"}
    list(sweep(office.engine, office.at))
    assert dues(office) == {"01-12"}
    assert "正在更新" not in admin.get(PATH) and "尚未导入" not in admin.page.text
    assert "放假安排公布，时限随之调整" in office.browser("zhao").get(f"/cases/{number}")


def test_what_is_wrong_is_told_with_its_line_and_what_was_pasted_is_kept(office: Office) -> None:
    admin = office.browser("xitong")
    wrong = YEAR_2027.replace("1月31日（周日）", "2月3日")
    assert previewed(admin, wrong) == 422
    assert "第 3 行：补班日 2027-02-03 是周三" in admin.words
    assert "2月3日、2月20日（周六）上班" in admin.page.text
    for text, year, says in (
        ("", "", "没有内容"), (YEAR_2027, "2028", "2027 年的安排，不是 2028 年的"), (YEAR_2027, "明年", "不是年份"),
        (YEAR_2027 + "\0", "", "不能保存"),
    ):  # fmt: skip
        assert previewed(admin, text, year=year) == 422, text
        assert says in admin.words
    with reading(office.engine) as db:
        assert not db.exec(select(CalendarVersion)).all()


def test_a_file_is_read_in_its_own_encoding(office: Office) -> None:
    admin = office.browser("xitong")
    admin.get(PATH)
    answer = admin.send(PATH, file=("2027.txt", YEAR_2027.encode("gb18030"), "text/plain"))
    assert answer.status_code == 200
    assert "劳动节 5月1日–3日" in admin.words
    assert admin.send(f"{PATH}/publish").status_code == 303
    assert previewed(admin) == 422
    assert "2027 年的安排已是如此" in admin.words


def test_of_two_administrators_the_second_looks_again(office: Office) -> None:
    first, second = office.browser("xitong"), office.browser("xitong")
    for admin in (first, second):
        assert previewed(admin) == 200
    assert first.send(f"{PATH}/publish").status_code == 303
    assert second.send(f"{PATH}/publish").status_code == 409
    assert "重新预览" in second.words


def test_nobody_else_sees_or_publishes_anything(office: Office) -> None:
    admin = office.browser("xitong")
    previewed(admin)
    fields = {"text": YEAR_2027, "_seen": "0", "name": "cn-office"}
    for login in ("li", "anquan", "shenji", "sun"):
        other = office.browser(login)
        assert other.client.get(PATH).status_code == 403
        other.get("/")
        token = other.page.text.partition('name="_form_token" value="')[2].partition('"')[0]
        for path in (PATH, f"{PATH}/publish"):
            assert other.client.post(path, data=fields | {"_form_token": token}).status_code == 403
    assert admin.client.post(f"{PATH}/publish", data=fields).status_code == 403  # without the form's token
    assert office.client().get(PATH).status_code == 303


def test_the_page_is_complete_in_english(office: Office) -> None:
    waiting(office)
    admin = office.browser("xitong")
    admin.client.get(f"/language/en?next={PATH}")
    assert previewed(admin) == 200
    assert "1 limits move, 2 provisional ones become firm" in admin.words
    assert "make-up Sun Jan 31, Sat Feb 20" in admin.words
    previewed(admin, YEAR_2027.replace("1月31日（周日）", "2月3日"))
    assert "line 3: the make-up day 2027-02-03 is a Wednesday" in admin.words
