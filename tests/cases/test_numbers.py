"""Case numbers: no two alike, none that tells how many there are."""

from __future__ import annotations

from itertools import pairwise

from cases.record.number import number_of, shuffled, unshuffled

KEY = bytes(range(16))


def test_no_two_ids_share_a_number() -> None:
    ids = [*range(1, 50_000), *range(2**34 - 1000, 2**34 + 1000), 2**63 - 1]
    assert len({number_of(KEY, "TA", 2026, case_id) for case_id in ids}) == len(ids)


def test_neighbours_look_unlike_and_another_key_gives_other_numbers() -> None:
    one, two = (number_of(KEY, "TA", 2026, case_id) for case_id in (1, 2))
    assert sum(a == b for a, b in zip(one[8:], two[8:], strict=True)) < 4
    assert number_of(b"another key", "TA", 2026, 1) != one


def test_a_number_can_be_said_on_the_phone() -> None:
    number = number_of(KEY, "TA", 2026, 123)
    assert number.startswith("TA-2026-")
    assert len(number) == 15
    assert not set("01ILO") & set(number[8:])


def test_what_was_shuffled_for_a_purpose_is_found_again_for_that_purpose_alone() -> None:
    ids = [*range(1, 5_000), 2**34 - 1, 2**34, 2**62 + 5]
    there = [shuffled(KEY, one, b"inbox") for one in ids]
    assert [unshuffled(KEY, one, b"inbox") for one in there] == ids
    assert len(set(there)) == len(ids)
    assert sum(a == b for a, b in zip(there, (shuffled(KEY, one, b"reveal") for one in ids), strict=True)) < 3
    assert sum(b == a + 1 for a, b in pairwise(there)) < 3
