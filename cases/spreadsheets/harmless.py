"""Cells that do nothing when somebody opens them."""

from __future__ import annotations

from typing import Any

#: A cell that begins with one of these is run as a formula by some spreadsheet programs (OWASP, CSV injection).
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def harmless(value: Any) -> Any:
    """Return a CSV cell that no spreadsheet program runs as a formula: an apostrophe goes before its first sign."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value
