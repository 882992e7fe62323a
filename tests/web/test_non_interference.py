"""What is hidden changes nothing: two worlds that differ in it alone give the same answers, to the byte.

Of the first kind are pairs in which the same case was raised by somebody else, or by somebody of another name. Of the
second, pairs of which one has a case that the other has not, read by those of whom it complains. `BIHUAN_TEST_EXAMPLES`
says how many pairs of the first kind are drawn; everyday they are few, and the same.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.conftest import copy_sqlite
from tests.databases import Cluster
from tests.web.pairs import against_somebody, of_two_people
from tests.web.twins import Twins

PAIRS = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "4"))
SEED = random.SystemRandom().randrange(10**9) if "BIHUAN_TEST_EXAMPLES" in os.environ else 5


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def twins(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Gives what worlds are made of, once on each engine."""
    folder = tmp_path_factory.mktemp("twins")
    if request.param == "sqlite":
        copy_sqlite(request.getfixturevalue("migrated_sqlite"), folder / "template.db")
        yield Twins(f"sqlite:///{folder / 'template.db'}", folder)
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    url = cluster.create("twins", request.getfixturevalue("migrated_postgres"))
    yield Twins(url, folder, cluster)


def some(twins: Twins, share: int) -> Iterator[random.Random]:
    """Yield the dice of each pair; PostgreSQL, on which a world costs more, has every tenth where they are many."""
    pairs = max(2, PAIRS // share)
    print(f"seed {SEED}")
    for number in range(pairs if twins.postgres is None else max(2, pairs // 10)):
        yield random.Random(f"{SEED} {share} {number}")


def test_nobody_can_tell_who_raised_a_case(twins: Twins) -> None:
    for dice in some(twins, 1):
        assert of_two_people(twins, dice) == []


def test_the_accused_cannot_tell_whether_there_is_a_case(twins: Twins) -> None:
    for dice in some(twins, 4):
        assert against_somebody(twins, dice) == []
