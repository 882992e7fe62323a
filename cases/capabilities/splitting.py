"""One matter of several is taken out of a case and becomes a case of its own (拆分)."""

from __future__ import annotations

from cases import beside
from cases.capabilities.accusations import pass_on
from cases.capabilities.links import SPLIT_FROM
from cases.raising import LONGEST_TEXT, LONGEST_TITLE, split_off
from cases.record.links import CaseLink
from cases.words import Deed, effect, register
from workflow.vocabulary import Field

register(
    Field("part_title", "line", "拆出事项标题", "Title of the part", longest=LONGEST_TITLE, is_private=True),
    Field("part_text", "text", "拆出事项内容", "Text of the part", longest=LONGEST_TEXT, is_private=True),
)


@effect("split", needs=("part_title", "part_text"))
def split(deed: Deed) -> None:
    """Begin a case with the part, for the same submitter and union, where this one lies; both name each other."""

    def also(birth: Deed) -> None:
        beside.add(birth, CaseLink, other_id=deed.case.id, kind=SPLIT_FROM, linked_at=deed.at)
        pass_on(deed, birth)
        birth.facts["fields"] = {"other": deed.case.number}

    part = split_off(deed, deed.fields["part_title"], deed.fields["part_text"], also)
    deed.facts.setdefault("fields", {})["other"] = part.number
