"""`bihuan calendar` as an administrator types it: look, import, add; what is wrong changes nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from cases import calendars
from cases.record.database import engine, release
from tests.cases.calendar_acts import WEST, YEAR_2027, drafted, of_2027, waiting
from tests.cases.world import World
from tests.commands.test_program import Captured, run

AT = ("--at", "2026-12-30T09:00")
ADMIN = ("--as", "xitong")


@pytest.fixture
def world(peopled_url: str) -> World:
    """Gives the cast in a database of this test's own, once on each engine."""
    return World(peopled_url)


@pytest.fixture
def notice(tmp_path: Path) -> str:
    """Gives a file with the arrangement of 2027."""
    path = tmp_path / "2027.txt"
    path.write_text(YEAR_2027, encoding="gb18030")
    return str(path)


def rows(out: str) -> list[dict[str, object]]:
    found = json.loads(out)
    assert isinstance(found, list)
    return found


def test_an_arrangement_is_looked_at_and_then_imported(capsys: Captured, world: World, notice: str) -> None:
    case = waiting(world)
    words = ("calendar", "import", notice, *ADMIN, *AT, "--database", world.url)
    status, out, err = run(capsys, *words, "--dry-run", "--format", "json")
    state = world.clock(case.number, "state").state
    assert (status, rows(out)) == (
        0,
        [
            {"number": case.number, "clock": "case", "from": "7761600s", "to": "7761600s", "change": "firm"},
            {
                "number": case.number, "clock": state, "from": "2027-01-11T17:30:00+08:00",
                "to": "2027-01-12T17:30:00+08:00", "change": "moved+firm",
            },
        ],
    )  # fmt: skip
    assert "试运行，未写入：改期 1 个时限，转为确定 2 个" in err and "1 limits move, 2 are firm" in err
    assert world.case(case.number).version == 6

    status, out, err = run(capsys, *words)
    assert (status, out) == (0, "")
    assert "日历 cn-office 第 1 版已公布" in err
    assert world.case(case.number).version == 7
    status, _, err = run(capsys, *words)
    assert status == 0 and "未变" in err
    assert run(capsys, "verify", "--database", world.url)[0] == 0
    status, out, _ = run(capsys, "explain", case.number, "--database", world.url)
    assert "放假安排公布" in out and "法定假日" in out


def test_due_counts_with_the_database_that_is_there_and_else_with_what_ships(
    capsys: Captured, world: World, notice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BIHUAN_DATABASE", raising=False)
    assert run(capsys, "calendar", "import", notice, *ADMIN, *AT, "--database", world.url)[0] == 0
    asked = ("due", "2026-12-28", "10wd")
    assert run(capsys, *asked)[1] == "2027-01-11T17:30:00+08:00\n"
    assert run(capsys, *asked, "--database", world.url) == (0, "2027-01-12T17:30:00+08:00\n", "")
    monkeypatch.setenv("BIHUAN_DATABASE", world.url)
    assert run(capsys, *asked) == (0, "2027-01-12T17:30:00+08:00\n", "")
    monkeypatch.setenv("BIHUAN_DATABASE", f"sqlite:///{tmp_path}/none.db")
    status, out, err = run(capsys, *asked)
    assert (status, out) == (0, "2027-01-11T17:30:00+08:00\n")
    assert "按随程序附带的日历计算" in err and "bihuan init" in err
    assert run(capsys, *asked, "--database", f"sqlite:///{tmp_path}/none.db")[0] == 2
    assert not (tmp_path / "none.db").exists()


def test_an_arrangement_comes_through_a_pipe_too(
    capsys: Captured, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(YEAR_2027.encode())))
    assert run(capsys, "calendar", "import", "-", *ADMIN, *AT, "--database", world.url)[0] == 0
    _, out, _ = run(capsys, "calendar", "show", "--year", "2027", "--format", "csv", "--database", world.url)
    assert out.splitlines()[1] == "2027-01-01,Fri,法定假日,statutory day off"
    assert "2027-01-31,Sun,调休补班,make-up working day" in out.splitlines()


def test_a_calendar_of_ones_own_is_added_listed_and_shown(capsys: Captured, world: World, tmp_path: Path) -> None:
    path = tmp_path / "west.toml"
    path.write_text(WEST, encoding="utf-8-sig")
    where = ("--database", world.url)
    assert run(capsys, "calendar", "add", str(path), *ADMIN, *AT, *where)[0] == 0
    status, out, _ = run(capsys, "calendar", "list", "--format", "json", *where)
    assert status == 0
    office, west = rows(out)
    assert (office["name"], office["version"], office["last_year"]) == ("cn-office", 0, 2026)
    assert (west["name"], west["version"], west["timezone"], west["holidays"], west["last_year"]) == (
        "west", 1, "Asia/Urumqi", "cn-office", 2026,
    )  # fmt: skip
    _, out, _ = run(capsys, "calendar", "show", "west", "--format", "json", *where)
    assert rows(out)[-1] == {"year": 2026, "published": True, "off": 33, "work": 6}
    status, out, err = run(capsys, "calendar", "show", "west", "--year", "2027", "--format", "csv", *where)
    assert (status, out) == (0, "date,weekday,zh,en\n") and "2027 年的放假安排尚未公布" in err
    assert run(capsys, "due", "2026-12-28", "1wd", "--calendar", "west", *where)[1] == "2026-12-29T20:00:00+06:00\n"
    assert run(capsys, "due", "2026-12-30", "1wd", "--calendar", str(path), *where)[1] == "2026-12-31T20:00:00+06:00\n"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["import", "{notice}", "--as", "li"], 1, "只有系统管理员"),
        (["import", "{notice}", "--as", "nobody"], 2, "没有登录名"),
        (["import", "{notice}", *ADMIN, "--year", "2028"], 1, "2027 年的安排"),
        (["import", "{notice}", *ADMIN, "--calendar", "mars"], 2, "mars"),
        (["import", "{wrong}", *ADMIN], 1, "wrong.txt 第 3 行：补班日 2027-02-03 是周三"),
        (["import", "{folder}/none.txt", *ADMIN], 2, "none.txt"),
        (["import", "{folder}", *ADMIN], 2, "读不到"),
        (["import", "{large}", *ADMIN], 2, "1 MB"),
        (["import", "{notice}"], 2, "--as"),
        (["add", "{wrong}", *ADMIN], 1, "wrong.txt"),
        (["add", "{folder}/none.toml", *ADMIN], 2, "none.toml"),
        (["add", "{toml}", *ADMIN], 1, "mars"),
        (["show", "mars"], 2, "mars"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_changes_nothing(
    capsys: Captured, world: World, notice: str, tmp_path: Path, words: list[str], status: int, says: str
) -> None:
    wrong, large, toml = tmp_path / "wrong.txt", tmp_path / "large.txt", tmp_path / "own.toml"
    wrong.write_text(YEAR_2027.replace("1月31日（周日）", "2月3日"), encoding="utf-8")
    large.write_bytes(b"x" * 1_100_000)
    toml.write_text(WEST.replace("cn-office", "mars"), encoding="utf-8")
    before = world.everything()
    places = {"notice": notice, "wrong": wrong, "folder": tmp_path, "large": large, "toml": toml}
    left, out, err = run(capsys, "calendar", *[word.format(**places) for word in words], "--database", world.url)
    assert (left, out, err.count("\n")) == (status, "", 1), err
    assert says in err and " / " in err
    assert world.everything() == before


def test_the_doctor_names_the_missing_year_thirty_days_ahead(capsys: Captured, world: World, notice: str) -> None:
    def findings(at: str) -> list[object]:
        _, out, _ = run(capsys, "doctor", "--at", at, "--format", "json", "--database", world.url)
        return [row["zh"] for row in rows(out) if row["kind"] == "calendar"]

    assert findings("2026-12-01T23:59") == []
    assert findings("2026-12-02T00:00") == ["2027 年的放假安排未导入，期限为暂定：bihuan calendar import"]
    assert run(capsys, "calendar", "import", notice, *ADMIN, *AT, "--database", world.url)[0] == 0
    assert findings("2026-12-31T23:59") == []


def test_the_doctor_names_limits_that_a_newer_program_knows_better(
    capsys: Captured, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(world)
    newer = tmp_path / "cn-office.toml"
    newer.write_text(drafted(world, of_2027).source, encoding="utf-8")
    monkeypatch.setattr(calendars, "FOLDER", tmp_path)
    calendars.shipped.cache_clear()
    try:
        where = ("--database", world.url)
        _, out, _ = run(capsys, "doctor", "--at", "2026-12-30", "--format", "json", *where)
        (found,) = [str(row["zh"]) for row in rows(out) if row["kind"] == "calendar"]
        assert found.startswith("1 个暂定时限可转为确定：bihuan calendar add ")
        assert run(capsys, "calendar", "add", str(newer), *ADMIN, *AT, *where)[0] == 0
        _, out, _ = run(capsys, "doctor", "--at", "2026-12-30T09:00", "--format", "json", *where)
        assert [row for row in rows(out) if row["kind"] == "calendar"] == []
        assert run(capsys, "verify", *where)[0] == 0
    finally:
        monkeypatch.undo()
        calendars.shipped.cache_clear()


@pytest.fixture(autouse=True)
def closed(peopled_url: str) -> Iterator[None]:
    """Closes the database's connections after each test."""
    yield
    engine(peopled_url).dispose()
    release(peopled_url)
