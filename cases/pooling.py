"""Figures in which nobody is to be recognised: rows with a small number in them are told together, as one.

Fewer than five are somebody: a number of one to four does not stand alone. The row that has one is pooled with others,
until at least three rows are told as one sum without a small number in it: the sum of two would be known to whoever
handles one of them. Rows that need no protection are taken as well where the others would not do, the smallest first.
A whole that is small itself is not told at all. (Complementary suppression: Willenborg and de Waal, Elements of
Statistical Disclosure Control, 2001, chapter 6. Pooling says the same as blank cells beside a total.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

#: Numbers below it, but for none at all, are told of nobody.
FEWEST = 5
#: So many rows are told as one, at the least, where there are as many.
TOGETHER = 3

Counts = Sequence[int]


class Pooled(NamedTuple):
    """Rows that are told, by key; the sum of the others, if there are any; the sum of all. None is not told."""

    alone: Mapping[str, Counts]
    others: Counts | None
    whole: Counts | None


def pooled(rows: Mapping[str, Counts], parts: int) -> Pooled:
    """Return what may be told of some rows, each of so many parts that exclude each other."""
    whole = _sum(rows.values(), parts)
    if not is_safe(whole):
        return Pooled({}, None, None)
    held = [key for key in rows if not is_safe(rows[key])]
    rest = sorted((key for key in rows if is_safe(rows[key]) and any(rows[key])), key=lambda key: (sum(rows[key]), key))
    while held and rest and not (len(held) >= TOGETHER and is_safe(_sum((rows[key] for key in held), parts))):
        held.append(rest.pop(0))
    alone = {key: rows[key] for key in rows if key not in held}
    return Pooled(alone, _sum((rows[key] for key in held), parts) if held else None, whole)


def is_safe(counts: Counts) -> bool:
    """Tell whether no number is so small that it is somebody."""
    return all(count == 0 or count >= FEWEST for count in counts)


def _sum(rows: Iterable[Counts], parts: int) -> Counts:
    total = [0] * parts
    for row in rows:
        total = [one + other for one, other in zip(total, row, strict=True)]
    return tuple(total)
