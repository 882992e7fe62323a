"""Whom a newcomer can sign in as, and what each can do."""

from __future__ import annotations

from collections.abc import Mapping

from commands.demonstration.people import CAST, PEOPLE

COLUMNS = ("登录名 login", "姓名 name", "身份 title", "可以做什么 what they do")

#: Role on the tour -> what they do, in Chinese and English.
DEEDS: Mapping[str, tuple[str, str]] = {
    "worker": ("提交诉求、补正、催办、评价", "raises a grievance, rates the answer"),
    "representative": ("提交提案、补正、催办、评价", "raises a proposal, rates the answer"),
    "seconder": ("另一位代表，有自己的提案", "another representative, with proposals of her own"),
    "reviewer": ("审议：立案交办、退回补正、不予立案、并案", "reviews: accepts, asks back, rejects, merges"),
    "handler": ("承办：签收、办理、申请延期、报办结", "handles: signs for, reports done, asks for time"),
    "support": ("协办单位；也主办本单位的案件", "supports, and leads the cases of his own agency"),
    "head": ("部门负责人，可代为办理，收超期提醒", "heads the department, may act for it"),
    "supervisor": (
        "督办：核验、退回重办、审批延期、挂账、上报",
        "supervises: verifies, sends back, extends, refers up",
    ),
    "leader": ("分管领导：查看全部，催办", "sees everything, urges"),
    "parent_supervisor": (
        "上级工会：答复上报事项，督办复核立案的案件",
        "answers what was referred up, supervises appeals",
    ),
    "parent_leader": ("上级工会领导", "leads the union above"),
    "system_admin": ("系统管理，看不到案件", "runs the system, sees no case"),
    "security_admin": ("人员与权限，看不到案件", "grants duties, sees no case"),
    "audit_admin": ("审计，看不到案件内容", "audits, reads no case"),
}


def logins() -> list[tuple[str, str, str, str]]:
    """Return one row for each role of the cast."""
    people = {person.login: person for person in PEOPLE}
    rows = []
    for role, login in CAST.items():
        person, (zh, en) = people[login], DEEDS[role]
        rows.append((login, person.name, person.title, f"{zh} / {en}"))
    return rows
