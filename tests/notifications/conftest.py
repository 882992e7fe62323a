"""The small world, whose people have addresses."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.notifications.mailbox import Mailbox
from tests.notifications.newsroom import Newsroom


@pytest.fixture
def newsroom(peopled_url: str) -> Newsroom:
    """Gives the cast in a database of this test's own, once on each engine."""
    return Newsroom(peopled_url)


@pytest.fixture
def mailed(newsroom: Newsroom) -> Iterator[tuple[Newsroom, Mailbox]]:
    """Gives the newsroom with a mail server."""
    with Mailbox() as box:
        newsroom.settings = replace(newsroom.settings, **box.settings)
        yield newsroom, box
