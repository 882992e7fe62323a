"""What a law can ask for and do, one capability a file: its words, what they write, and its queries."""

from cases.capabilities import (
    appeals,
    assignments,
    classification,
    desks,
    extensions,
    feedback,
    levels,
    links,
    merging,
    parts,
    promises,
    returns,
    separation,
    splitting,
    texts,
)

__all__ = [
    "appeals",
    "assignments",
    "classification",
    "desks",
    "extensions",
    "feedback",
    "levels",
    "links",
    "merging",
    "parts",
    "promises",
    "returns",
    "separation",
    "splitting",
    "texts",
]
