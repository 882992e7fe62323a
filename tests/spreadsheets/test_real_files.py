"""Real files go in whole, and what they say about time is held to a count that uses none of our code."""

import csv
import gzip
import random
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import load_workbook
from sqlalchemy import text

from cases.record.database import engine, reading
from cases.spreadsheets import mapping
from tests.spreadsheets.records import ROOT, assert_the_record_holds, cases_of, publish_laws, run, texts_of, written

NEW_YORK = ZoneInfo("America/New_York")
CLOSED = "closed_at IS NOT NULL"


def shipped(name: str) -> str:
    return (ROOT / "config" / "imports" / f"{name}.toml").read_text(encoding="utf-8")


@pytest.fixture
def url(database_url: str) -> str:
    publish_laws(database_url)
    return database_url


def count(url: str, condition: str = "1 = 1") -> int:
    with reading(engine(url)) as db:
        return int(db.connection().execute(text(f"SELECT count(*) FROM cases WHERE {condition}")).scalar_one())


def test_boston_is_overdue_when_its_own_columns_say_so(url: str, shared_data: Path) -> None:
    path = shared_data / "boston311" / "requests_2015_jan_feb.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: list[dict[str, Any]] = [
            {name: moment(row[name]) for name in ("OPEN_DT", "TARGET_DT", "CLOSED_DT")} | {"by": row["Department"]}
            for row in csv.DictReader(file)
        ]
    good = [row for row in rows if row["CLOSED_DT"] is None or row["CLOSED_DT"] >= row["OPEN_DT"]]
    outcome, bad = run(url, path, shipped("boston311"))
    assert (outcome.imported, len(bad)) == (len(good), len(rows) - len(good))
    assert count(url, CLOSED) == sum(row["CLOSED_DT"] is not None for row in good)

    dice = random.Random(311)
    for _ in range(10):
        at = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(70 * 86_400))
        late = Counter(
            row["by"]
            for row in good
            if row["TARGET_DT"]
            and row["OPEN_DT"] <= at
            and row["TARGET_DT"] < at
            and (row["CLOSED_DT"] is None or row["CLOSED_DT"] > at)
        )
        assert overdue(url, at) == late, at

    again, _ = run(url, path, shipped("boston311"))
    assert (again.imported, again.known, again.bad) == (0, len(good), len(bad))
    assert count(url) == len(good)
    assert_the_record_holds(url)


def overdue(url: str, at: datetime) -> Counter[str]:
    found = text(
        "SELECT units.name, count(*) FROM clocks JOIN cases ON cases.id = clocks.case_id "
        "JOIN units ON units.id = cases.lead_id WHERE started_at <= :at AND clocks.due_at < :at "
        "AND (stopped_at IS NULL OR stopped_at > :at) GROUP BY units.name"
    )
    with reading(engine(url)) as db:
        sqlite = db.get_bind().dialect.name == "sqlite"
        moment = at.replace(tzinfo=None).isoformat(" ", "microseconds") if sqlite else at
        return Counter({name: number for name, number in db.connection().execute(found, {"at": moment})})


def moment(words: str) -> datetime | None:
    if not words:
        return None
    return datetime.strptime(words, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=NEW_YORK).astimezone(UTC)


def test_answered_petitions_are_closed_with_their_answer(url: str, shared_data: Path) -> None:
    path = shared_data / "petitions" / "answered.xlsx"
    theirs = load_workbook(str(path)).get_sheet_by_index(0).to_python()[1:]
    outcome, bad = run(url, path, shipped("petitions_answered"))
    # The only thing that can be wrong with them is an answer that came before the message.
    early = [number for number, row in enumerate(theirs, 2) if when(row[6]) < when(row[3])]
    assert [row.number for row in bad] == early and outcome.imported == len(theirs) - len(early)
    assert count(url, "answered_at = closed_at AND state = 'closed'") == outcome.imported
    assert {case.external_id for case in cases_of(url)} <= {str(int(float(str(row[0])))) for row in theirs}
    assert Counter(field for _, field, _ in texts_of(url)) == dict.fromkeys(
        ("title", "text", "answer"), outcome.imported
    )
    assert all(body == body.strip("\t\n \u3000\xa0") for _, _, body in texts_of(url) if body is not None)
    assert_the_record_holds(url)


def when(cell: object) -> datetime:
    if isinstance(cell, datetime):
        return cell
    words = str(cell).strip()
    return datetime.strptime(words, "%Y/%m/%d %H:%M:%S" if ":" in words else "%Y/%m/%d")


def test_a_petition_told_twice_under_one_number_goes_in_once(url: str, shared_data: Path) -> None:
    outcome, bad = run(url, shared_data / "petitions" / "labelled.xlsx", shipped("petitions_labelled"))
    assert (outcome.imported, outcome.bad) == (494, 1)
    assert "编号" in bad[0].zh and bad[0].column == "留言编号"
    assert count(url, "closed_at IS NULL AND due_at IS NOT NULL") == 494
    assert_the_record_holds(url)


def test_popular_petitions_carry_real_dates(url: str, shared_data: Path) -> None:
    outcome, bad = run(url, shared_data / "petitions" / "popular.xlsx", shipped("petitions_popular"))
    assert (outcome.imported, bad) == (30, [])
    assert_the_record_holds(url)


def test_illinois_claims_end_where_their_status_word_says_so(url: str, shared_data: Path) -> None:
    path = shared_data / "wage_claims" / "illinois.xlsx"
    theirs = load_workbook(str(path)).get_sheet_by_index(0).to_python()[1:]
    outcome, bad = run(url, path, shipped("illinois"))
    assert (outcome.imported, outcome.repeated) == (len(theirs) - len(bad), 0)
    assert len(bad) == sum(not str(row[1]).strip() for row in theirs)
    over = {"Paid", "Dismissed", "Closed", "Settlement Agreement - AG", "Settlement Agreement - IDOL"}
    assert count(url, CLOSED) == sum(row[2] in over for row in theirs if str(row[1]).strip())
    again, _ = run(url, path, shipped("illinois"))
    assert (again.imported, again.known) == (0, outcome.imported)


def test_kansas_claims_without_a_date_or_an_employer_stay_out(url: str, shared_data: Path) -> None:
    path = shared_data / "wage_claims" / "kansas.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    good = [row for row in rows if row["date_opened"] and row["employer_name"].strip()]
    good = [row for row in good if not row["date_closed"] or row["date_closed"] >= row["date_opened"]]
    outcome, bad = run(url, path, shipped("kansas"))
    assert (outcome.imported, len(bad)) == (len(good), len(rows) - len(good))
    assert count(url, CLOSED) == sum(bool(row["date_closed"]) for row in good)


def test_the_help_desk_has_a_case_for_every_trace(url: str, shared_data: Path, tmp_path: Path) -> None:
    rows = helpdesk(shared_data / "process_logs" / "helpdesk.xes.gz")
    path = written(tmp_path / "helpdesk.csv", [("case", "opened", "ended", "section"), *rows])
    outcome, bad = run(url, path, shipped("helpdesk"))
    assert (outcome.imported, bad) == (4580, [])
    assert count(url, CLOSED) == sum(bool(row[2]) for row in rows)
    with reading(engine(url)) as db:
        leads = db.connection().execute(text("SELECT name FROM units WHERE kind = 'department'")).scalars()
        assert set(leads) == {row[3] for row in rows}


def helpdesk(path: Path) -> list[tuple[str, str, str, str]]:
    """Turns each trace into (case, moment of the first event, moment of the last `Closed`, section)."""
    rows = []
    with gzip.open(path) as file:
        for _, trace in ET.iterparse(file):
            if trace.tag.split("}")[-1] != "trace":
                continue
            events = [{part.get("key"): part.get("value") for part in event} for event in trace if len(event)]
            name = next(part.get("value") for part in trace if part.get("key") == "concept:name")
            ended = [event["time:timestamp"] for event in events if event["concept:name"] == "Closed"]
            row = (name, events[0]["time:timestamp"], ended[-1] if ended else "", events[0]["responsible_section"])
            rows.append(tuple(str(word) for word in row))
            trace.clear()
    return rows  # type: ignore[return-value]  # tuples of four, as built above


def test_incidents_are_read_with_the_day_before_the_month(url: str, shared_data: Path, tmp_path: Path) -> None:
    columns = ("number", "opened_at", "closed_at", "category", "assignment_group")
    latest: dict[str, tuple[str, ...]] = {}
    with (shared_data / "process_logs" / "servicenow_1000_cases.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            latest[row["number"]] = tuple("" if row[name] == "?" else row[name] for name in columns)
    path = written(tmp_path / "servicenow.csv", [columns, *latest.values()])
    early = sum(bool(row[2]) and british(row[2]) < british(row[1]) for row in latest.values())
    outcome, bad = run(url, path, shipped("servicenow"))
    assert (outcome.imported, len(bad)) == (len(latest) - early, early)
    assert {case.external_id: case.submitted_at for case in cases_of(url)}["INC0000045"] == datetime(
        2016, 2, 29, 1, 16, tzinfo=UTC
    )


def british(words: str) -> datetime:
    return datetime.strptime(words, "%d/%m/%Y %H:%M")


def test_requests_of_reports_have_their_departments_and_one_day(url: str, shared_data: Path) -> None:
    outcome, bad = run(url, shared_data / "seed_cases.csv", shipped("seed_cases"))
    assert (outcome.imported, bad) == (25, [])
    assert {case.submitted_at for case in cases_of(url)} == {datetime(2023, 12, 31, 16, tzinfo=UTC)}
    with reading(engine(url)) as db:
        kinds = db.connection().execute(text("SELECT kind, count(*) FROM assignments GROUP BY kind"))
        assert {kind: number for kind, number in kinds}["lead"] == 25
    assert_the_record_holds(url)


@pytest.mark.parametrize("path", sorted(mapping.FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_mapping_that_ships_can_be_read(path: Path) -> None:
    assert mapping.load(path).workflow in {"proposal", "grievance"}
