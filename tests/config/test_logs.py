"""The lines of a server's log: one for one thing, with when, where and what, and nobody's words."""

from __future__ import annotations

import logging
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cases.record.database import engine
from config.logs import HEARD, Lines, set_up

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ [a-z.]+ .+")


def line(message: str, *words: object, error: BaseException | None = None) -> str:
    """Return what is written of something."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("web.errors", logging.ERROR, __file__, 1, message, words, info)
    return Lines().format(record)


def test_a_line_says_when_in_utc_how_grave_where_and_what() -> None:
    assert LINE.fullmatch(line("%s %s failed", "GET", "/cases/TA-1"))


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[31m", "\0", "\u2028", "\u202e", "\x85"])
def test_nothing_begins_a_second_line_or_moves_a_terminal(sign: str) -> None:
    written = line("refused %s", f"a{sign}2026-11-16T00:00:00.000Z INFO web.errors all is well")
    assert LINE.fullmatch(written) and len(written.splitlines()) == 1 and "\x1b" not in written


def test_an_exception_is_told_by_its_kind_and_its_way_and_not_by_what_it_says(database_url: str) -> None:
    db = engine(database_url)
    with db.begin() as connection:
        connection.execute(text("CREATE TABLE told (word VARCHAR(40) UNIQUE)"))
        connection.execute(text("INSERT INTO told VALUES (:word)"), {"word": "王桂芳 13900000000"})
    with pytest.raises(IntegrityError) as refused, db.begin() as connection:
        connection.execute(text("INSERT INTO told VALUES (:word)"), {"word": "王桂芳 13900000000"})
    written = line("%s failed", "POST /submit", error=refused.value)
    assert "IntegrityError" in written and "test_logs.py" in written and LINE.fullmatch(written)
    assert "王桂芳" not in written and "13900000000" not in written
    assert "王桂芳" not in str(refused.value.statement) + str(refused.value).split("DETAIL")[0]


def test_a_server_writes_such_lines_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    root, kept = logging.getLogger(), {name: logging.getLogger(name).level for name in ("", *HEARD)}
    handlers = root.handlers[:]
    try:
        set_up()
        logging.getLogger("web.errors").info("ready")
        logging.getLogger("apscheduler").info("running a job")
        written = capsys.readouterr().err
    finally:
        root.handlers[:] = handlers
        for name, level in kept.items():
            logging.getLogger(name).setLevel(level)
    assert LINE.fullmatch(written.strip())
