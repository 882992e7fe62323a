"""From figures that are published nobody finds out a small number, also not out of two reports, or knowing the rule."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from itertools import product

from cases.pooling import FEWEST, Pooled, is_safe, pooled

PAIRS = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "1000"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "20261121"))
UNITS, CATEGORIES = ("A", "B", "C", "D", "E"), ("w", "x", "y", "z")
PRIME = 2**61 - 1

Table = dict[str, tuple[int, ...]]
Cell = tuple[str, str, int]


def test_rows_with_a_small_number_are_told_together_with_two_more() -> None:
    rows: Table = {"A": (1, 9), "B": (20, 7), "C": (8, 9), "D": (6, 6), "E": (0, 0)}
    told = pooled(rows, 2)
    assert told.alone == {"B": (20, 7), "E": (0, 0)}
    assert told.others == (15, 24) and told.whole == (35, 31)


def test_a_whole_that_is_small_is_not_told() -> None:
    assert pooled({"A": (1, 9), "B": (3, 7)}, 2) == Pooled({}, None, None)
    assert pooled({}, 2).whole == (0, 0)


def test_nothing_is_pooled_where_nothing_is_small() -> None:
    rows: Table = {"A": (5, 0), "B": (6, 7)}
    assert pooled(rows, 2) == Pooled(rows, None, (11, 7))


def test_of_two_reports_nobody_computes_a_small_number() -> None:
    """Two breakdowns of the same cases give equations; a number is found out where they leave it one value."""
    dice, small = random.Random(SEED), 0
    for number in range(PAIRS):
        cells = drawn(dice)
        by_unit, by_category = (pooled(table(cells, place), 2) for place in (0, 1))
        told = [*told_of(by_unit, 0), *told_of(by_category, 1)]
        for place, report in enumerate((by_unit, by_category)):
            for key, counts in table(cells, place).items():
                for part, count in enumerate(counts):
                    if 0 < count < FEWEST:
                        small += 1
                        asked = frozenset(cell for cell in cells if cell[place] == key and cell[2] == part)
                        assert not follows(asked, told, sorted(cells)), f"BIHUAN_TEST_SEED={SEED}, pair {number}"
                        assert key not in report.alone
    assert small > PAIRS


def test_who_knows_the_rule_is_left_with_more_than_one_value_for_each_small_number() -> None:
    dice, seen = random.Random(SEED), 0
    for number in range(PAIRS // 5):
        rows: Table = {key: (few(dice), few(dice)) for key in UNITS[:4]}
        told = pooled(rows, 2)
        if told.others is None:
            continue
        held = [key for key in rows if key not in told.alone]
        open_ = {(key, part) for key in held for part in (0, 1) if 0 < rows[key][part] < FEWEST}
        seen += len(open_)
        for other in explanations(dice, rows, held, told.others):
            if pooled(other, 2) == told:
                open_ -= {(key, part) for key, part in open_ if other[key][part] != rows[key][part]}
            if not open_:
                break
        assert not open_, f"BIHUAN_TEST_SEED={SEED}, table {number}: {rows} tells {sorted(open_)}"
    assert seen > PAIRS / 10


def test_a_build_that_hides_only_the_small_rows_is_found() -> None:
    dice = random.Random(SEED)
    for _ in range(100):
        cells = drawn(dice)
        rows = table(cells, 0)
        alone = {key: counts for key, counts in rows.items() if is_safe(counts)}
        lone = [key for key in rows if key not in alone]
        if len(lone) == 1:
            told = list(told_of(Pooled(alone, None, tuple(map(sum, zip(*rows.values(), strict=True)))), 0))
            asked = frozenset(cell for cell in cells if cell[0] == lone[0] and cell[2] == 0)
            assert follows(asked, told, sorted(cells))
            return
    raise AssertionError("nothing was drawn that tells")


def drawn(dice: random.Random) -> dict[Cell, int]:
    """Draw how many cases there are of each unit and category, in two parts."""
    often = dice.choice((1, 3, 8))
    places = product(UNITS[: dice.randrange(3, 6)], CATEGORIES[: dice.randrange(3, 5)], (0, 1))
    return {cell: dice.randrange(often + 1) * dice.randrange(3) for cell in places}


def few(dice: random.Random) -> int:
    return dice.choice((0, 1, 2, 3, 4, 5, 6, 7, 9))


def table(cells: dict[Cell, int], place: int) -> Table:
    """Return the rows of one breakdown."""
    keys = sorted({cell[place] for cell in cells})
    return {
        str(key): tuple(
            sum(n for cell, n in cells.items() if cell[place] == key and cell[2] == part) for part in (0, 1)
        )
        for key in keys
    }


def told_of(report: Pooled, place: int) -> Iterator[tuple[int, frozenset[str] | None, int]]:
    """Yield what a report tells: by which breakdown, of which keys together (all: None), of which part."""
    for part in (0, 1):
        for key in report.alone:
            yield place, frozenset({key}), part
        if report.whole is not None:
            yield place, None, part


def follows(
    asked: frozenset[Cell], told: Sequence[tuple[int, frozenset[str] | None, int]], cells: Sequence[Cell]
) -> bool:
    """Tell whether a sum of cells is a combination of the sums that were told (what is pooled is the rest of all)."""
    rows = [
        [int(cell[2] == part and (keys is None or cell[place] in keys)) for cell in cells] for place, keys, part in told
    ]
    before = rank(rows)
    return rank([*rows, [int(cell in asked) for cell in cells]]) == before


def rank(rows: Sequence[Sequence[int]]) -> int:
    """Return the rank of a matrix, counted modulo a prime."""
    left, found = [list(row) for row in rows], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        turned = pow(pivot[column], -1, PRIME)
        for place in range(found + 1, len(left)):
            if factor := left[place][column] * turned % PRIME:
                left[place] = [(one - factor * two) % PRIME for one, two in zip(left[place], pivot, strict=True)]
        found += 1
    return found


def explanations(dice: random.Random, rows: Table, held: Sequence[str], others: Sequence[int]) -> Iterator[Table]:
    """Yield, in any order, tables that say the same where they are told alone, and as one where not."""
    ways = [list(splits(total, len(held))) for total in others]
    for way in ways:
        dice.shuffle(way)
    longest = max(map(len, ways))
    for turn in range(longest * min(map(len, ways))):
        chosen = [ways[0][turn % len(ways[0])], ways[1][(turn + turn // longest) % len(ways[1])]]
        yield rows | {key: (chosen[0][place], chosen[1][place]) for place, key in enumerate(held)}


def splits(total: int, count: int) -> Iterator[tuple[int, ...]]:
    """Yield the ways to write a number as a sum of so many."""
    if count == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, count - 1):
            yield (first, *rest)
