"""Published laws: every version stays, and a case keeps the one it began with."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import update
from sqlmodel import Session, col, select

from cases import audit
from cases.access import is_storable
from cases.clocks import change_ladders
from cases.errors import NotFound, Stale, shown
from cases.record.case import Case
from cases.record.database import is_sqlite
from cases.record.law import LawVersion
from cases.recording import hold
from cases.words import vocabulary
from workflow.definition import Definition
from workflow.errors import Refusal
from workflow.machine import Law
from workflow.proof import prove
from workflow.reading import parse

# A published version never changes, so a process reads and builds each only once per database.
# A transaction that publishes may still be rolled back; what it reads is not remembered.
PUBLISHING = "publishing"
# One lock for all laws: whoever publishes two in one transaction already holds the chain at the second.
PUBLISHING_LOCK = 7_230_114_212  # any number, as long as nothing else in the database locks it
_known: WeakKeyDictionary[Any, dict[int, Law]] = WeakKeyDictionary()


class UnsoundLaw(Refusal):
    """A law that could strand a case is not published."""


def law_of(db: Session, law_id: int) -> Law:
    """Return a published law, ready to be asked."""
    laws = _known.setdefault(db.connection().engine.pool, {})
    if law_id in laws:
        return laws[law_id]
    row = db.get_one(LawVersion, law_id)
    law = build(row.source, f"{row.name} v{row.version}")
    if not db.info.get(PUBLISHING):
        laws[law_id] = law
    return law


@lru_cache(maxsize=64)
def build(source: str, where: str) -> Law:
    """Return the law of a text."""
    return Law(parse(source, where, vocabulary()))


def latest(db: Session, name: str) -> LawVersion:
    """Return the newest version of a law. Raises NotFound for a name that was never published."""
    newest = select(LawVersion).where(LawVersion.name == name).order_by(col(LawVersion.version).desc()).limit(1)
    row = db.exec(newest).first() if is_storable(name) else None
    if row is None:
        raise NotFound(f"没有名为 {shown(name)} 的流程。", f"No law named {shown(name)} has been published.")
    return row


def published(db: Session) -> list[LawVersion]:
    """Return the newest version of each law, by name."""
    rows = db.exec(select(LawVersion).order_by(LawVersion.name, col(LawVersion.version))).all()
    return list({row.name: row for row in rows}.values())


def publish(db: Session, definition: Definition, *, at: datetime, by: int | None = None) -> LawVersion:
    """Keep a proven law as its next version; the same text twice is the same version.

    Raises UnsoundLaw with the first finding of the proof.
    """
    findings = prove(definition)
    if findings:
        first = findings[0]
        raise UnsoundLaw(
            f"{definition.where} 第 {first.line} 行：{first.zh}", f"{definition.where}, line {first.line}: {first.en}"
        )
    if not is_sqlite(db):  # of two publishers at once the second counts the first one's version; SQLite has one writer
        db.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({PUBLISHING_LOCK})")
    versions = db.exec(
        select(LawVersion).where(LawVersion.name == definition.name).order_by(col(LawVersion.version))
    ).all()
    if versions and versions[-1].source == definition.source:
        return versions[-1]
    db.info[PUBLISHING] = True
    row = LawVersion(
        name=definition.name,
        version=len(versions) + 1,
        title=definition.title,
        source=definition.source,
        published_at=at,
    )
    db.add(row)
    db.flush()
    audit.append(
        db,
        [
            audit.Entry(
                at=at,
                action="publish_law",
                actor_id=by,
                role="administrator" if by else "system",
                data={"law": row.name, "version": row.version, "digest": audit.digest(definition.source)},
            )
        ],
    )
    return row


def migrate_cases(
    db: Session, name: str, to: int, *, at: datetime, by: int | None = None, is_dry_run: bool = False
) -> list[tuple[str, int, int, str, bool, str]]:
    """Move the open cases of a law to another of its versions, and tell for each whether it moved and why not.

    A case moves when the other version knows its state, on the same desk, and every option that it has chosen. The
    clocks that run keep their limits; the next state's come from the other version. `by` is the id of who moves them.
    Returns rows of number, old version, new version, state, moved, reason.
    """
    versions = {row.id: row for row in db.exec(select(LawVersion).where(LawVersion.name == name))}
    target = next((row for row in versions.values() if row.version == to), None)
    if target is None or target.id is None:
        raise NotFound(f"流程 {name[:40]} 没有第 {to} 版。", f"{name[:40]} has no version {to}.")
    new = law_of(db, target.id).definition
    rows = []
    entries: list[audit.Entry] = []
    waiting = select(Case).where(
        col(Case.law_id).in_(list(versions)), Case.law_id != target.id, col(Case.closed_at).is_(None)
    )
    for case in db.exec(waiting.order_by(col(Case.id))).all():
        old = versions[case.law_id]
        why = _cannot_move(law_of(db, case.law_id).definition, new, case)
        rows.append((case.number, old.version, to, case.state, not why, why))
        if why or is_dry_run:
            continue
        try:
            moment = hold(db, case, at)
        except Stale:  # someone acts on it at this moment; a second run will find it again
            rows[-1] = (case.number, old.version, to, case.state, False, "正被办理 / someone acts on it now")
            continue
        values: dict[str, str | None] = {"stage": new.states[case.state].stage}
        if (duties := new.endorsing_duties(case.state)) != case.endorsable_by:
            values["endorsable_by"] = duties
        entry = audit.Entry(
            at=moment,
            action="migrate_law",
            actor_id=by,
            role="administrator" if by else "system",
            case_id=case.id,
            version=case.version + 1,
            state_from=case.state,
            state_to=case.state,
            data={"set": {"law_id": target.id, **values}, "from": old.version, "to": to},
        )
        save = update(Case).where(col(Case.id) == case.id)
        db.connection().execute(save.values(law_id=target.id, **values, version=case.version + 1))
        change_ladders(db, new, case.id or 0, at)
        entries.append(entry)
    audit.append(db, entries)  # taken last: whoever holds one of these cases still waits for the chain
    return rows


def _cannot_move(old: Definition, new: Definition, case: Case) -> str:
    """Return why a case cannot go over to the other version; empty if it can."""
    name = case.state
    if name not in new.states:
        return f"新版没有状态 {name} / the other version has no state {name}"
    if old.states[name].owner != new.states[name].owner:
        return f"状态 {name} 换了责任人 / {name} lies on another desk there"
    if new.states[name].final:
        return f"状态 {name} 在新版中是终态 / {name} is final there"
    for table in {**old.choices, **new.choices}:
        chosen = getattr(case, table)
        if chosen is not None and table not in new.choices:
            return f"新版没有选项表 {table} / the other version has no table {table}"
        if chosen is not None and chosen not in new.choices[table].options:
            return f"新版的 {table} 没有选项 {chosen} / {table} has no option {chosen} there"
    return ""
