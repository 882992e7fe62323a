"""Free text that an action asks for, and the answer that counts as the first substantive one."""

from __future__ import annotations

from cases.words import STAFF, Deed, effect, register
from workflow.vocabulary import Field

AUDIENCES = {
    "parties": ("申请人和办理各方", "everyone in the case"),
    STAFF: ("仅工会和承办部门", "unions and departments only"),
}

register(
    Field("reason", "text", "理由", "Reason", longest=2_000, is_private=True),
    Field("note", "text", "留言", "Note", longest=5_000, is_private=True),
    Field("answer", "text", "答复意见", "Answer", longest=20_000, is_private=True),
    Field("summary", "text", "情况摘要", "Summary", longest=5_000, is_private=True),
    Field("result", "text", "办理结果", "Result", longest=5_000, is_private=True),
    Field("audience", "choice", "谁可以看", "Audience", options=AUDIENCES),
)


@effect("answer", needs=("answer",))
def answer(deed: Deed) -> None:
    """Remember when the case was first answered; later answers do not move that moment."""
    if deed.case.answered_at is None:
        deed.sets["answered_at"] = deed.at
