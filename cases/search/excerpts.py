"""Where in a case the words were found, with what stands around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from cases.grams import plain
from cases.search.documents import readable
from cases.search.finding import Found
from cases.search.tokens import Phrase

#: Characters before the first word that was found, and in the whole excerpt.
BEFORE, LENGTH = 24, 96
#: A text is looked through to here.
LONGEST = 20_000

#: Pieces of a text in order, each with whether it was searched for.
Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Excerpt:
    """A stretch of what was said in a case, with the field it was said in."""

    field: str
    pieces: Pieces


def excerpts(db: Session, found: Found) -> Mapping[int, Excerpt]:
    """Return, by the id of a case, where its texts hold most of the words; a case is left out where none does."""
    told: dict[int, Excerpt] = {}
    for case_id, said in readable(db, [case.id or 0 for case in found.page.cases]).items():
        best = 0
        for text in said:
            if text.is_for_staff and case_id not in found.as_staff:
                continue
            count = len({phrase.signs for phrase in found.phrases if phrase.signs in plain(text.body, LONGEST).signs})
            if count > best:
                best, told[case_id] = count, Excerpt(text.field, _stretch(text.body, found.phrases))
    return told


def marked(text: str, wanted: Sequence[Phrase]) -> Pieces:
    """Return a text in pieces, so that what was searched for can be marked."""
    return list(_pieces(text, _marks(text, wanted), 0, len(text)))


def _stretch(text: str, wanted: Sequence[Phrase]) -> Pieces:
    marks = _marks(text, wanted)
    begin = max(0, marks[0][0] - BEFORE)
    end = min(len(text), max(begin + LENGTH, marks[0][1]))
    pieces = [(" ".join(piece.split("\n")), is_marked) for piece, is_marked in _pieces(text, marks, begin, end)]
    return [*([("…", False)] if begin else []), *pieces, *([("…", False)] if end < len(text) else [])]


def _marks(text: str, wanted: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Return where in a text the phrases stand, each stretch once, in order."""
    there = plain(text, LONGEST)
    found: list[tuple[int, int]] = []
    for phrase in wanted:
        place = there.signs.find(phrase.signs)
        while place >= 0:
            last = place + len(phrase.signs) - 1
            found.append((there.places[place], there.places[last] + 1))
            place = there.signs.find(phrase.signs, last + 1)
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _pieces(text: str, marks: Sequence[tuple[int, int]], begin: int, end: int) -> Iterator[tuple[str, bool]]:
    place = begin
    for first, last in marks:
        if first >= end:
            break
        yield text[place:first], False
        yield text[first : min(last, end)], True
        place = min(last, end)
    yield text[place:end], False
