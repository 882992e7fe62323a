"""To correct what one is about to raise (改稿): the case has the new words, its history keeps the old ones."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from cases.raising import LONGEST_TEXT, LONGEST_TITLE
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.statements import Prepared
from cases.words import Deed, condition, effect, register
from workflow.errors import Refusal
from workflow.vocabulary import Field

_CASES = table_of(Case)
#: No event holds a title, which can be erased: it stands in the row, and with the event in a text of its own.
_NAME = Prepared(update(_CASES).where(_CASES.c.id == bindparam("case_id")), "title")

register(
    Field("title", "line", "标题", "Title", longest=LONGEST_TITLE, is_private=True),
    Field("text", "text", "内容", "Text", longest=LONGEST_TEXT, is_private=True),
)


@effect("revise", needs=("title", "text"), only_if=("nobody_endorses",))
def revise(deed: Deed) -> None:
    """Give the case another title and text; the earlier ones stay in its history."""
    title = deed.fields["title"]
    _NAME.run(deed.db, {"title": title, "case_id": deed.case_id})
    set_committed_value(deed.case, "title", title)


@condition("nobody_endorses")
def nobody_endorses(deed: Deed) -> Refusal | None:
    """Refuse where somebody endorses the case: they did so as it was written."""
    if deed.case.voices:
        return Refusal("已有人附议，内容不能再改。", "Somebody endorses it as it was written; it cannot be changed.")
    return None
