"""What events tell of what was erased: tombstones, which name a case and say nothing of whom it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: One case, as its submitter or two people of the staff have asked; many, by their age; those of an older backup.
ERASE, ERASE_DUE, ERASE_AGAIN = "erase_identity", "erase_due", "erase_again"
ACTIONS = (ERASE, ERASE_DUE, ERASE_AGAIN)
ERASED = "erased"


class Tombstone(NamedTuple):
    """Who raised a case was erased by an event; whether what they had written went as well."""

    seq: int
    case_id: int
    with_texts: bool


def tombstones_in(seq: int, data: Mapping[str, Any]) -> Iterator[Tombstone]:
    """Yield the tombstones of one event."""
    for pair in data.get(ERASED) or ():
        yield Tombstone(seq, pair[0], pair[1])
