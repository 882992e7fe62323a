"""A case with three departments in three different states, whatever its people do and however much time passes.

`BIHUAN_TEST_EXAMPLES` says how many sequences to run for each database, and then they are drawn anew, unless
`BIHUAN_TEST_SEED` repeats a run. The everyday ones are always the same.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.cases.walks import Walk
from tests.cases.world import World

EXAMPLES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "500"))
BATCH = 50  # sequences that share a database
STEPS = 12
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0" if "BIHUAN_TEST_EXAMPLES" in os.environ else "20261121"))


@pytest.mark.parametrize("batch", range(-(-EXAMPLES // BATCH)))
def test_whatever_many_hands_do_nothing_is_lost(world: World, batch: int) -> None:
    count = min(BATCH, EXAMPLES - batch * BATCH)
    number = (SEED or random.SystemRandom().randrange(1, 10**9)) + batch
    print(f"BIHUAN_TEST_SEED={number}, {count} sequences of up to {STEPS} steps")
    taken: Counter[str] = Counter()

    @seed(number)
    @settings(
        max_examples=count,
        derandomize=False,
        deadline=None,  # a shared machine is slow at times, and slowness is measured elsewhere
        database=None,  # a failing example depends on the seed alone
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),  # the record is slow on purpose: it waits for the disk
    )
    @given(die=st.integers(0, 2**32))
    def walk(die: int) -> None:
        dice = random.Random(die)
        Walk(world, dice, taken).go(dice.randrange(4, STEPS + 1))

    begun = time.monotonic()
    walk()
    print(f"{count / (time.monotonic() - begun):.1f} sequences/s; {dict(taken.most_common())}")
    world.check()
