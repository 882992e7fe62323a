"""Rows become history: good ones with every moment of theirs, bad ones named, and none of them twice."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import col, select

from cases.errors import NotFound
from cases.record.case import Assignment, Case
from cases.record.clock import Clock
from cases.record.database import engine, reading, transaction
from cases.record.event import Event
from cases.record.people import Unit
from cases.spreadsheets.mapping import MappingError
from tests.spreadsheets.records import (
    AT,
    MAPPING,
    assert_the_record_holds,
    cases_of,
    publish_laws,
    run,
    texts_of,
    written,
)
from workflow.errors import Refusal

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


def clocks_of(url: str) -> list[Clock]:
    with reading(engine(url)) as db:
        return list(db.exec(select(Clock).order_by(col(Clock.id))))


def test_a_row_becomes_a_case_with_its_own_moments(url: str, tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        'closed_at = "closed"',
        'closed_at = "closed"\nanswer = "answer"\nanswered_at = "answered"\nrating = "rating"\ndepartment = "to"\n'
        'due_at = "due"\nsubmitter = "who"\ntier = "tier"',
    )
    header = [*HEADER, "answer", "answered", "rating", "to", "due", "who", "tier"]
    row = ["7", " 标题\u3000", "\n\t\t一\n二\xa0", "2024/3/1 9:00:00", "2024/3/9", "好", "2024/3/8 1:02:03"]
    row += ["满意", "甲；乙、丙", "2024/3/5", "张三", "B"]
    outcome, bad = run(url, written(tmp_path / "a.csv", [header, row]), mapping)
    assert (outcome.imported, bad) == (1, [])
    (case,) = cases_of(url)
    assert (case.title, case.external_id, case.source, case.tier) == ("标题", "7", "test", "B")
    assert (case.rating, case.identity, case.submitter_id, case.version) == ("satisfied", "confidential", None, 3)
    assert case.submitted_at == datetime(2024, 3, 1, 1, tzinfo=UTC)
    assert case.answered_at == datetime(2024, 3, 7, 17, 2, 3, tzinfo=UTC)
    assert case.closed_at == case.entered_at == datetime(2024, 3, 8, 16, tzinfo=UTC)
    # The limit is the fifth of March; it has passed when that day has.
    assert case.first_due_at == datetime(2024, 3, 5, 16, tzinfo=UTC) and case.due_at is None
    assert texts_of(url) == [(1, "title", "标题"), (1, "text", "一\n二"), (2, "answer", "好")]
    (clock,) = clocks_of(url)
    assert (clock.kind, clock.limit, clock.started_at) == ("case", None, case.submitted_at)
    assert (clock.due_at, clock.stopped_at) == (case.first_due_at, case.closed_at)
    with reading(engine(url)) as db:
        events = db.exec(select(Event).where(Event.case_id == case.id).order_by(col(Event.version))).all()
        parts = db.exec(select(Assignment).order_by(col(Assignment.id))).all()
        names = {unit.id: unit.name for unit in db.exec(select(Unit))}
    assert [(e.action, e.role, e.recorded_at) for e in events] == [
        (f"history_{verb}", "history", AT) for verb in ("submit", "answer", "close")
    ]
    assert not any("张三" in event.data or "标题" in event.data for event in events)
    assert [(names[p.unit_id], p.kind, p.ended_at) for p in parts] == [
        ("甲", "lead", case.closed_at), ("乙", "support", case.closed_at), ("丙", "support", case.closed_at)
    ]  # fmt: skip
    assert_the_record_holds(url)


def test_the_same_file_twice_imports_nothing_twice(url: str, tmp_path: Path) -> None:
    rows = [HEADER, *([str(n), f"事 {n}", "", "2024/3/1", ""] for n in range(2_500))]
    assert run(url, written(tmp_path / "a.csv", rows))[0].imported == 2_500
    rows[5:5] = [["new", "新", "", "2024/3/1", ""]]
    again, _ = run(url, written(tmp_path / "a.csv", rows))
    assert (again.imported, again.known) == (1, 2_500)
    assert_the_record_holds(url)


def test_rows_without_an_id_are_known_again_by_what_they_say_and_how_often(url: str, tmp_path: Path) -> None:
    mapping = MAPPING.replace('external_id = "id"\n', "")
    rows = [HEADER, *[["", "同样", "", "2024/3/1", ""]] * 3]
    assert run(url, written(tmp_path / "a.csv", rows), mapping)[0].imported == 3
    again, _ = run(url, written(tmp_path / "a.csv", [*rows, rows[1]]), mapping)
    assert (again.imported, again.known) == (1, 3)


def test_the_same_rows_as_csv_and_as_excel_are_the_same_rows(url: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, [2549, "事", None, date(2024, 3, 1), datetime(2024, 3, 2, 9, 32, 9)]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert run(url, tmp_path / "a.xlsx")[0].imported == 1
    rows = [HEADER, ["2549", "事", "", "2024/3/1", "2024/3/2 9:32:09"]]
    assert run(url, written(tmp_path / "a.csv", rows))[0].known == 1


def test_an_import_that_was_cut_short_goes_on_where_it_stopped(url: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [HEADER, *([str(n), "事", "", "2024/3/1", ""] for n in range(4_500))])
    with pytest.raises(KeyboardInterrupt):
        run(url, path, on_batch=_interrupt)
    assert len(cases_of(url)) == 2_000
    rest, _ = run(url, path)
    assert (rest.imported, rest.known) == (2_500, 2_000)
    assert_the_record_holds(url)


def _interrupt(outcome: object) -> None:
    raise KeyboardInterrupt


def test_a_dry_run_says_the_same_and_writes_nothing(url: str, tmp_path: Path) -> None:
    rows = [HEADER, ["1", "事", "", "2024/3/1", ""], ["1", "事", "", "2024/3/1", ""], ["2", "事", "", "", ""]]
    path = written(tmp_path / "a.csv", rows)
    dry, bad = run(url, path, is_dry=True)
    assert cases_of(url) == []
    assert (dry, bad) == run(url, path)
    with reading(engine(url)) as db:
        assert [unit.code for unit in db.exec(select(Unit))] == ["U"]


def test_one_id_with_two_stories_stays_out_and_a_repeated_row_is_counted(light_url: str, tmp_path: Path) -> None:
    rows = [HEADER, *(["1", title, "", "2024/3/1", ""] for title in ("事", "事", "别的事"))]
    outcome, bad = run(light_url, written(tmp_path / "a.csv", rows))
    assert (outcome.imported, outcome.repeated, outcome.bad, bad[0].number) == (1, 1, 1, 4)
    outcome, bad = run(light_url, written(tmp_path / "b.csv", [HEADER, rows[3]]))
    assert outcome.bad == 1 and "历史不会被改写" in bad[0].zh


def test_an_hour_that_spring_leaves_out_is_a_bad_row_and_one_that_autumn_repeats_is_not(
    light_url: str, tmp_path: Path
) -> None:
    rows = [HEADER, ["1", "a", "", "2015/3/8 2:30:00", ""], ["2", "b", "", "2015/11/1 1:30:00", ""]]
    outcome, bad = run(light_url, written(tmp_path / "a.csv", rows), NEW_YORK)
    assert (outcome.imported, [row.number for row in bad]) == (1, [2]) and "不存在" in bad[0].zh
    assert cases_of(light_url)[0].submitted_at == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)


def test_an_end_on_the_day_of_the_submission_is_not_before_it(light_url: str, tmp_path: Path) -> None:
    rows = [HEADER, ["1", "a", "", "2024/3/1 9:00:00", "2024/3/1"], ["2", "b", "", "2024/3/1", "2024/3/1"]]
    outcome, _ = run(light_url, written(tmp_path / "a.csv", rows))
    assert outcome.imported == 2
    assert all(case.closed_at == case.submitted_at for case in cases_of(light_url))
    assert_the_record_holds(light_url)


def test_a_long_title_is_cut_and_kept_whole_in_the_text(light_url: str, tmp_path: Path) -> None:
    rows = [HEADER, ["1", "长" * 201, "", "2024/3/1", ""], ["2", "", "无题\n" + "文" * 90, "2024/3/1", ""]]
    run(light_url, written(tmp_path / "a.csv", rows))
    first, second = cases_of(light_url)
    assert first.title == "长" * 199 + "…" and second.title == "无题 " + "文" * 57
    assert (1, "text", "长" * 201) in texts_of(light_url)


def test_the_laws_limits_apply_where_no_due_column_is_mapped(url: str, tmp_path: Path) -> None:
    rows = [HEADER, ["1", "a", "", "2024/3/1 9:00:00", ""], ["2", "b", "", "2024/3/1 9:00:00", "2024/3/4"]]
    run(url, written(tmp_path / "a.csv", rows))
    still, over = cases_of(url)
    clocks = clocks_of(url)
    assert [(c.kind, c.limit, c.stopped_at) for c in clocks] == [
        ("state", "15wd", None), ("case", "90d", None),
        ("state", "15wd", over.closed_at), ("case", "90d", over.closed_at),
    ]  # fmt: skip
    assert still.due_at == clocks[0].due_at and still.first_due_at == clocks[1].due_at and over.due_at is None
    assert_the_record_holds(url)


@pytest.mark.parametrize(("missing", "kinds"), [("none", ["case"]), ("law", ["state", "case"])])
def test_an_empty_limit_is_none_unless_the_law_is_asked_for(
    light_url: str, tmp_path: Path, missing: str, kinds: list[str]
) -> None:
    mapping = f'when_due_missing = "{missing}"\n' + MAPPING + 'due_at = "due"\n'
    run(light_url, written(tmp_path / "a.csv", [[*HEADER, "due"], ["1", "a", "", "2024/3/1", "", ""]]), mapping)
    clocks = clocks_of(light_url)
    assert [clock.kind for clock in clocks] == kinds
    assert all((clock.due_at is None) == (missing == "none") for clock in clocks)


def test_a_status_word_ends_a_case_that_has_no_closing_date(light_url: str, tmp_path: Path) -> None:
    mapping = MAPPING + 'status = "s"\n[status]\nPaid = "closed"\nWait = "open"\n'
    rows = [
        [*HEADER, "s"],
        *([str(n), "a", "", "2024/3/1", "", word] for n, word in enumerate(["Paid", "Wait", "Odd"])),
    ]
    outcome, bad = run(light_url, written(tmp_path / "a.csv", rows), mapping)
    assert (outcome.imported, bad[0].column, bad[0].value) == (2, "s", "Odd")
    assert [case.closed_at for case in cases_of(light_url)] == [AT, None]
    with reading(engine(light_url)) as db:
        last = db.exec(select(Event).order_by(col(Event.seq).desc())).all()
    assert any(json.loads(event.data).get("unknown") == ["closed_at"] for event in last)


def test_departments_are_found_by_code_then_by_name_and_else_made(url: str, tmp_path: Path) -> None:
    with transaction(engine(url)) as db:
        for number, code, name, parent, path in (
            (1, "U", "总工会", None, "/1/"), (2, "D1", "权益部", 1, "/1/2/"), (3, "别处", "别处", None, "/3/"),
            (4, "X9", "外单位", 3, "/3/4/"),
        ):  # fmt: skip
            db.add(Unit(id=number, code=code, name=name, kind="union", parent_id=parent, path=path))
            db.flush()
        if db.get_bind().dialect.name == "postgresql":
            db.connection().exec_driver_sql("SELECT setval('units_id_seq', 4)")
    mapping = MAPPING + 'department = "to"\nunit = "for"\n'
    words = ["D1", "权益部", "X9", "别处", "很长" * 40, ""]
    rows = [[*HEADER, "to", "for"], *([str(n), "a", "", "2024/3/1", "", word, ""] for n, word in enumerate(words))]
    rows += [["8", "a", "", "2024/3/1", "", "", "总工会"], ["9", "a", "", "2024/3/1", "", "", "没有"]]
    outcome, bad = run(url, written(tmp_path / "a.csv", rows), mapping)
    assert outcome.imported == 7 and [(row.number, row.column) for row in bad] == [(9, "for")]
    with reading(engine(url)) as db:
        units = {unit.id: unit for unit in db.exec(select(Unit))}
        leads = [units[case.lead_id or 0].code for case in db.exec(select(Case).order_by(col(Case.id)))]
    # "别处" is the name of somebody else's unit: here a new department of that name is made.
    assert leads[:4] == ["D1", "D1", "X9", "U/别处"] and leads[5:] == ["U", "U"]
    assert len(leads[4]) == 64 and leads[4].startswith("U/很长")
    assert all(unit.path.endswith(f"/{unit.id}/") for unit in units.values())


def test_without_leave_to_make_units_an_unknown_one_stays_out(light_url: str, tmp_path: Path) -> None:
    mapping = MAPPING.replace("create_units = true\n", "") + 'department = "to"\n'
    path = written(tmp_path / "a.csv", [[*HEADER, "to"], ["1", "a", "", "2024/3/1", "", "新部门"]])
    with pytest.raises(Refusal, match="没有代码为 U 的单位"):
        run(light_url, path, mapping)
    with transaction(engine(light_url)) as db:
        db.add(Unit(id=1, code="U", name="U", kind="union", path="/1/"))
    outcome, bad = run(light_url, path, mapping)
    assert (outcome.imported, bad[0].column, bad[0].value) == (0, "to", "新部门")


def test_a_law_or_a_choice_that_is_not_there_is_refused(light_url: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [[*HEADER, "u"], ["1", "a", "", "2024/3/1", "", ""]])
    with pytest.raises(NotFound):
        run(light_url, path, MAPPING.replace('"proposal"', '"nothing"'))
    with pytest.raises(MappingError, match="urgency"):
        run(light_url, path, MAPPING + 'urgency = "u"\n')
