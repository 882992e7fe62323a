"""Import a spreadsheet of cases: read, check, and write in batches, each of them one transaction.

A killed import leaves whole batches, and the next one goes on where it stopped, because a row that has become a case
is known again by its external id or, without one, by what it says and how often it was said before in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, select
from sqlmodel import Session

from cases import audit
from cases.laws import latest, law_of
from cases.record import bulk
from cases.record.case import ImportedRow
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.number import number_key
from cases.spreadsheets.batch import Tables
from cases.spreadsheets.faults import BadCell, BadRow
from cases.spreadsheets.history import History
from cases.spreadsheets.mapping import Mapping
from cases.spreadsheets.outcome import Outcome
from cases.spreadsheets.places import Places
from cases.spreadsheets.reading import Row
from cases.spreadsheets.record import Record, RecordReader
from cases.spreadsheets.table import Table, bad_row

BATCH = 2_000

_IMPORTED = table_of(ImportedRow)


def import_cases(
    db: Engine,
    path: Path,
    mapping: Mapping,
    *,
    at: datetime,
    is_dry: bool = False,
    on_bad: Callable[[BadRow], None] = lambda bad: None,
    on_batch: Callable[[Outcome], None] = lambda outcome: None,
    on_header: Callable[[list[str]], None] = lambda header: None,
) -> Outcome:
    """Import a file and return what became of its rows; a dry run only checks them.

    Raises Refusal for a file, a mapping, a law or a unit with which no row could go in; then nothing was written.
    """
    table = Table(
        path, sheet=mapping.sheet, encoding=mapping.encoding, delimiter=mapping.delimiter, header_row=mapping.header_row
    )
    places = table.places(mapping.columns)
    on_header(table.header)
    with reading(db) as session:
        version = latest(session, mapping.workflow)
        law = law_of(session, cast(int, version.id)).definition
        key = number_key(session)
    history = History(law, cast(int, version.id), key, mapping.source, mapping.takes_the_law, at)
    job = _Import(db, mapping, history, is_dry, on_bad)
    job.require_unit()
    reader = RecordReader(mapping, places, law, at)
    for batch in _batches(table.rows):
        job.write(batch, reader)
        on_batch(job.outcome)
    return job.outcome


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Import:
    """One import: what it has seen of the file so far, and what became of it."""

    def __init__(
        self, db: Engine, mapping: Mapping, history: History, is_dry: bool, on_bad: Callable[[BadRow], None]
    ) -> None:
        self.db = db
        self.mapping = mapping
        self.history = history
        self.is_dry = is_dry
        self.on_bad = on_bad
        self.places = Places(mapping, is_dry=is_dry)
        self.outcome = Outcome()
        self._digests: dict[str, bytes] = {}  # external id -> digest of its row
        self._times: dict[bytes, int] = {}  # digest -> how often it stood in the file, where rows have no id

    def require_unit(self) -> None:
        """Refuse the whole file when the unit of its mapping is missing and may not be made."""
        if self.mapping.unit is not None and not self.mapping.create_units:
            with reading(self.db) as session:
                self.places.db = session
                self.places.unit(None)

    def write(self, rows: list[Row], reader: RecordReader) -> None:
        """Check a batch, and write what is good of it in one transaction."""
        bad: list[BadRow] = []
        wanted: dict[str, Record] = {}
        for row in rows:
            try:
                if row.fault:
                    raise row.fault
                record = reader.read(row.number, row.cells)
                if key := self._new_key(record):
                    wanted[key] = record
            except BadCell as fault:
                bad.append(bad_row(row, fault))
        if wanted:
            with reading(self.db) if self.is_dry else transaction(self.db) as session:
                self._write(session, wanted, bad)
        for row_out in sorted(bad, key=lambda each: each.number):
            self.on_bad(row_out)
        self.outcome.bad += len(bad)

    def _new_key(self, record: Record) -> str | None:
        """Return the key a row is known again by, or None for one that stands in the file already. Raises BadCell."""
        digest = bytes.fromhex(record.digest)
        if record.external_id is None:
            times = self._times[digest] = self._times.get(digest, 0) + 1
            return f"{record.digest}#{times}"
        before = self._digests.setdefault(record.external_id, digest)
        if before is digest:
            return record.external_id
        if before != digest:
            raise self._taken(
                record, "本文件中同一编号的另一行内容不同", "another row of the file has this id and says otherwise"
            )
        self.outcome.repeated += 1
        return None

    def _taken(self, record: Record, zh: str, en: str) -> BadCell:
        return BadCell(self.mapping.columns["external_id"], record.external_id, zh, en)

    def _write(self, session: Session, wanted: dict[str, Record], bad: list[BadRow]) -> None:
        self.places.db = session
        if not self.is_dry:
            bulk.hold_imports(session)
        known = self._known(session, wanted)
        tables = Tables()
        ids = iter(bulk.next_ids(session, "cases", 0 if self.is_dry else len(wanted) - len(known)))
        if not self.is_dry:
            most = sum(max(1, len(record.departments)) for key, record in wanted.items() if key not in known)
            tables.assignment_ids = iter(bulk.next_ids(session, "assignments", most))
        for key, record in wanted.items():
            try:
                if key in known:
                    self._check_known(record, known[key])
                    continue
                unit = self.places.unit(record.unit)
                parts = [self.places.department(name, unit) for name in record.departments]
                parts = list(dict.fromkeys(parts))
                calendar = self.places.calendar(unit)
                self.history.add(tables, record, key, next(ids, 0), unit, parts, calendar)
                self.outcome.imported += 1
            except BadCell as fault:
                bad.append(bad_row(Row(record.number, record.cells), fault))
        if not self.is_dry:
            _store(session, tables, self.places.events(self.history.at))

    def _known(self, session: Session, wanted: dict[str, Record]) -> dict[str, str]:
        """Return the digests of those rows that have become cases before."""
        before = select(_IMPORTED.c.key, _IMPORTED.c.digest).where(
            _IMPORTED.c.source == self.mapping.source, _IMPORTED.c.key.in_(list(wanted))
        )
        return {key: digest for key, digest in session.connection().execute(before)}

    def _check_known(self, record: Record, digest: str) -> None:
        if digest != record.digest:
            raise self._taken(
                record, "此编号已导入过，内容不同；历史不会被改写", "imported before and said otherwise; history stays"
            )
        self.outcome.known += 1


def _store(session: Session, tables: Tables, made: list[audit.Entry]) -> None:
    """Write the rows of a batch; the chain's head is taken last, so that nobody waits for it longer than he must."""
    for name, columns, rows in tables:
        bulk.write(session, name, columns, rows)
    audit.append(session, [*made, *tables.events], audit.in_bulk)
