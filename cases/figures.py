"""The figures of a quarter that a union publishes: rates in which nobody can be recognised, fixed when first told.

Whoever may see cases counts them as they are (`cases.rates`). What leaves the house is told by quarters that are over,
all at once, and never again otherwise: the same quarter told twice, a case later, would tell of that case. What was
told stands in the chain. `cases.pooling` says what is told together; no row tells of a unit and a category at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from cases.administering import note
from cases.errors import BadRequest
from cases.pooling import Counts, pooled
from cases.questions import Quarter
from cases.rates import rates
from cases.record.columns import table_of
from cases.record.event import ChainHead, Event

PUBLISH = "publish_figures"
#: What figures are broken down by.
ALL, UNIT, CATEGORY = BREAKDOWNS = ("all", "unit", "category")
#: The keys of the row of all, and of what is told together; no unit and no category is called so.
TOTAL, OTHERS = "*", "…"
#: What excludes each other and makes up the whole of a block; a block is told or held back as one.
BLOCKS: Sequence[Sequence[str]] = (
    ("answered_in_time", "not_answered_in_time"),
    ("completed_in_time", "completed_otherwise", "ended_without_answer"),
    ("satisfied", "partly_satisfied", "unsatisfied"),
)
#: What is pooled with a block and not told: whoever gave no rating is the difference of two blocks.
UNTOLD = {"satisfied": ("unrated",)}
COLUMNS = ("key", *(name for block in BLOCKS for name in block))

_EVENTS, _CHAIN = table_of(Event), table_of(ChainHead)


def published(db: Session, quarter: Quarter) -> bool:
    """Tell whether the figures of a quarter are published, and stay as they are."""
    return _told(db, quarter) is not None


def figures(db: Session, quarter: Quarter, by: str, at: datetime) -> list[dict[str, Any]]:
    """Return the figures of a quarter, of all, or by unit or category besides: as published, else as they would be.

    `by` is one of `BREAKDOWNS`. Raises BadRequest for a quarter that is not over.
    """
    _require_over(quarter, at)
    return (_told(db, quarter) or _counted(db, quarter))[by]


def publish(db: Session, quarter: Quarter, at: datetime) -> None:
    """Fix the figures of a quarter; once is enough. Raises BadRequest for a quarter that is not over."""
    _require_over(quarter, at)
    db.connection().execute(select(_CHAIN.c.seq).with_for_update())  # so that of two at once one fixes them
    if _told(db, quarter) is None:
        note(db, PUBLISH, at, {"quarter": quarter.name, "told": _counted(db, quarter)})


def _require_over(quarter: Quarter, at: datetime) -> None:
    if at < quarter.until:
        raise BadRequest(
            f"{quarter.name} 尚未结束，季度结束后才能公布。",
            f"{quarter.name} is not over; its figures are published when it is.",
        )


def _counted(db: Session, quarter: Quarter) -> dict[str, list[dict[str, Any]]]:
    """Return the figures as they are now, by breakdown."""
    told = {name: _pooled(rates(db, quarter.since, quarter.until, name)) for name in (UNIT, CATEGORY)}
    return told | {ALL: told[UNIT][-1:]}


def _told(db: Session, quarter: Quarter) -> dict[str, list[dict[str, Any]]] | None:
    """Return what was told of a quarter before, by breakdown."""
    wanted = select(_EVENTS.c.data).where(_EVENTS.c.case_id.is_(None), _EVENTS.c.action == PUBLISH)
    for data in db.connection().execute(wanted.order_by(_EVENTS.c.seq)).scalars():
        noted = json.loads(data)
        if noted["quarter"] == quarter.name:
            return dict(noted["told"])
    return None


def _pooled(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows as they are told: each that can stand alone, the others as one, and all; None is not told."""
    parts = [{row["key"]: _parts(row)[place] for row in rows} for place in range(len(BLOCKS))]
    sizes = [len(names) + len(UNTOLD.get(names[0], ())) for names in BLOCKS]
    blocks = [pooled(block, size) for block, size in zip(parts, sizes, strict=True)]
    alone = [(key, [block.alone.get(key) for block in blocks]) for key in parts[0]]
    told = [_row(key, counts) for key, counts in alone if any(map(any, filter(None, counts)))]
    others, whole = [block.others for block in blocks], [block.whole for block in blocks]
    if any(others):
        told.append(_row(OTHERS, others))
    return [*told, _row(TOTAL, whole)]


def _parts(row: Mapping[str, Any]) -> Sequence[Counts]:
    """Return the numbers of each block."""
    in_time, completed = row["in_time"], row["completed"]
    return (
        (row["answered_in_time"], row["due"] - row["answered_in_time"]),
        (in_time, completed - in_time, row["ended"] - completed),
        (row["satisfied"], row["partly_satisfied"], row["unsatisfied"], row["unrated"]),
    )


def _row(key: str, blocks: Sequence[Counts | None]) -> dict[str, Any]:
    row: dict[str, Any] = {"key": key}
    for names, counts in zip(BLOCKS, blocks, strict=True):
        row |= zip(names, counts, strict=False) if counts is not None else dict.fromkeys(names)
    return row
