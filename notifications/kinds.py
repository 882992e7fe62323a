"""The kinds of news: what each is called, which placeholders its words may use, and whether it is urgent."""

from __future__ import annotations

from dataclasses import dataclass

#: What the words of any news about a case may name: the reader, the case, where it lies, what was done, the address.
OF_A_CASE = ("name", "number", "title", "state", "unit", "action", "link")
#: A rung also knows the moment of its limit.
OF_A_LIMIT = (*OF_A_CASE, "due")


@dataclass(frozen=True)
class Kind:
    """One kind of news. An urgent one ignores quiet hours where the union says so."""

    word: str
    zh: str
    en: str
    places: tuple[str, ...] = OF_A_CASE
    is_urgent: bool = False


#: What only an administrator can mend: told to nobody else, and of no case.
EXCEPTION = Kind("exception", "系统异常", "Needs an administrator", ("name", "link"), is_urgent=True)

#: What a person chooses channels for, in the order in which it is offered.
CHOSEN = (
    Kind("task", "交您办理", "Yours to handle"),
    Kind("request", "请您审批", "Asks for your decision"),
    Kind("decision", "审批结果", "Decided"),
    Kind("urge", "催办督办", "Urged"),
    Kind("remind", "临期提醒", "Limit near", OF_A_LIMIT),
    Kind("overdue", "逾期", "Overdue", OF_A_LIMIT, is_urgent=True),
    Kind("yellow", "黄牌", "Yellow card", OF_A_LIMIT),
    Kind("red", "红牌", "Red card", OF_A_LIMIT, is_urgent=True),
    Kind("card", "亮牌", "Card given by hand", is_urgent=True),
    Kind("climb", "升级到您", "Climbed to you", OF_A_LIMIT),
    Kind("question", "请您回应", "Waits for your word"),
    Kind("answer", "已有答复", "Answered"),
    Kind("outcome", "已有结果", "Concluded"),
    Kind("note", "留言和附件", "Notes and files"),
    Kind("watch", "抄送和关注", "Cases you watch"),
    EXCEPTION,
)
#: What the engine sends of itself: several news in one, what may not be said aloud, and a trial of a channel.
DIGEST = Kind("digest", "消息摘要", "Digest", ("name", "count", "lines", "link"))
SEALED = Kind("sealed", "保密案件的消息", "News of a confidential case", ("name", "link"))
TRIAL = Kind("trial", "测试消息", "Trial message", ("name", "link"))

KINDS = {kind.word: kind for kind in (*CHOSEN, DIGEST, SEALED, TRIAL)}
