"""What this installation writes to its log, and what it does not: the words of an error, which may quote what was sent.

A line tells when, who and what; an error tells its kinds and where in the program it happened. Databases and drivers
quote whole rows in what they say ("Failing row contains …"), and so may any library.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

#: Errors that one came from, of which somebody looks at the last.
MOST = 10

Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Wordless(logging.Formatter):
    """Writes of an error where it happened, and never what it says."""

    def formatException(self, ei: Failure) -> str:
        """Return the kinds of an error and of those that it came from, each with its places."""
        return places_of(ei[1]) if ei[1] is not None else ""


def places_of(error: BaseException) -> str:
    """Return the kinds of an error and of those that it came from, the first one first, each with its places."""
    parts: list[str] = []
    one: BaseException | None = error
    while one is not None and len(parts) < MOST:
        kind = f"{type(one).__module__}.{type(one).__qualname__}\n"
        parts.insert(0, kind + "".join(traceback.format_tb(one.__traceback__)))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "".join(parts).rstrip("\n")


def begin() -> None:
    """Have this process write its log so, to standard error, unless it has somewhere to write it already."""
    handler = logging.StreamHandler()
    handler.setFormatter(Wordless("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.INFO)
