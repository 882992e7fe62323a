"""What a law can ask for and do, one capability a file: its words, what they write, and its queries."""

from cases.capabilities import (
    appeals,
    assignments,
    classification,
    desks,
    disputes,
    extensions,
    feedback,
    levels,
    merging,
    part_extensions,
    part_returns,
    parts,
    promises,
    returns,
    separation,
    texts,
)

__all__ = [
    "appeals",
    "assignments",
    "classification",
    "desks",
    "disputes",
    "extensions",
    "feedback",
    "levels",
    "merging",
    "part_extensions",
    "part_returns",
    "parts",
    "promises",
    "returns",
    "separation",
    "texts",
]
