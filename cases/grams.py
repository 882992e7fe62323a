"""The pieces that texts are compared by, and the phrases that two texts share.

A piece is two neighbouring Chinese characters, or four neighbouring letters and digits, of which two say next to
nothing. Width, case, accents, punctuation and spaces make no difference, so that neither another keyboard nor another
order of clauses hides the same matter.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

#: So many characters of a text are compared: what a matter is stands in its first pages.
LONGEST = 4_000
LETTERS = 4
#: So many characters of a shared phrase are shown.
LONGEST_PHRASE = 60
#: A phrase is worth showing from three Chinese characters on, or six letters, which count half.
SHORTEST = 3.0
#: A piece that occurs in many places of a text begins no phrase after so many of them.
MOST_PLACES = 8

_ASCII = "0123456789abcdefghijklmnopqrstuvwxyz"
_DIGITS = {sign: number for number, sign in enumerate(_ASCII, 1)}
#: Pieces of letters lie above all pairs of characters, which have 21 bits each.
_ABOVE = 1 << 43


@dataclass(frozen=True)
class Plain:
    """A text as it is compared, with the place in the original where each of its characters stood."""

    signs: str
    places: Sequence[int]
    original: str

    def phrase(self, begin: int, end: int) -> str:
        """Return a stretch as it was written, on one line; of a very long one the beginning."""
        words = " ".join(self.original[self.places[begin] : self.places[end - 1] + 1].split())
        return words if len(words) <= LONGEST_PHRASE else words[:LONGEST_PHRASE] + "…"


@dataclass(frozen=True)
class Shared:
    """A stretch that two texts share, as the first one has it, and what it weighs."""

    phrase: str
    signs: str
    weight: float


def plain(text: str, longest: int = LONGEST) -> Plain:
    """Return a text as it is compared, or the beginning of a very long one."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for part in folded(sign):
            signs.append(part)
            places.append(place)
        if len(signs) >= longest:
            break
    return Plain("".join(signs), places, text)


def grams(signs: str) -> set[int]:
    """Return the pieces of a text that was made plain."""
    return {gram for _, _, gram in _pieces(signs)}


def packed(pieces: set[int]) -> bytes:
    """Return pieces as bytes, in order."""
    return array("q", sorted(pieces)).tobytes()


def unpacked(kept: bytes) -> array[int]:
    """Return the pieces that were packed."""
    found = array("q")
    found.frombytes(kept)
    return found


def shared_phrases(one: Plain, other: Plain, weights: Mapping[int, float], most: int) -> list[Shared]:
    """Return the longest stretches of one text that the other has too, weightiest first, none twice.

    `weights` say how rare each piece is. The cost grows with the length of the first text, and with how often its
    pieces occur in the second.
    """
    where: dict[int, list[int]] = {}
    for begin, _, gram in _pieces(other.signs):
        places = where.setdefault(gram, [])
        if len(places) < MOST_PLACES:
            places.append(begin)
    found: dict[str, Shared] = {}
    reached = 0
    for begin, _, gram in _pieces(one.signs):
        if begin < reached or gram not in where:
            continue
        length = max(_common(one.signs, begin, other.signs, there) for there in where[gram])
        signs = one.signs[begin : begin + length]
        if sum(0.5 if sign.isascii() else 1.0 for sign in signs) < SHORTEST:
            continue
        reached = begin + length
        if signs not in found:
            weight = sum(weights.get(piece, 0.0) for _, _, piece in _pieces(signs))
            found[signs] = Shared(one.phrase(begin, reached), signs, weight)
    return sorted(found.values(), key=lambda shared: (-shared.weight, -len(shared.signs)))[:most]


def _pieces(signs: str) -> Iterator[tuple[int, int, int]]:
    """Yield the pieces of a plain text in order: where each begins and ends, and its number."""
    begin = 0
    for is_ascii, run in groupby(signs, key=str.isascii):
        length = len(list(run))
        size = LETTERS if is_ascii else 2
        if length < size and length > 1:
            size = length
        for place in range(begin, begin + length - size + 1):
            piece = signs[place : place + size]
            yield place, place + size, _letters(piece) if is_ascii else (ord(piece[0]) << 21) | ord(piece[1])
        begin += length


def _letters(piece: str) -> int:
    number = 0
    for sign in piece:
        number = number * 37 + _DIGITS.get(sign, 0)
    return _ABOVE + number


def _common(one: str, begin: int, other: str, there: int) -> int:
    """Return how many characters two texts have in common from two places on."""
    length, most = 0, min(len(one) - begin, len(other) - there)
    while length < most and one[begin + length] == other[there + length]:
        length += 1
    return length


@lru_cache(maxsize=20_000)
def folded(sign: str) -> str:
    """Return a character without width, case and accent; nothing for what is neither letter nor digit."""
    apart = unicodedata.normalize("NFKD", sign).casefold()
    return "".join(part for part in apart if part.isalnum())
