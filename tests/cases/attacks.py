"""Changes of the record behind the engine's back, at random."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from cases.hanging import REPLAYED
from cases.record.database import is_sqlite
from cases.verifying import COLUMNS


def run(db: Session, statement: str, **values: Any) -> Any:
    return db.connection().execute(text(statement), values)


class Attack:
    """One random change of the record; each method makes it and returns the event where it has to be found."""

    def __init__(self, db: Session, chance: random.Random) -> None:
        self.db, self.chance = db, chance
        self.last: int = run(db, "SELECT max(seq) FROM events").scalar_one()
        self.seq = chance.randint(1, self.last)

    def field(self) -> int:
        """Changes one character of one column of an event."""
        column = self.chance.choice(COLUMNS)
        if column.endswith("_at") or column == "at":
            return self._moment(column)
        old = run(self.db, f"SELECT {column} FROM events WHERE seq = :seq", seq=self.seq).scalar_one()
        number = column in ("seq", "case_id", "version", "actor_id")
        new = self._other(old, number)
        if column == "seq":
            new = self.chance.choice((0, -self.seq, self.last + self.seq))
        run(self.db, f"UPDATE events SET {column} = :new WHERE seq = :seq", new=new, seq=self.seq)
        return min(self.seq, int(new)) if column == "seq" else self.seq

    def _moment(self, column: str) -> int:
        if is_sqlite(self.db):
            old = run(self.db, f"SELECT {column} || '' FROM events WHERE seq = :seq", seq=self.seq).scalar_one()
            run(self.db, f"UPDATE events SET {column} = :new WHERE seq = :seq", new=self._other(old), seq=self.seq)
        else:
            more = self.chance.choice(("1 microsecond", "-1 microsecond", "1 second", "3 day", "10 year"))
            new = f"{column} + interval '{more}'"
            if self.chance.random() < 0.1:
                new = self.chance.choice(("'infinity'", "'0044-03-15 12:00:00+00 BC'", "'20260-01-01 00:00:00+00'"))
            run(self.db, f"UPDATE events SET {column} = {new} WHERE seq = :seq", seq=self.seq)
        return self.seq

    def _other(self, old: Any, number: bool = False) -> Any:
        """Returns a value that differs in one character."""
        if old is None:
            return 7 if number else "x"
        word = str(old)
        place = self.chance.randrange(len(word)) if word else 0
        signs = "123456789" if number else "0123456789abcdefZ-:. 提"
        new = self.chance.choice([sign for sign in signs if sign != word[place : place + 1]])
        word = word[:place] + new + word[place + 1 :]
        return int(word) if number else word

    def delete(self) -> int:
        """Deletes an event; the last one is missed by the head of the chain."""
        run(self.db, "DELETE FROM events WHERE seq = :seq", seq=self.seq)
        return self.seq

    def swap(self) -> int:
        """Swaps the contents of two events."""
        first, second = sorted(self.chance.sample(range(1, self.last + 1), 2))
        rows = [
            dict(run(self.db, "SELECT * FROM events WHERE seq = :s", s=s).mappings().one()) for s in (first, second)
        ]
        rows[0]["seq"], rows[1]["seq"] = second, first
        run(self.db, "DELETE FROM events WHERE seq IN (:first, :second)", first=first, second=second)
        for row in rows:
            names = ", ".join(row)
            run(self.db, f"INSERT INTO events ({names}) VALUES ({', '.join(f':{n}' for n in row)})", **row)
        return first

    def passage(self) -> int:
        """Changes one character of something said, of its salt, or of who may read it."""
        rows = run(self.db, "SELECT * FROM passages").mappings().all()
        row = self.chance.choice(rows)
        column = self.chance.choice(("body", "body", "salt", "field", "audience"))
        statement = f"UPDATE passages SET {column} = :new WHERE id = :id"
        run(self.db, statement, new=self._other(row[column]), id=row["id"])
        return self._event_of(row)

    def silence(self) -> int:
        """Deletes something said, or erases half of it, or says it twice."""
        row = self.chance.choice(run(self.db, "SELECT * FROM passages").mappings().all())
        statement = self.chance.choice(
            (
                "DELETE FROM passages WHERE id = :id",
                "UPDATE passages SET body = NULL WHERE id = :id",
                "UPDATE passages SET salt = NULL WHERE id = :id",
                "INSERT INTO passages (id, case_id, version, field, audience, body, salt) SELECT 9999, case_id, "
                "version, field, audience, body, salt FROM passages WHERE id = :id",
            )
        )
        run(self.db, statement, id=row["id"])
        return self._event_of(row)

    def row(self) -> int:
        """Changes a column of a case."""
        case = self.chance.choice(run(self.db, "SELECT * FROM cases").mappings().all())
        column = self.chance.choice((*REPLAYED, "version", "title"))
        if column.endswith("_at"):
            new: Any = self.chance.choice(("2031-01-01 00:00:00.000000", "2026-11-16 01:00:00.000001"))
            new = new if is_sqlite(self.db) else f"{new}+00"
            statement = f"UPDATE cases SET {column} = CAST(:new AS timestamptz) WHERE id = :id"
            statement = statement.replace("CAST(:new AS timestamptz)", ":new") if is_sqlite(self.db) else statement
        else:
            new = self._other(
                case[column], column in ("law_id", "unit_id", "lead_id", "round", "level", "version", "merged_into_id")
            )
            statement = f"UPDATE cases SET {column} = :new WHERE id = :id"
        run(self.db, statement, new=new, id=case["id"])
        return int(run(self.db, "SELECT max(seq) FROM events WHERE case_id = :id", id=case["id"]).scalar_one())

    def law(self) -> int:
        """Changes one character of a law."""
        row = self.chance.choice(run(self.db, "SELECT id, source FROM laws ORDER BY id").all())
        run(self.db, "UPDATE laws SET source = :new WHERE id = :id", new=self._other(row.source), id=row.id)
        return int(row.id)  # laws are the first events of this world

    def file(self) -> int:
        """Renames or exchanges a file, deletes its row, or has it there twice."""
        row = run(self.db, "SELECT * FROM attachments").mappings().one()
        match self.chance.choice(("delete", "double", "digest", "place", "name", "salt", "media_type")):
            case "delete":
                run(self.db, "DELETE FROM attachments")
            case "double":
                names = "case_id, version, name, salt, media_type, size, digest, place, added_at"
                run(self.db, f"INSERT INTO attachments (id, {names}) SELECT 9999, {names} FROM attachments")
            case column:
                run(self.db, f"UPDATE attachments SET {column} = :new", new=self._other(row[column]))
        return self._event_of(row)

    def clock(self) -> int:
        """Moves a moment of a clock, changes another of its columns, deletes it, or loses a stretch of it."""
        row = self.chance.choice(run(self.db, "SELECT * FROM clocks").mappings().all())
        spans = run(self.db, "SELECT id FROM clock_spans WHERE clock_id = :id", id=row["id"]).scalars().all()
        what = ("started_at", "first_due_at", "due_at", "stopped_at", "kind", "state", "limit", "remaining", "delete")
        match self.chance.choice((*what, "span", "stretch") if spans else what):
            case "delete":
                run(self.db, "DELETE FROM clock_spans WHERE clock_id = :id", id=row["id"])
                run(self.db, "DELETE FROM clocks WHERE id = :id", id=row["id"])
            case "span":
                run(self.db, "DELETE FROM clock_spans WHERE id = :id", id=self.chance.choice(spans))
            case "stretch":
                self._change("clock_spans", self.chance.choice(("from_at", "until_at", "due_at")), spans[-1])
            case column if column.endswith("_at"):
                self._change("clocks", column, row["id"])
            case column:
                run(
                    self.db,
                    f'UPDATE clocks SET "{column}" = :new WHERE id = :id',
                    new=self._other(row[column]),
                    id=row["id"],
                )
        return self._told_last(row)

    def _change(self, table: str, column: str, row_id: int) -> None:
        """Moves a moment by a microsecond, or makes one up where there is none."""
        late = "'2031-01-01 00:00:00.000000'" if is_sqlite(self.db) else "TIMESTAMPTZ '2031-01-01 00:00:00+00'"
        moved = f"strftime('%Y-%m-%d %H:%M:%S', {column}, '+1 day') || '.000000'"
        moved = moved if is_sqlite(self.db) else f"{column} + interval '1 microsecond'"
        statement = f"UPDATE {table} SET {column} = coalesce({moved}, {late}) WHERE id = :id"
        run(self.db, statement.replace(":%", "\\:%"), id=row_id)

    def _told_last(self, row: Any) -> int:
        """Returns the last event of the case that speaks of a clock."""
        place: int = run(
            self.db, "SELECT count(*) FROM clocks WHERE case_id = :id AND id < :me", id=row["case_id"], me=row["id"]
        ).scalar_one()
        told: list[int] = []
        open_clocks: dict[tuple[str, str | None], int] = {}
        events = run(self.db, "SELECT seq, data FROM events WHERE case_id = :id ORDER BY seq", id=row["case_id"])
        for seq, data in events.all():
            for deed, kind, state, *_ in json.loads(data).get("clocks", []):
                if deed == "start":
                    open_clocks[kind, state] = len(told)
                    told.append(seq)
                told[open_clocks[kind, state]] = seq
        return told[place]

    def _event_of(self, row: Any) -> int:
        statement = "SELECT seq FROM events WHERE case_id = :case_id AND version = :version"
        return int(run(self.db, statement, case_id=row["case_id"], version=row["version"]).scalar_one())


KINDS: tuple[Callable[[Attack], int], ...] = (
    *[Attack.field] * 4, Attack.delete, Attack.swap, *[Attack.passage] * 2, Attack.silence, *[Attack.row] * 3,
    Attack.law, *[Attack.file] * 2, *[Attack.clock] * 3,
)  # fmt: skip
