"""The lines that a server writes to stderr: when in UTC, how grave, which part of the program, what; nobody's words.

An exception is told by its kind and by where it came from. What it says is left out: a database repeats in it what
somebody wrote, and who (ASVS 5.0 16.2.5). One event is one line, whatever stands in it (16.4.1).
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

#: Ours and the server's own; of all other packages only what is wrong.
HEARD = ("cases", "notifications", "web", "uvicorn")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Lines(logging.Formatter):
    """Writes a record as one line: `2026-11-16T01:00:00.123Z ERROR web.errors GET /cases/TA-1 failed`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        words = [at, record.levelname, record.name, record.getMessage()]
        if record.exc_info:
            words.append(self.formatException(record.exc_info))
        return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in " ".join(words))

    def formatException(self, ei: _Raised) -> str:
        """Return the kinds of an exception and of what caused it, each with the way that it came."""
        told: list[str] = []
        error = ei[1]
        while error is not None and len(told) < 5:
            way = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)]
            sort = getattr(error, "sqlstate", None) or getattr(error, "errno", None) or ""
            told.append(f"[{type(error).__module__}.{type(error).__qualname__} {sort} at {' < '.join(way[::-1])}]")
            error = error.__cause__ or error.__context__
        return " from ".join(told)


def set_up() -> None:
    """Have this process write such lines, and nothing else."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in HEARD:
        logging.getLogger(name).setLevel(logging.INFO)
