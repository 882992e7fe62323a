"""What the people of a law are called in sentences and tables, in Chinese and in English."""

from typing import Literal

from workflow.vocabulary import PARENT

Language = Literal["zh", "en"]

ROLE_NAMES: dict[str, tuple[str, str]] = {
    "submitter": ("提交人", "submitter"),
    "reviewer": ("审议人员", "reviewer"),
    "lead": ("主办部门", "lead unit"),
    "support": ("协办部门", "supporting unit"),
    "delegate": ("受委派单位", "unit it is delegated to"),
    "delegator": ("委派单位", "unit that delegated it"),
    "promisor": ("作出承诺的单位", "unit that promised it"),
    "supervisor": ("督查人员", "supervisor"),
    "leader": ("分管领导", "leader"),
    "adjudicator": ("裁定人", "adjudicator"),
    "endorser": ("附议人", "endorser"),
    "climbed_to": ("升级受理人", "whoever it has climbed to"),
    "panel": ("审议小组", "review group"),
    "chair": ("小组组长", "chair of the review group"),
    "late_reviewers": ("尚未表决的成员", "members who have not voted"),
    "ordered": ("被督办单位", "the unit that was given an order"),
    "watchers": ("抄送和关注的人", "those who watch it"),
    "system": ("系统", "the system"),
    "anyone": ("任何相关人员", "anyone concerned"),
    "owner": ("当前责任人", "owner"),
    "owner_head": ("责任部门负责人", "owner's head"),
    "worker": ("职工", "worker"),
    "representative": ("会员代表", "representative"),
    "handler": ("承办人员", "handler"),
    "head": ("部门负责人", "head"),
}


def role_name(word: str, language: Language) -> str:
    """Return a role's name; `parent.` reads as the union above, and a word without a name stands for itself."""
    if word.startswith(PARENT):
        above = role_name(word.removeprefix(PARENT), language)
        return f"上级工会{above}" if language == "zh" else f"{above} of the union above"
    zh, en = ROLE_NAMES.get(word, (word, word))
    return zh if language == "zh" else en


def role_names(words: tuple[str, ...], language: Language) -> str:
    """Return several roles' names in a row."""
    return ("、" if language == "zh" else ", ").join(role_name(word, language) for word in words)
