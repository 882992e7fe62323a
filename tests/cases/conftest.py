"""The small world as a fixture."""

import pytest

from tests.cases.tampering import unprotected
from tests.cases.world import World


@pytest.fixture
def world(peopled_url: str) -> World:
    """Gives the cast in a database of this test's own, once on each engine."""
    return World(peopled_url)


@pytest.fixture
def full(world: World) -> World:
    """Gives a world of eight cases whose events come in turn, one with a file, and without what protects them."""
    return unprotected(world)
