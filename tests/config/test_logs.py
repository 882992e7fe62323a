"""A log tells where something went wrong, and never the words that were being handled."""

from __future__ import annotations

import logging
import subprocess
import sys

from config.logs import Wordless, places_of
from tests.conftest import ROOT

PROGRAM = """
import logging, sys
from config import logs
logs.begin()
log = logging.getLogger("web")
try:
    try:
        int("钱桂芳")
    except ValueError as error:
        raise KeyError("13957312345") from error
except KeyError:
    log.exception("%s failed", "/submit/open")
logging.getLogger("uvicorn.error").info("it runs")
"""


def test_an_error_is_told_by_its_kinds_and_places_and_not_by_its_words() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert "ERROR web: /submit/open failed" in done.stderr and "INFO uvicorn.error: it runs" in done.stderr
    assert done.stderr.index("builtins.ValueError") < done.stderr.index("builtins.KeyError")
    assert 'File "<string>", line 8' in done.stderr
    assert "钱桂芳" not in done.stderr and "13957312345" not in done.stderr


def test_an_error_that_comes_from_itself_is_told_all_the_same() -> None:
    one, other = ValueError("钱桂芳"), KeyError("钱桂芳")
    one.__cause__, other.__cause__ = other, one
    assert "钱桂芳" not in places_of(one) and "builtins.KeyError" in places_of(one)
    record = logging.LogRecord("web", logging.ERROR, __file__, 1, "failed", (), (ValueError, one, None))
    assert Wordless("%(message)s").format(record).startswith("failed\n")
