"""How cases that were merged into another one count in the rates: with its fate, and each with its own rating."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from cases.laws import law_of
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.event import Event
from workflow.vocabulary import EACH

_CASES, _EVENTS = table_of(Case), table_of(Event)
#: With more lead cases than this, all merged cases are looked at: they are fewer than all cases.
AT_ONCE = 500


class Follower(NamedTuple):
    """A merged case: whether it counts for itself, and its rating of the lead case's last round."""

    is_counted: bool
    rating: str | None


def counts_for_itself(db: Session, law_id: int) -> bool:
    """Tell whether the law of a merged case lets each count."""
    merging = law_of(db, law_id).definition.merging
    return merging is not None and merging.counts == EACH


def followers_of(db: Session, rounds: Mapping[int, int], seen: ColumnElement[bool]) -> Mapping[int, Sequence[Follower]]:
    """Return what was merged into some cases, given with their rounds, by lead case; `seen` is what a person may see.

    A rating of a round that the lead case has left behind is not one any more.
    """
    found: defaultdict[int, list[Follower]] = defaultdict(list)
    merged = _CASES.c.merged_into_id
    which = merged.in_(sorted(rounds)) if len(rounds) <= AT_ONCE else merged.is_not(None)
    columns = (_CASES.c[name] for name in ("id", "law_id", "merged_into_id", "rating"))
    rows = db.connection().execute(select(*columns).where(which, seen).order_by(_CASES.c.id)).all()
    rows = [row for row in rows if row.merged_into_id in rounds]
    rated_in = _rounds_rated(db, [row.id for row in rows if row.rating and rounds[row.merged_into_id] > 1])
    for row in rows:
        is_current = rated_in.get(row.id, 1) == rounds[row.merged_into_id]
        rating = row.rating if is_current else None
        found[row.merged_into_id].append(Follower(counts_for_itself(db, row.law_id), rating))
    return found


def _rounds_rated(db: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return for which round of its lead case each case was rated last: its events tell."""
    if not ids:
        return {}
    wanted = select(_EVENTS.c.case_id, _EVENTS.c.data).where(
        _EVENTS.c.case_id.in_(ids), _EVENTS.c.data.contains('"lead_round":', autoescape=True)
    )
    rows: Sequence[Any] = db.connection().execute(wanted.order_by(_EVENTS.c.case_id, _EVENTS.c.version)).all()
    return {row.case_id: json.loads(row.data)["lead_round"] for row in rows}
