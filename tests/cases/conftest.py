"""The small world as a fixture."""

import pytest

from tests.cases.world import World


@pytest.fixture
def world(peopled_url: str) -> World:
    """Gives the cast in a database of this test's own, once on each engine."""
    return World(peopled_url)
