"""The tree of units and the people in it come in whole, in any order, and a second time without a trace."""

import csv
from pathlib import Path

import pytest
from sqlmodel import col, select

from cases.record.database import engine, reading
from cases.record.people import Duty, Unit, User, ancestors
from cases.spreadsheets.faults import BadFile, BadRow
from cases.spreadsheets.outcome import Outcome
from cases.spreadsheets.people import import_users
from cases.spreadsheets.units import import_units
from tests.spreadsheets.records import AT, MAPPING, assert_the_record_holds, publish_laws, run, written

UNITS = ["code", "name", "kind", "parent"]
USERS = ["login", "name", "duties", "email", "phone"]


def bring_units(url: str, path: Path, rows: list[list[str]]) -> tuple[Outcome, list[BadRow]]:
    bad: list[BadRow] = []
    return import_units(engine(url), written(path / "units.csv", rows), at=AT, on_bad=bad.append), bad


def bring_users(url: str, path: Path, rows: list[list[str]]) -> tuple[Outcome, list[BadRow]]:
    bad: list[BadRow] = []
    return import_users(engine(url), written(path / "users.csv", rows), at=AT, on_bad=bad.append), bad


def tree(url: str) -> dict[str, str]:
    """Returns each unit's line of codes from the root."""
    with reading(engine(url)) as db:
        units = {unit.id: unit for unit in db.exec(select(Unit))}
    for unit in units.values():
        above = ancestors(unit.path)
        assert above[0] == unit.id and (above[1] if len(above) > 1 else None) == unit.parent_id
    return {
        unit.code: "/".join(units[number].code for number in reversed(ancestors(unit.path))) for unit in units.values()
    }


def test_parents_may_come_after_their_children(database_url: str, tmp_path: Path) -> None:
    rows = [UNITS, ["c", "C", "department", "b"], ["a", "A", "union", ""], ["b", "B", "union", "a"]]
    outcome, bad = bring_units(database_url, tmp_path, rows)
    assert (outcome.imported, bad) == (3, [])
    assert tree(database_url) == {"a": "a", "b": "a/b", "c": "a/b/c"}
    again, _ = bring_units(database_url, tmp_path, rows)
    assert (again.imported, again.changed, again.known) == (0, 0, 3)
    assert_the_record_holds(database_url)


def test_bad_rows_of_units_are_named_and_the_rest_goes_in(migrated_sqlite_url: str, tmp_path: Path) -> None:
    rows = [
        [*UNITS, "calendar"],
        ["a", "A", "union", "", "cn-office"],
        ["a", "B", "union", "", ""],
        ["x", "X", "union", "y", ""],
        ["y", "Y", "union", "x", ""],
        ["z", "Z", "union", "x", ""],
        ["o", "O", "union", "nobody", ""],
        ["k", "K", "castle", "a", ""],
        ["n", "", "union", "a", ""],
        ["c", "C", "union", "a", "mars"],
        ["d", "D", "department", "a", ""],
    ]
    outcome, bad = bring_units(migrated_sqlite_url, tmp_path, rows)
    assert (outcome.imported, outcome.bad) == (2, 8)
    assert [(row.number, row.column) for row in bad] == [
        (3, "code"), (4, "parent"), (5, "parent"), (6, "parent"), (7, "parent"), (8, "kind"), (9, "name"),
        (10, "calendar"),
    ]  # fmt: skip
    assert "循环" in bad[1].zh and "循环" in bad[2].zh


def test_a_unit_moves_with_all_below_it_until_one_of_them_has_a_case(database_url: str, tmp_path: Path) -> None:
    publish_laws(database_url)
    rows = [UNITS, *([code, code, "union", parent] for code, parent in (("a", ""), ("b", ""), ("c", "a"), ("d", "c")))]
    bring_units(database_url, tmp_path, rows)
    outcome, _ = bring_units(database_url, tmp_path, [UNITS, ["c", "新名", "union", "b"], ["e", "e", "union", "d"]])
    assert (outcome.imported, outcome.changed) == (1, 1)
    assert tree(database_url) == {"a": "a", "b": "b", "c": "b/c", "d": "b/c/d", "e": "b/c/d/e"}
    outcome, bad = bring_units(database_url, tmp_path, [UNITS, ["b", "b", "union", "e"]])
    assert outcome.bad == 1 and "循环" in bad[0].zh
    path = written(tmp_path / "a.csv", [["id", "title", "text", "opened", "closed"], ["1", "事", "", "2024/3/1", ""]])
    run(database_url, path, MAPPING.replace('unit = "U"', 'unit = "d"'))
    outcome, bad = bring_units(database_url, tmp_path, [UNITS, ["c", "c", "union", "a"]])
    assert outcome.bad == 1 and "已有案件" in bad[0].zh
    assert tree(database_url)["d"] == "b/c/d"


def test_a_file_without_its_columns_is_refused(migrated_sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="parent"):
        bring_units(migrated_sqlite_url, tmp_path, [["code", "name", "kind"], ["a", "A", "union"]])


def test_forty_four_thousand_units_come_in_seconds(database_url: str, shared_data: Path, tmp_path: Path) -> None:
    rows = [UNITS]
    above = {"provinces": None, "cities": "provinceCode", "areas": "cityCode", "streets": "areaCode"}
    for name, parent in reversed(above.items()):
        with (shared_data / "divisions" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows += [[row["code"], row["name"], "union", row[parent] if parent else ""] for row in csv.DictReader(file)]
    outcome, bad = bring_units(database_url, tmp_path, rows)
    assert outcome.imported + len(bad) == len(rows) - 1 and outcome.imported > 44_000
    again, _ = bring_units(database_url, tmp_path, rows)
    assert (again.imported, again.changed) == (0, 0)


def test_people_come_with_their_duties_and_a_second_time_only_with_what_is_new(
    database_url: str, tmp_path: Path
) -> None:
    bring_units(database_url, tmp_path, [UNITS, ["a", "A", "union", ""], ["b", "B", "department", "a"]])
    rows = [USERS, ["han", "韩", "handler@b; head@b；worker@a", "han@example.org", ""], ["wu", "吴", "", "", "1"]]
    outcome, bad = bring_users(database_url, tmp_path, rows)
    assert (outcome.imported, bad) == (2, [])
    again, _ = bring_users(database_url, tmp_path, rows)
    assert (again.imported, again.changed, again.known) == (0, 0, 2)
    changed, _ = bring_users(database_url, tmp_path, [USERS[:3], ["han", "韩大", "leader@a"], ["wu", "吴", ""]])
    assert (changed.changed, changed.known) == (1, 1)
    with reading(engine(database_url)) as db:
        han = db.exec(select(User).where(User.login == "han")).one()
        duties = db.exec(select(Duty.role).where(Duty.user_id == han.id).order_by(col(Duty.id))).all()
    assert (han.name, han.email, han.password_hash) == ("韩大", "han@example.org", None)
    assert sorted(duties) == ["handler", "head", "leader", "worker"]
    assert_the_record_holds(database_url)


def test_bad_rows_of_people_are_named(migrated_sqlite_url: str, tmp_path: Path) -> None:
    bring_units(migrated_sqlite_url, tmp_path, [UNITS, ["a", "A", "union", ""]])
    good = ["sys", "系", "system_admin@a", "", ""]
    rows = [
        USERS,
        good,
        ["sys", "系二", "", "", ""],
        ["two words", "甲", "", "", ""],
        ["a", "", "", "", ""],
        ["b", "乙", "king@a", "", ""],
        ["c", "丙", "head@nowhere", "", ""],
        ["d", "丁", "head", "", ""],
        ["e", "戊", "system_admin@a;audit_admin@a", "", ""],
        ["f", "己", "", "no address", ""],
    ]
    outcome, bad = bring_users(migrated_sqlite_url, tmp_path, rows)
    assert (outcome.imported, [row.number for row in bad]) == (1, [3, 4, 5, 6, 7, 8, 9, 10])
    outcome, bad = bring_users(migrated_sqlite_url, tmp_path, [USERS, ["sys", "系", "security_admin@a", "", ""]])
    assert outcome.bad == 1 and "兼任" in bad[0].zh
