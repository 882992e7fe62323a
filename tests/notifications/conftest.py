"""The small world, whose people have addresses."""

import pytest

from tests.notifications.newsroom import Newsroom


@pytest.fixture
def newsroom(database_url: str) -> Newsroom:
    """Gives the cast in a database of this test's own, once on each engine."""
    return Newsroom(database_url)
