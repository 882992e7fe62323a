"""How far a case is: the parts of its departments rolled up, each with the same weight (进度汇总)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflow.vocabulary import DELEGATE

WHOLE = 100
DONE = "done"


@dataclass(frozen=True)
class Share:
    """What one part adds: its row's id, how far it is in per cent, and its share of the whole."""

    assignment_id: int
    percent: int
    weight: float


@dataclass(frozen=True)
class Progress:
    """How far the parts of a case are together, in per cent; None where no part counts."""

    percent: int | None
    shares: Sequence[Share]


def progress_of(rows: Sequence[Any]) -> Progress:
    """Return how far a case is, given every assignment that it has had.

    The lead and each department that is in it or has finished weigh the same; what was waived, transferred or ended in
    any other way counts for nothing, and a delegation only through the part that was delegated. It is rounded down, so
    that 100 means that each of them says so.
    """
    counted = [row for row in rows if row.kind != DELEGATE and (row.ended_at is None or row.status == DONE)]
    shares = [Share(row.id, percent_of(row, rows), 1 / len(counted)) for row in counted]
    return Progress(sum(share.percent for share in shares) // len(shares) if shares else None, shares)


def percent_of(row: Any, rows: Sequence[Any]) -> int:
    """Return how far one part is, in per cent: as far as its department says, or whoever it is delegated to now."""
    if row.status == DONE:
        return WHOLE
    delegated = (other for other in rows if other.parent_id == row.id and other.ended_at is None)
    return max(other.progress or 0 for other in (row, *delegated))
