"""What the API gives of cases that have to do with each other."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class SimilarCase(BaseModel):
    """A case that tells of the same: how much of the text both have, of 1, and the phrases, as the text has them."""

    number: str
    title: str
    state: str
    state_label: str
    score: float
    phrases: list[str]
    submitted_at: datetime | None
    closed_at: datetime | None


class SimilarCases(BaseModel):
    """What is like a text: cases that I may see, about how many others there are, and what those say alike.

    Others are told of in steps of five: 0, 5, 10.
    """

    items: list[SimilarCase]
    others: int
    others_phrases: list[str]


class LinkedCase(BaseModel):
    """A case that this one is linked with; `label` reads from this case's side."""

    number: str
    title: str
    kind: str
    label: str


class LeadAnswer(BaseModel):
    """An answer of the lead case; null once it was erased."""

    text: str | None


class LeadCase(BaseModel):
    """The case that goes on for a merged one: what became of it, and nothing of who raised it."""

    number: str
    state_label: str
    answered_at: datetime | None
    closed_at: datetime | None
    answers: list[LeadAnswer]


class MergedCase(BaseModel):
    """A case that was merged into this one."""

    number: str
    title: str
    rating: str | None


class Related(BaseModel):
    """What else a case has to do with, as far as I may see it."""

    links: list[LinkedCase]
    lead_case: LeadCase | None
    merged: list[MergedCase]
