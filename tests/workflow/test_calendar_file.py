"""Calendar files: what is right is read as written, what is wrong is named with file, line and word."""

from pathlib import Path

import pytest

from tests.workflow.offices import due
from workflow.calendar import CalendarError, load_calendar, parse_calendar

GOOD = """name = "office"
timezone = "Asia/Shanghai"
[week]
mon = ["08:30-12:00", "13:30-17:30"]
[years.2026]
published = true
off = ["2026-01-01"]
work = ["2026-01-04"]
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line", "word"),
    [
        ('name = "office"', 'nmae = "office"', 1, "nmae"),
        ('name = "office"', "", None, "name"),
        ('"Asia/Shanghai"', '"Asia/Peking"', 2, "Asia/Peking"),
        ('"Asia/Shanghai"', '"../../etc"', 2, "../../etc"),
        ('"Asia/Shanghai"', '"Asia"', 2, "Asia"),
        ("mon =", "monday =", 4, "monday"),
        ("08:30-12:00", "8:30-12:00", 4, "8:30-12:00"),
        ("08:30-12:00", "08:30-12:60", 4, "12:60"),
        ("13:30-17:30", "13:30-24:30", 4, "24:30"),
        ("08:30-12:00", "12:00-08:30", 4, "12:00-08:30"),
        ("08:30-12:00", "08:30-14:00", 4, "13:30-17:30"),
        ('["08:30-12:00", "13:30-17:30"]', "[830]", 4, "830"),
        ('["08:30-12:00", "13:30-17:30"]', '"08:30-12:00"', 4, "mon"),
        ('["08:30-12:00", "13:30-17:30"]', "[]", 3, "[week]"),
        ('mon = ["08:30-12:00", "13:30-17:30"]', 'tue = ["08:30-12:00"]', None, "makeup"),
        ("[years.2026]", "[years.26]", 5, "26"),
        ("published = true", 'published = "yes"', 6, "published"),
        ("published = true", "publish = true", 6, "publish"),
        ('"2026-01-01"', '"2026-02-30"', 7, "2026-02-30"),
        ('["2026-01-01"]', "[2026-02-30]", 7, "TOML"),
        ('"2026-01-01"', '"2025-01-01"', 7, "2025-01-01"),
        ('"2026-01-01"', '"2026-01-01", "2026-01-01"', 7, "2026-01-01"),
        ('"2026-01-04"', '"2026-01-01"', 8, "2026-01-01"),
        ('"2026-01-04"', '"new year"', 8, "new year"),
        ("published = true", "published = true\npublished = true", 7, "TOML"),
        ('name = "office"', 'name = "office', 1, "TOML"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_file_line_and_word(
    right: str, wrong: str, line: int | None, word: str
) -> None:
    assert right in GOOD
    with pytest.raises(CalendarError) as caught:
        parse_calendar(GOOD.replace(right, wrong, 1), "office.toml")
    error = caught.value
    assert error.en.startswith(f"office.toml, line {line}: " if line else "office.toml: "), error
    assert error.zh.startswith(f"office.toml 第 {line} 行：" if line else "office.toml："), error
    assert word in error.en and word in error.zh


def test_bare_dates_and_free_days_are_read_as_written() -> None:
    calendar = parse_calendar(GOOD.replace('"2026-01-01"', "2026-01-01"), "office.toml")
    assert calendar.name == "office"
    assert due("2026-01-01T09:00", "1wd", calendar) == "2026-01-04T17:30+08:00"
    assert due("2026-01-04T09:00", "2wd", calendar) == "2026-01-12T17:30+08:00"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "\xff"')
    for path in (latin, tmp_path, tmp_path / "none.toml"):
        with pytest.raises(CalendarError):
            load_calendar(path)
