"""The words of pages and answers that stand in no law, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from notifications import outlets
from web.language import Language
from workflow.definition import Definition, Option, State, Step
from workflow.limit_words import said
from workflow.limits import LimitError
from workflow.role_names import role_name
from workflow.vocabulary import Field

Pair = tuple[str, str]

STAGES: Mapping[str, Pair] = {
    "submit": ("提交", "Submit"),
    "review": ("审议", "Review"),
    "handle": ("办理", "Handle"),
    "supervise": ("督查", "Supervise"),
    "feedback": ("反馈", "Feedback"),
}
IDENTITIES: Mapping[str, tuple[Pair, Pair]] = {
    "confidential": (
        ("保密", "Confidential"),
        (
            "您的身份加密封存；办理人员只看到代号，如“申请人 K7”。",
            "Who you are is sealed; those who handle it see a code name such as “applicant K7”.",
        ),
    ),
    "anonymous": (
        ("匿名", "Anonymous"),
        (
            "系统不记录您是谁，也没有人与您联系；凭一串凭证码跟踪、补充、评价。",
            "Nothing says who you are and nobody contacts you; a receipt lets you follow, add and rate.",
        ),
    ),
    "named": (
        ("实名", "Named"),
        ("办理人员可以看到您的姓名，便于与您联系。", "Those who handle it see your name and can reach you."),
    ),
}
ACCUSED: Mapping[str, Pair] = {
    "proposed": ("文中提到，待确认", "named in the text, to be looked at"),
    "confirmed": ("已确认", "confirmed"),
    "cleared": ("已排除", "cleared"),
}
#: Actions that the engine itself takes; all others have their labels in the law.
OWN_ACTIONS: Mapping[str, Pair] = {
    "remind": ("到期提醒", "Reminder"),
    "overdue": ("逾期", "Overdue"),
    "yellow": ("黄牌", "Yellow card"),
    "red": ("红牌", "Red card"),
    "climb": ("逐级升级", "Climbed"),
    "raise": ("提出", "Raised"),
    "split_off": ("由他案拆出", "Split off another case"),
    "attach": ("上传附件", "Added a file"),
    "open_up": ("公开更多身份", "Opened up further"),
    "ask_reveal": ("申请查看身份", "Asked who raised it"),
    "agree_reveal": ("同意查看身份", "Agreed that the identity be shown"),
    "decline_reveal": ("不同意查看身份", "Declined that the identity be shown"),
    "reveal": ("查看了申请人身份", "Saw who raised it"),
    "ask_erasure": ("申请删除申请人身份", "Asked to erase who raised it"),
    "decline_erasure": ("不同意删除申请人身份", "Declined to erase who raised it"),
    "export_own": ("导出了自己的资料", "Took out their own data"),
    "erase_identity": ("删除了申请人资料", "Erased what was kept of the applicant"),
    "import": ("历史导入", "Imported"),
    "migrate_law": ("改用另一版办法", "Moved to another version of the law"),
    "rearrange": ("放假安排公布，时限随之调整", "Holidays published, limits follow"),
}
PARTS: Mapping[str, Pair] = {
    "lead": ("主办", "Lead"),
    "support": ("协办", "Support"),
    "delegate": ("受委派", "Delegate"),
}
PART_STATUS: Mapping[str, Pair] = {
    "offered": ("待签收", "offered"),
    "signed": ("已签收", "signed for"),
    "done": ("已办完", "done"),
    "returned": ("已退单", "returned"),
    "waived": ("已免除", "waived"),
    "transferred": ("已转办", "transferred"),
    "taken_back": ("已收回", "taken back"),
    "ended": ("已结束", "ended"),
}
#: What a department has to do with its part next.
TODOS: Mapping[str, Pair] = {
    "sign": ("待签收", "to sign for"),
    "finish": ("待办结", "to finish"),
    "take_back": ("已委派，待报回或收回", "delegated: to come back or to take back"),
}
#: What somebody has to do beside a case that lies on another desk.
MATTERS: Mapping[str, Pair] = {
    "decide": ("审批延期", "decide on more time"),
    "decide_above": ("审批延期", "decide on more time"),
    "answer": ("答复督办单", "answer order"),
    "climbed_to": ("已升级到您，请阅处", "climbed to you: acknowledge it"),
    "given_back": ("答复退回协办", "answer a part given back"),
    "rating": ("评价并案结果", "rate the outcome"),
    "agree_reveal": ("是否同意查看身份", "agree to an identity being seen?"),
    "agree_erasure": ("是否同意删除身份", "agree to an identity being erased?"),
}
PROMISE_OUTCOMES: Mapping[str, Pair] = {
    "open": ("尚未兑现", "not kept yet"),
    "kept": ("已兑现", "kept"),
    "broken": ("认定未兑现", "found broken"),
}
COLUMNS_OF_TEXT: Mapping[str, Pair] = {"title": ("标题", "Title"), "text": ("内容", "Text")}
CHANNELS: Mapping[str, Pair] = {
    "inbox": ("站内", "Inbox"),
    "mail": ("邮件", "E-mail"),
    "sms": ("短信", "Short message"),
    **outlets.NAMES,
}
HOWS: Mapping[str, Pair] = {"now": ("立即", "At once"), "digest": ("摘要", "Digest"), "never": ("不发", "Not at all")}
NEWS_STATES: Mapping[str, Pair] = {
    "waiting": ("待发", "waiting"),
    "held": ("待汇总", "held"),
    "gathered": ("已并入摘要", "in a digest"),
    "sent": ("已送达", "delivered"),
    "parked": ("已搁置", "parked"),
    "dropped": ("不再需要", "dropped"),
}
APPLICANT: Pair = ("申请人", "The applicant")
YES_NO: Mapping[bool, Pair] = {True: ("同意", "Yes"), False: ("不同意", "No")}


def pick(pair: Pair, language: Language) -> str:
    """Return one of a pair."""
    return pair[0] if language == "zh" else pair[1]


def listed(things: Iterable[str], language: Language) -> str:
    """Return several things one after the other."""
    return pick(("、", ", "), language).join(things)


def aside(text: str, language: Language) -> str:
    """Return something in brackets, as it follows what it belongs to."""
    return pick((f"（{text}）", f" ({text})"), language)


def stage(name: str, language: Language) -> str:
    """Return the name of a stage."""
    return pick(STAGES.get(name, (name, name)), language)


def label(thing: State | Step | Field | Option, language: Language) -> str:
    """Return the label of a part of the law."""
    return thing.label if language == "zh" else thing.label_en or thing.label


def action(definition: Definition, name: str, language: Language) -> str:
    """Return the label of an action, from the law or of our own; a word without one stands for itself."""
    step = next((step for step in definition.steps if step.action == name), None)
    return label(step, language) if step else pick(OWN_ACTIONS.get(name, (name, name)), language)


def role(name: str, language: Language) -> str:
    """Return the name of a role; whoever raised the case is the applicant."""
    return pick(APPLICANT, language) if name == "submitter" else role_name(name, language)


def field(definition: Definition, name: str, language: Language) -> str:
    """Return the label of something that was said or filled in."""
    if name in COLUMNS_OF_TEXT:
        return pick(COLUMNS_OF_TEXT[name], language)
    known = definition.vocabulary.fields.get(name)
    return label(known, language) if known else name


def limit(text: str | None, language: Language) -> str:
    """Return a limit in words: `3wd` is 3 个工作日; what is none stands for itself."""
    try:
        return pick(said(text or ""), language)
    except LimitError:
        return text or ""


def offset(text: str, language: Language) -> str:
    """Return the distance of a rung from its limit in words: `-2wd` is 到期前 2 个工作日."""
    if text == "0":
        return pick(("到期", "at its limit"), language)
    is_before, size = text.startswith("-"), limit(text[1:], language)
    if language == "zh":
        return f"到期前 {size}" if is_before else f"逾期 {size}"
    return f"{size} before its limit" if is_before else f"{size} past its limit"


def options(definition: Definition, name: str, language: Language) -> dict[str, str]:
    """Return what a choice offers: value -> label, from the vocabulary or from the law's table of that name."""
    known = definition.vocabulary.fields[name]
    at = 0 if language == "zh" else 1
    return {value: labels[at] for value, labels in definition.options_of(known).items()}


def value(definition: Definition, name: str, given: Any, units: Mapping[str, str], language: Language) -> str:
    """Return a value that was filled in, in words."""
    known = definition.vocabulary.fields.get(name)
    kind = known.kind if known else "line"
    if kind == "choice":
        return options(definition, name, language).get(str(given), str(given))
    if kind == "limit":
        return limit(str(given), language)
    if kind == "state" and given in definition.states:
        return label(definition.states[given], language)
    if kind == "yes_no":
        return pick(YES_NO[given in (True, "yes")], language)  # as the record has it, and as a form sends it
    if kind == "percent":
        return f"{given}%"
    if kind in ("unit", "units"):
        codes = given if isinstance(given, list) else [given]
        return listed([units.get(str(code), str(code)) for code in codes], language)
    return str(given)
