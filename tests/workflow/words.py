"""The words of the laws, as the capabilities register them, and the laws that are shipped."""

from pathlib import Path

import config
from cases.words import vocabulary
from workflow.definition import Definition
from workflow.reading import load

WORKFLOWS = Path(config.__file__).parent / "workflows"
SHIPPED = ("proposal", "grievance")

WORDS = vocabulary()


def shipped(name: str) -> Definition:
    """Return a law of `config/workflows`, read against these words."""
    return load(WORKFLOWS / f"{name}.toml", WORDS)
