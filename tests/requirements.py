"""What some tests need from the machine, and whether they may do without it."""

import os
from typing import NoReturn

import pytest


def absent(what: str, reason: str) -> NoReturn:
    """Skips a test that names what it lacks, or fails it where BIHUAN_TEST_REQUIRE asks for that."""
    required = [word.strip() for word in os.environ.get("BIHUAN_TEST_REQUIRE", "").split(",")]
    if what in required:
        pytest.fail(f"BIHUAN_TEST_REQUIRE asks for {what}: {reason}", pytrace=False)
    pytest.skip(f"{what}: {reason}")
