"""What kind of matter it is, how urgent, and how it will be solved; the options of tier and urgency are the law's."""

from __future__ import annotations

from cases.words import register
from workflow.vocabulary import Field

register(
    Field("category", "line", "类别", "Category", longest=100, column="category"),
    Field("tier", "choice", "处置类别", "Tier", column="tier"),
    Field("urgency", "choice", "紧急程度", "Urgency", column="urgency"),
)
