"""How something failed, as an administrator reads it: where, and of which kind; in words only where they are ours.

Any other error repeats what was being handled, and whoever runs the system reads no cases (ASVS 5.0 16.2.5). Ours name
laws, calendars and units.
"""

from __future__ import annotations

import traceback

from workflow.errors import Refusal

#: An error that was caused by others is told with so many of them.
MOST = 5


def told(error: BaseException) -> str:
    """Return how an error came about, the first cause first, as Python prints it but without the words of others."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < MOST:
        way = "".join(traceback.format_tb(cause.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{way}{kind(cause)}\n")
        cause = cause.__cause__ or cause.__context__
    return "\n".join(reversed(parts))


def kind(error: BaseException) -> str:
    """Return the kind of an error, and what it says where that is a sentence of ours."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name}: {error}" if isinstance(error, Refusal) else name
