"""An arrangement is read from a notice, a table or JSON, all alike; what cannot be is refused with its line."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.notices import JSON, NOTICE, NOTICES, TABLE
from tests.workflow.offices import OFFICE, UNEVEN
from workflow.arrangement import Arrangement, ArrangementError
from workflow.arrangement_text import decoded, read_arrangement
from workflow.calendar import Calendar, parse_calendar
from workflow.calendar_text import written
from workflow.office_hours import OfficeHours, YearPlan, difference


def days(arrangement: Arrangement) -> tuple[int, frozenset[date], frozenset[date]]:
    return arrangement.year, arrangement.off, arrangement.work


def refusal(text: str, year: int | None = None) -> ArrangementError:
    with pytest.raises(ArrangementError) as caught:
        read_arrangement(text, year=year, where="2027.txt")
    return caught.value


@pytest.mark.parametrize("year", sorted({*range(2007, 2027)} - {2020}))
def test_every_published_year_is_read_and_is_what_the_shipped_calendar_has(shared_data: Path, year: int) -> None:
    text = (shared_data / "holidays" / f"{year}.json").read_text(encoding="utf-8")
    found = read_arrangement(text)
    told = [(date.fromisoformat(day["date"]), day["isOffDay"]) for day in json.loads(text)["days"]]
    assert {(day.date, day.is_off) for day in found.days} == set(told)
    assert found.taken_by(OFFICE.hours).years == OFFICE.hours.years
    lines = text.splitlines()
    assert all(str(day.date) in lines[day.line - 1] for day in found.days)


def test_two_files_are_refused_one_is_empty_and_one_calls_a_monday_a_make_up_day(shared_data: Path) -> None:
    for year, line, words in ((2020, "第 72 行", "2020-02-03 是周一"), (2027, "", "尚未公布")):
        with pytest.raises(ArrangementError) as caught:
            read_arrangement((shared_data / "holidays" / f"{year}.json").read_text(encoding="utf-8"))
        assert line in caught.value.zh and words in caught.value.zh


@pytest.mark.parametrize("year", NOTICES)
def test_a_notice_says_what_the_file_of_its_year_says(shared_data: Path, year: int) -> None:
    text = (shared_data / "holidays" / f"{year}.json").read_text(encoding="utf-8")
    assert days(read_arrangement(NOTICES[year])) == days(read_arrangement(text))
    halved = NOTICES[year].translate(str.maketrans("（）：，", "():,")).replace("日（", "日 （").replace("至", "—")
    assert days(read_arrangement(halved)) == days(read_arrangement(text))


def test_a_notice_that_was_broken_into_lines_or_pasted_as_one_reads_alike() -> None:
    whole = days(read_arrangement(NOTICES[2026]))
    assert days(read_arrangement(NOTICES[2026].replace("（周六）上班", "（周六）\n上班"))) == whole
    assert days(read_arrangement(NOTICES[2026].replace("\n", ""))) == whole
    assert days(read_arrangement(NOTICES[2026].replace("\n", "\r\n"))) == whole
    assert days(read_arrangement(NOTICES[2026].partition("如下。")[2], year=2026)) == whole


def test_a_table_in_an_office_s_own_words_reads_as_the_plain_one() -> None:
    assert days(read_arrangement(TABLE)) == days(read_arrangement(JSON))
    own = (
        "日期\t星期\t节日\t安排\n2027年1月1日\t五\t元旦\t休\n2027/5/1\t六\t劳动节\t放假\n\n"
        "20271001\t\t国庆节\t假\n2027.10.9 0:00:00\t\t\t补班\n"
    )
    assert days(read_arrangement(own)) == days(read_arrangement(TABLE))
    assert days(read_arrangement(own.replace("\t", "，"))) == days(read_arrangement(TABLE))
    asked = TABLE.replace("kind", "isOffDay").replace(",off", ",True").replace(",work", ",false")
    assert days(read_arrangement(asked)) == days(read_arrangement(TABLE))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_is_read_in_the_encodings_that_offices_save_in(encoding: str) -> None:
    assert days(read_arrangement(decoded(NOTICES[2026].encode(encoding)))) == days(read_arrangement(NOTICES[2026]))


def test_a_file_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(ArrangementError, match="编码"):
        decoded(b"\xff\xff\xff")


@pytest.mark.parametrize(
    ("text", "right", "wrong", "line", "word"),
    [
        (TABLE, "2027-10-09", "2027-10-06", 5, "周三"),
        (TABLE, "2027-10-09", "2027-10-32", 5, "2027-10-32"),
        (TABLE, "2027-10-09", "2026-10-10", 5, "2026-10-10"),
        (TABLE, "2027-10-09", "2027-10-01", 5, "2027-10-01"),
        (TABLE, "2027-10-09,国庆节,work", "2027-10-01,国庆节,off", 5, "2027-10-01"),
        (TABLE, "work", "调休", 5, "调休"),
        (TABLE, "国庆节,work", '"国庆节,work', 5, "CSV"),
        (TABLE, "2027-10-01,国庆节,off\n", "", None, "2027-10-01"),
        (TABLE, "date,name,kind", "date,name", 1, "日期,节日,安排"),
        (TABLE, TABLE[15:], "", None, "日期"),
        (JSON, "2027-10-09", "2027-10-06", 21, "周三"),
        (JSON, '"year": 2027', '"year": "2027"', 2, "year"),
        (JSON, '"year": 2027,', "", 1, "year"),
        (JSON, '"year": 2027', '"year": 2026', 6, "2027-01-01"),
        (JSON, '"year": 2027', '"year": 9999', None, "9999"),
        (JSON, "false", '"no"', 21, "isOffDay"),
        (JSON, '"date": "2027-10-09"', '"day": "2027-10-09"', 16, "date"),
        (JSON, '"days"', '"tage"', 1, "days"),
        (JSON, "}\n ]", "}\n", 25, "JSON"),
        (JSON, JSON, "[]", 1, "days"),
        (JSON, JSON, "[" * 90_000, None, "JSON"),
        (NOTICE, "（周六）上班", "（周日）上班", 4, "10月9日"),
        (NOTICE, "10月9日（周六）", "10月6日（周三）", 4, "2027-10-06"),
        (NOTICE, "10月9日（周六）", "2月30日", 4, "2月30日"),
        (NOTICE, "10月9日（周六）", "9日", None, "9日"),
        (NOTICE, "共3天", "共4天", 3, "共4天"),
        (NOTICE, "共7天。", "共7天。10月9日（周六）另行通知。", 4, "另行通知"),
        (NOTICE, "10月9日", "10月5日", 4, "10月5日"),
        (NOTICE, "至7日（周四）", "至1日", 4, "1日"),
        (NOTICE, NOTICE[NOTICE.index("三、") :], "", None, "2027-10-01"),
        (NOTICE, "1月1日（周五）放假，与周末连休。", "另行安排。", 2, "元旦"),
        (NOTICE, "国务院办公厅关于2027年部分节假日安排的通知", "通知", 2, "年"),
        (NOTICE, NOTICE, "放假三天", 1, "元旦：1月1日放假"),
        (NOTICE, NOTICE, " \n", None, "没有内容"),
        (NOTICE, NOTICE, "放" * 100_001, None, "过长"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_file_line_and_word(
    text: str, right: str, wrong: str, line: int | None, word: str
) -> None:
    assert right in text
    error = refusal(text.replace(right, wrong, 1))
    if line:
        assert error.zh.startswith(f"2027.txt 第 {line} 行：") and error.en.startswith(f"2027.txt, line {line}: ")
    assert word in error.zh


def test_a_text_for_another_year_than_the_one_that_is_meant_is_refused() -> None:
    for text in (TABLE, JSON, NOTICE):
        assert "2027" in refusal(text, year=2028).zh
    assert "2027-01-01 不在 2026 年内" in refusal(TABLE, year=2026).zh


def test_without_a_file_s_name_a_message_begins_with_the_line() -> None:
    with pytest.raises(ArrangementError) as caught:
        read_arrangement(TABLE.replace("2027-10-09", "2027-10-06"))
    assert caught.value.zh.startswith("第 5 行：补班日 2027-10-06 是周三")
    assert caught.value.en.startswith("line 5: the make-up day 2027-10-06 is a Wednesday")


def test_a_calendar_that_takes_an_arrangement_has_it_and_changes_nothing_else() -> None:
    hours = read_arrangement(NOTICE).taken_by(OFFICE.hours)
    assert hours.plan(2027).is_published and hours.plan(2027).work == {date(2027, 10, 9)}
    assert {year for year in range(2000, 2040) if hours.plan(year) != OFFICE.hours.plan(year)} == {2027}
    assert difference(OFFICE.hours, hours) == (date(2027, 1, 1), date(2027, 12, 31))
    assert difference(hours, hours) is None


def test_the_december_before_follows_the_year_it_was_arranged_with() -> None:
    first = read_arrangement(NOTICE.replace("1月1日（周五）放假，与周末连休。", "1月1日放假。2026年12月27日上班。"))
    hours = first.taken_by(OFFICE.hours)
    assert date(2026, 12, 27) in hours.plan(2026).work and hours.plan(2026).is_published
    again = read_arrangement(NOTICES[2026]).taken_by(hours)
    assert again.years == hours.years
    mended = read_arrangement(NOTICE).taken_by(hours)
    assert mended.plan(2026) == OFFICE.hours.plan(2026)


def test_a_make_up_day_needs_hours() -> None:
    weekend = parse_calendar(
        'name = "market"\ntimezone = "Asia/Shanghai"\n[week]\nsat = ["09:00-17:00"]', "market.toml"
    )
    with pytest.raises(ArrangementError, match="makeup"):
        read_arrangement(NOTICE).taken_by(weekend.hours)


intervals = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(
    lambda minutes: tuple(zip(*[iter(sorted(minutes)[: len(minutes) // 2 * 2])] * 2, strict=True))
)
plans = st.builds(
    lambda year, published, days: (
        year,
        YearPlan(
            published,
            frozenset(date(year, 1, 1) + timedelta(n) for n in days[::2]),
            frozenset(date(year, 1, 1) + timedelta(n) for n in days[1::2]),
        ),
    ),
    st.integers(1950, 2199),
    st.booleans(),
    st.lists(st.integers(0, 364), max_size=40, unique=True),
)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip),
    st.tuples(*[intervals] * 7).filter(any),
    st.tuples(st.integers(0, 719), st.integers(720, 1440)),
    st.lists(plans, max_size=4).map(dict),
    st.sampled_from([None, "another"]),
)
def test_a_calendar_that_is_written_reads_as_it_was(
    name: str,
    week: tuple[tuple[tuple[int, int], ...], ...],
    makeup: tuple[int, int],
    years: dict[int, YearPlan],
    holidays: str | None,
) -> None:
    hours = OfficeHours(f"{name}.", OFFICE.zone, week, (makeup,), years, holidays)
    assert parse_calendar(written(hours), "written.toml").hours == hours


@pytest.mark.parametrize("calendar", [OFFICE, UNEVEN])
def test_the_known_calendars_are_written_as_they_are(calendar: Calendar) -> None:
    assert parse_calendar(written(calendar.hours), "written.toml").hours == calendar.hours


def test_a_calendar_takes_its_holidays_from_another_unless_it_names_the_year() -> None:
    text = (
        'name = "west"\ntimezone = "Asia/Shanghai"\nholidays = "cn-office"\n[week]\nmon = ["10:00-14:00"]\n'
        "[years.2025]\npublished = true\n"
    )
    west = parse_calendar(text, "west.toml")
    assert not west.is_published(2026)
    followed = west.following(OFFICE)
    assert followed.is_published(2026) and followed.hours.plan(2026) == OFFICE.hours.plan(2026)
    assert followed.hours.plan(2025).off == frozenset()
