"""How an import ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Outcome:
    """What became of a file's rows: new, brought up to date, known before, standing twice in the file, or left out."""

    imported: int = 0
    changed: int = 0
    known: int = 0
    repeated: int = 0
    bad: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows were read."""
        return self.imported + self.changed + self.known + self.repeated + self.bad
