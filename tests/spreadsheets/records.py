"""What tests of spreadsheets share: a published law, an import that keeps its bad rows, and files with odd contents."""

import csv
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from cases import audit
from cases.laws import publish
from cases.record.case import Case, Passage
from cases.record.database import engine, reading, transaction
from cases.record.event import Event
from cases.spreadsheets.faults import BadRow
from cases.spreadsheets.importing import import_cases
from cases.spreadsheets.mapping import parse
from cases.spreadsheets.outcome import Outcome
from cases.timeline import differences, replay
from cases.words import vocabulary
from workflow.reading import load

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
MAPPING = """
timezone = "Asia/Shanghai"
moments = ["%Y/%m/%d %H:%M:%S", "%Y/%m/%d"]
workflow = "proposal"
unit = "U"
create_units = true
[columns]
external_id = "id"
title = "title"
text = "text"
submitted_at = "opened"
closed_at = "closed"
"""


def publish_laws(url: str) -> None:
    with transaction(engine(url)) as db:
        for path in sorted((ROOT / "config" / "workflows").glob("*.toml")):
            publish(db, load(path, vocabulary()), at=AT)


def run(url: str, path: Path, mapping: str = MAPPING, **more: Any) -> tuple[Outcome, list[BadRow]]:
    bad: list[BadRow] = []
    wanted = parse(mapping, "test", "test.toml")
    return import_cases(engine(url), path, wanted, at=AT, on_bad=bad.append, **more), bad


def written(path: Path, rows: Iterable[Iterable[object]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def cases_of(url: str) -> list[Case]:
    with reading(engine(url)) as db:
        return list(db.exec(select(Case).order_by(col(Case.id))))


def texts_of(url: str) -> list[tuple[int, str, str | None]]:
    with reading(engine(url)) as db:
        return [(p.version, p.field, p.body) for p in db.exec(select(Passage).order_by(col(Passage.id)))]


def assert_the_record_holds(url: str) -> None:
    """Every case is what its events make of it, every text fits its digest, and the chain has no gap."""
    with reading(engine(url)) as db:
        cases = {case.id: case for case in db.exec(select(Case))}
        said = {(p.case_id, p.version, p.field): p for p in db.exec(select(Passage))}
        head = audit.GENESIS
        events: dict[int | None, list[Event]] = {number: [] for number in cases}
        for seq, event in enumerate(db.exec(select(Event).order_by(col(Event.seq))), 1):
            assert (event.seq, event.previous, audit.hash_of(event.model_dump())) == (seq, head, event.hash)
            head = event.hash
            if event.case_id is None:
                continue
            events[event.case_id].append(event)
            for field, digest in json.loads(event.data).get("said", {}).items():
                passage = said.pop((event.case_id, event.version or 0, field))
                assert audit.digest((passage.salt or "") + (passage.body or "")) == digest
    assert not said
    for number, case in cases.items():
        history = sorted(events[number], key=lambda event: event.version or 0)
        assert [event.version for event in history] == list(range(1, case.version + 1))
        assert [event.at for event in history] == sorted(event.at for event in history)
        assert differences(case, replay(history)) == {}
