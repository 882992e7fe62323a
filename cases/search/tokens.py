"""The words that texts are searched by: pairs of neighbouring characters, and whole runs of letters and digits.

Chinese is not cut into words, for every dictionary cuts somewhere else: a run of five characters lies in the index as
its four pairs, and what is searched for is a phrase of such pairs. The character that ends a run lies there alone too,
so that one character is found wherever it stands, as the beginning of a token. Width, case, accents and punctuation
make no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.grams import folded

#: Digits in a row that are not searched for: nobody finds a complaint by a telephone or an identity number in it.
PRIVATE_DIGITS = 7
#: A run of letters is known by so many of them.
LONGEST_RUN = 40
#: So many words of a search are looked for.
MOST_PHRASES = 8


@dataclass(frozen=True)
class Phrase:
    """Tokens that stand side by side; the last one is the beginning of a word if `is_prefix`.

    `signs` is what it was made of, to be marked where it stands.
    """

    tokens: Sequence[str]
    is_prefix: bool
    signs: str


def tokens(text: str) -> Iterator[str]:
    """Yield the tokens of a text in order, without numbers that could tell who somebody is."""
    for run in _runs(text):
        if not run.isascii():
            yield from (run[place : place + 2] for place in range(len(run) - 1))
            yield run[-1]
        elif not (run.isdigit() and len(run) >= PRIVATE_DIGITS):
            yield run[:LONGEST_RUN]


def phrases(words: str) -> list[Phrase]:
    """Return what somebody searches for: each word between spaces has to occur."""
    found = (_phrase(word) for word in dict.fromkeys(words.split()))
    return [phrase for phrase in found if phrase.tokens][:MOST_PHRASES]


def _phrase(word: str) -> Phrase:
    runs = list(_runs(word))
    found: list[str] = []
    for run in runs[:-1]:
        found += [run[:LONGEST_RUN]] if run.isascii() else [*_pairs(run), run[-1]]
    last = runs[-1] if runs else ""
    is_prefix = last.isascii() or len(last) == 1
    found += ([last[:LONGEST_RUN]] if last else []) if is_prefix else _pairs(last)
    return Phrase(tuple(found), is_prefix, "".join(runs))


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _runs(text: str) -> Iterator[str]:
    """Yield the runs of letters and digits, and of all other characters; punctuation parts only the former."""
    run: list[str] = []
    is_ascii, is_over = True, False
    for sign in text:
        parts = folded(sign)
        is_over = is_over or not parts
        for part in parts:
            if run and (part.isascii() is not is_ascii or (is_over and is_ascii)):
                yield "".join(run)
                run = []
            is_ascii, is_over = part.isascii(), False
            run.append(part)
    if run:
        yield "".join(run)
