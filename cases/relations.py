"""What somebody can be to a case, and how much of it that lets them see: the policy as a table, for people to read.

`cases.policy` and `cases.accused` decide; this table says in words what they decide, and docs/policy.md shows it. Each
row is tried at every door in every mode (`tests/web/test_matrix.py`), against expectations written down by hand there.
"""

from __future__ import annotations

from typing import NamedTuple

#: All of it but what staff say among themselves; all of it; what its submitter reads, and no more; not even that it is.
OWN, STAFF, ALONG, NOTHING = "own", "staff", "along", "nothing"

SEES: dict[str, tuple[str, str]] = {
    OWN: ("本人的案件：进展、答复和所有发给当事人的内容", "their own case: all but what staff say among themselves"),
    STAFF: ("作为工作人员：全部内容，不含密封的身份", "as staff: all of it but sealed identities"),
    ALONG: ("只能阅读：申请人所见的内容", "may read along: what its submitter reads"),
    NOTHING: (
        "一无所知：回答与不存在的编号相同（404）",
        "nothing: the answer is that to a number that was never given (404)",
    ),
}


class Relation(NamedTuple):
    """What somebody is to a case, in a word and in both languages, and how much they see."""

    word: str
    zh: str
    en: str
    sees: str


RELATIONS: tuple[Relation, ...] = (
    Relation("raised", "以账号提出此案（保密或实名）", "raised it under their account, confidentially or named", OWN),
    Relation("receipt", "持有此案的凭证码", "holds its receipt", OWN),
    Relation("raised_anonymously", "匿名提出此案的账号", "raised it anonymously, with an account", NOTHING),
    Relation("reviewer", "案件所在单位的审议人员", "reviewer of its unit", STAFF),
    Relation("supervised", "案件所在单位的督查人员、分管领导", "supervisor or leader of its unit", STAFF),
    Relation("above", "上级单位的审议、督查、领导", "reviewer, supervisor or leader of a unit above its own", STAFF),
    Relation("below", "下级单位的审议、督查、领导", "reviewer, supervisor or leader of a unit below its own", NOTHING),
    Relation("lead", "主办部门的承办人或负责人", "handler or head of the lead department", STAFF),
    Relation("support", "协办部门的承办人或负责人", "handler or head of a support department", STAFF),
    Relation("had_a_part", "曾经主办或协办", "of a department that had a part in it once", STAFF),
    Relation("delegate", "受委派单位的承办人或负责人", "of a unit that a part was delegated to", STAFF),
    Relation("panel", "审议小组成员", "has a seat in the group that judges it", STAFF),
    Relation("watches", "受抄送的人", "the case was copied to them", STAFF),
    Relation("deputy", "上述人员的代理人（在代理期内）", "deputy of one of these, within the dates", STAFF),
    Relation("endorser", "可以附议的人（征集和审议期间）", "could endorse it, while it can be endorsed", ALONG),
    Relation("endorsed", "附议过、现已不能再附议", "endorsed it, once it can be endorsed no more", NOTHING),
    Relation("merged_into", "提出了并入此案的案件", "raised a case that was merged into it", NOTHING),
    Relation("linked", "提出了与此案关联的案件", "raised a case that is linked with it", NOTHING),
    Relation(
        "accused",
        "被反映单位及其下属单位的人，无论另有何职",
        "of the accused or below, whatever else",
        NOTHING,
    ),
    Relation("administrator", "系统、安全、审计管理员", "one of the three administrators", NOTHING),
    Relation("former", "职务已结束或账号已停用", "whose duty has ended, or who is disabled", NOTHING),
    Relation("none", "其他任何人", "anybody else", NOTHING),
)
