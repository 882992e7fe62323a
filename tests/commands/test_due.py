"""`bihuan due` as a user types it: answers on stdout, sentences on stderr, never a traceback."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from commands.due import due

app = typer.Typer()
app.command()(due)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves no database for these tests to find: the calendar that ships counts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BIHUAN_DATABASE", raising=False)


def run(*words: str, rows: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=rows)


@pytest.mark.parametrize(
    ("moment", "limit", "expected"),
    [
        ("2026-11-20T10:00", "3wd", "2026-11-25T17:30:00+08:00"),
        ("2026-11-20", "16wh", "2026-11-24T09:30:00+08:00"),
        ("2026-11-20T02:00:00Z", "1wh", "2026-11-20T11:00:00+08:00"),
        ("2026-11-20 10:00:07", "90m", "2026-11-20T11:30:07+08:00"),
    ],
)
def test_it_prints_the_due_moment_and_nothing_else(moment: str, limit: str, expected: str) -> None:
    result = run(moment, limit)
    assert (result.exit_code, result.stdout, result.stderr) == (0, expected + "\n", "")


def test_it_says_in_one_line_that_a_year_is_not_published() -> None:
    result = run("2026-12-28", "10wd")
    assert (result.exit_code, result.stdout) == (0, "2027-01-11T17:30:00+08:00\n")
    assert "2027 年的放假安排尚未公布" in result.stderr and "2027 is not published yet" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("2026-02-30", "3wd"),
        ("tomorrow", "3wd"),
        ("1850-01-01", "3wd"),
        ("0001-01-01T00:00+14:00", "3d"),
        ("2026-11-20", "0wd"),
        ("2026-11-20", "3 wd"),
        ("2026-11-20", "99999wd"),
        ("2026-11-20", "3wd", "--calendar", "mars"),
        ("2026-11-20", "3wd", "--calendar", "../cn-office"),
        ("2026-11-20", "3wd", "--calendar", "none.toml"),
        ("2026-11-20", "3wd", "--calendar", "x" * 5000),
        ("2026-11-20",),
        (),
        ("2026-11-20", "3wd", "--csv"),
        ("--csv", "--explain"),
    ],
)
def test_a_wrong_call_gets_one_sentence_in_both_languages_and_status_2(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and " / " in result.stderr


def test_a_calendar_file_with_a_mistake_is_something_wrong_and_not_a_wrong_call(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('name = "own"\ntimezone = "America/Chicago"\n[week]\nmon = ["09:00-17:00"]\n', encoding="utf-8")
    assert run("2026-03-05", "1wd", "--calendar", str(path)).stdout == "2026-03-09T17:00:00-05:00\n"
    path.write_text("name = = 1", encoding="utf-8")
    result = run("2026-03-05", "1wd", "--calendar", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "own.toml, line 1" in result.stderr


def test_an_explanation_has_a_row_per_day_in_every_format() -> None:
    table = run("2026-09-30T16:00", "3wd", "--explain").stdout.splitlines()
    assert table[0] == "2026-10-10T17:30:00+08:00"
    assert len(table) == 1 + 1 + 11
    assert "调休补班" in table[-1] and "make-up working day" in table[-1]
    rows = run("2026-09-30T16:00", "3wd", "--explain", "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("date,weekday,counted,") and len(rows) == 1 + 11
    told = json.loads(run("2026-09-30T16:00", "3wd", "--explain", "--format", "json").stdout)
    assert told["due"] == "2026-10-10T17:30:00+08:00" and told["provisional"] is False
    assert [day["counted"] for day in told["days"]] == [False] * 8 + [True] * 3


def test_a_single_answer_comes_as_json_or_csv_too() -> None:
    told = json.loads(run("2026-11-20", "3wd", "--format", "json").stdout)
    assert told["start"] == "2026-11-20T00:00:00+08:00" and "days" not in told
    rows = run("2026-11-20", "3wd", "--format", "csv").stdout
    assert rows == "start,limit,due\n2026-11-20T00:00:00+08:00,3wd,2026-11-25T17:30:00+08:00\n"


def test_rows_of_a_csv_file_are_answered_in_order() -> None:
    result = run("--csv", rows="start,limit\n2026-11-20,3wd\n2026-11-20T10:00:00+08:00,16wh\n")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "start,limit,due\n"
        "2026-11-20,3wd,2026-11-25T17:30:00+08:00\n"
        "2026-11-20T10:00:00+08:00,16wh,2026-11-24T11:00:00+08:00\n"
    )


def test_bad_rows_are_named_and_left_without_an_answer_and_good_ones_answered() -> None:
    rows = (
        b"\xef\xbb\xbfLimit,note,start,calendar\r\n"
        b'3wd,"two\r\nlines",2026-11-20,\r\n'
        b"\r\n"
        b"3wd,,2026-02-30,\r\n"
        b"3 wd,,2026-11-20,\r\n"
        b"3wd,,2026-11-20,mars\r\n"
        b"3wd,,\xff\xfe,\r\n"
        b"3wd,,a\x00b,a\x00b\r\n"
        b"3wd\r\n"
        b"1wd,," + b"9" * 200_000 + b",\r\n"
        b"1wd,,2026-11-20, cn-office \r\n"
    )
    result = run("--csv", rows=rows)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[1] == "2026-11-20,3wd,2026-11-25T17:30:00+08:00"
    assert lines[-1] == "2026-11-20,1wd,2026-11-23T17:30:00+08:00"
    assert len(lines) == 10 and all(line.endswith(",") for line in lines[2:-1])
    told = result.stderr.splitlines()
    assert [line.split("：")[0] for line in told] == [f"第 {number} 行" for number in range(4, 11)]
    assert all(" / row " in line for line in told)


@pytest.mark.parametrize("rows", ["", "a,b\n1,2\n", "start\n2026-11-20\n", "start,start,limit\n", "\n"])
def test_a_file_without_its_header_is_a_wrong_call(rows: str) -> None:
    result = run("--csv", rows=rows)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "start,limit[,calendar]" in result.stderr


def test_an_unknown_calendar_for_all_rows_is_a_wrong_call() -> None:
    assert run("--csv", "--calendar", "mars", rows="start,limit\n").exit_code == 2
