"""Passwords that got out somewhere: a list that an installation keeps as a file, for no query leaves the house.

The file is the one that haveibeenpwned.com gives away, "ordered by hash": a line each, `SHA-1:how often`, in order.
It is searched where it lies, some forty reads for all of its lines (ASVS 5.0 6.2.12).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from workflow.errors import Refusal

LINE, DIGITS = 200, 40


class NoList(Refusal):
    """The file that the settings name cannot be read, so no password is taken unweighed."""


def is_leaked(file: str, word: str) -> bool:
    """Tell whether a password stands in the file; without a file none does. Raises NoList."""
    if not file:
        return False
    # The digest finds a line of a public list and protects nothing.
    wanted = hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with Path(file).open("rb") as lines:
            return _found(lines, wanted)
    except OSError as error:
        raise NoList(
            f"无法读取已泄露密码清单 {file}（{error.strerror}）：请联系系统管理员。",
            f"The list of leaked passwords {file} cannot be read ({error.strerror}): tell the system administrator.",
        ) from None


def _found(lines: BinaryIO, wanted: bytes) -> bool:
    """Look for the line that begins so; it begins at `low` or after it, and before `high`."""
    low, high = 0, lines.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        lines.seek(middle)
        if middle:
            lines.seek(middle - 1)
            lines.readline(LINE)  # to the beginning of the next line
        here = lines.readline(LINE).strip().upper()[:DIGITS]
        if here == wanted:
            return True
        if here and here < wanted:
            low = lines.tell()
        else:
            high = middle
    return False
