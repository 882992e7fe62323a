"""What a law can ask for and do, one capability a file: its words, what they write, and its queries."""

from cases.capabilities import (
    appeals,
    assignments,
    classification,
    desks,
    endorsements,
    extensions,
    feedback,
    levels,
    merging,
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
    "endorsements",
    "extensions",
    "feedback",
    "levels",
    "merging",
    "parts",
    "promises",
    "returns",
    "separation",
    "texts",
]
