"""A row that stays out is named with its number, its column and why; what can be made good of a row is."""

from pathlib import Path

import pytest

from tests.spreadsheets.records import (
    MAPPING,
    assert_the_record_holds,
    cases_of,
    publish_laws,
    run,
    written,
)

HEADER = ["id", "title", "text", "opened", "closed"]
NEW_YORK = MAPPING.replace("Asia/Shanghai", "America/New_York")


@pytest.fixture
def url(database_url: str) -> str:
    publish_laws(database_url)
    return database_url


@pytest.fixture
def light_url(migrated_sqlite_url: str) -> str:
    """Gives one database, for what has nothing to do with the engine."""
    publish_laws(migrated_sqlite_url)
    return migrated_sqlite_url


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["1", "事", "", "2024/3/2", "2024/3/1"], "closed", "早于提交"),
        (["1", "事", "", "2024/3/2 10:00:00", "2024/3/2 9:00:00"], "closed", "早于提交"),
        (["1", "事", "", "", "2024/3/1"], "opened", "没有提交时间"),
        (["1", "事", "", "昨天", ""], "opened", "格式"),
        (["1", "事", "", "2026/2/30", ""], "opened", "不存在"),
        (["1", "事", "", "2024/3/1 25:00:00", ""], "opened", "不存在"),
        (["1", "事", "", "0001/3/1", ""], "opened", "不存在"),
        (["1", "事", "", "2026/11/21", ""], "opened", "晚于导入"),
        (["1", "事", "", "2024/3/1", "2026/11/21"], "closed", "晚于导入"),
        (["1", " \u3000", "\xa0", "2024/3/1", ""], "title", "没有标题"),
        (["1", "事", "长" * 20_001, "2024/3/1", ""], "text", "20000"),
        (["1", "a\0b", "", "2024/3/1", ""], "title", "控制字符"),
        (["1" * 201, "事", "", "2024/3/1", ""], "id", "200"),
        (["1", "事", "", "2024/3/1", "", "多一格"], "", "6 格"),
        (HEADER, "id", "重复了表头"),
    ],
)
def test_a_bad_row_is_named_and_the_good_one_goes_in(
    light_url: str, tmp_path: Path, row: list[str], column: str, reason: str
) -> None:
    good = ["2", "好", "", "2024/3/1", ""]
    outcome, bad = run(light_url, written(tmp_path / "a.csv", [HEADER, row, good]))
    assert (outcome.imported, outcome.bad) == (1, 1)
    assert (bad[0].number, bad[0].column) == (2, column) and reason in bad[0].zh and bad[0].en
    assert list(bad[0].cells)[:5] == row[:5]


def test_a_row_without_a_title_gets_one_from_its_text_and_one_without_either_stays_out(
    url: str, tmp_path: Path
) -> None:
    nothing = [" \u3000", "\ufeff \ufeff", "\u200b", "\t\xa0\n"]
    rows = [["1", blank, f"\u3000拖欠工资\n三个月 {number}", "2024/3/1", ""] for number, blank in enumerate(nothing)]
    rows = [[str(number), *row[1:]] for number, row in enumerate(rows)]
    rows += [[f"x{number}", blank, blank, "2024/3/1", ""] for number, blank in enumerate(nothing)]
    outcome, bad = run(url, written(tmp_path / "a.csv", [HEADER, *rows]))
    assert (outcome.imported, outcome.bad) == (4, 4)
    assert [case.title for case in cases_of(url)] == [f"拖欠工资 三个月 {number}" for number in range(4)]
    assert {(row.column, row.zh, row.en) for row in bad} == {("title", "没有标题和内容", "neither title nor text")}
    assert [row.number for row in bad] == [6, 7, 8, 9]
    assert_the_record_holds(url)


def test_a_moment_that_keeps_a_row_out_is_told_in_the_office_s_time(light_url: str, tmp_path: Path) -> None:
    rows = [["1", "a", "", "2026/11/21 9:00:00", ""], ["2", "b", "", "2024/3/1 9:00:00", "2024/3/1 8:30:00"]]
    _, bad = run(light_url, written(tmp_path / "a.csv", [HEADER, *rows]))
    assert [row.value for row in bad] == ["2026-11-21T09:00:00+08:00", "2024-03-01T08:30:00+08:00"]
    _, bad = run(light_url, written(tmp_path / "a.csv", [HEADER, rows[1]]), NEW_YORK)
    assert [row.value for row in bad] == ["2024-03-01T21:30:00+08:00"]
