"""What a law can ask for and do, one capability a file: its words, what they write, and its queries."""

from cases.capabilities import (
    appeals,
    assignments,
    classification,
    delegations,
    desks,
    extensions,
    feedback,
    levels,
    merging,
    parts,
    progress,
    promises,
    returns,
    separation,
    supports,
    texts,
)

__all__ = [
    "appeals",
    "assignments",
    "classification",
    "delegations",
    "desks",
    "extensions",
    "feedback",
    "levels",
    "merging",
    "parts",
    "progress",
    "promises",
    "returns",
    "separation",
    "supports",
    "texts",
]
