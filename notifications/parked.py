"""Messages that were given up: which, why in words, and how to have them sent after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, exists, func, or_, select, update
from sqlmodel import Session

from cases import audit
from cases.errors import NotFound
from cases.record.case import Case
from cases.record.columns import table_of
from cases.record.news import DROPPED, IS_PARKED, WAITING, Notification, Outlet
from cases.record.people import User
from workflow.definition import SYSTEM

#: Why an attempt failed, and what an administrator can do about it.
REASONS = {
    "refused": ("对方拒收", "The receiver refused it"),
    "unreachable": ("连不上对方服务器，请检查地址和网络", "The server cannot be reached: check address and network"),
    "timeout": ("对方在限定时间内没有答复", "The server did not answer in time"),
    "busy": ("对方限制了发送频率", "The receiver takes no more at present"),
    "bad_address": ("地址或号码不对，请更正后重发", "The address is none: correct it and send again"),
    "no_address": ("没有登记地址或号码，请补充后重发", "There is no address: add one and send again"),
    "bad_secret": (
        "密钥、口令或签名不对，请更正设置后重发",
        "Password, key or signature is wrong: correct it, send again",
    ),
    "private_address": (
        "地址在内网，未经允许（private_addresses）",
        "It lies in an inner network, which is not allowed",
    ),
    "redirect": ("对方要求转到另一个地址，未跟随", "It redirects elsewhere, which is not followed"),
    "certificate": ("对方的 TLS 证书不可信", "Its TLS certificate is not to be trusted"),
    "unsupported": ("邮件服务器不支持 STARTTLS 或登录", "The mail server offers no STARTTLS or no login"),
    "unreadable": ("对方的答复读不懂", "Its answer cannot be read"),
    "unfillable": ("模板无法填写，请检查消息模板", "The words cannot be filled in: check the template"),
    "unforeseen": ("程序出错，详见日志", "An unforeseen error: see the log"),
    "lost": ("多次发送中断，没有结果", "Sending was cut off every time"),
    "stale": ("超过 14 天没有渠道可发，已放弃", "No channel took it for 14 days; it was dropped"),
    "dismissed": ("管理员已撤下", "An administrator dismissed it"),
}
#: A list shows so many; the rest is counted.
MOST = 200


@dataclass(frozen=True)
class Parked:
    """A message that was given up; `to` is a login, or the name of an outlet, or None for whoever raised a case.

    Who raises cases is nobody's business, so neither their name nor what a server said of their address is shown, and
    of nobody is shown what kind of news it was.
    """

    id: int
    channel: str
    to: str | None
    attempts: int
    made_at: datetime
    why: tuple[str, str]
    answer: str


_NEWS, _CASES, _USERS, _OUTLETS = (table_of(model) for model in (Notification, Case, User, Outlet))


def parked(db: Session, most: int = MOST) -> Sequence[Parked]:
    """Return the messages that were given up, newest first."""
    rows = db.connection().execute(
        select(_NEWS, _USERS.c.login, _OUTLETS.c.name, _is_to_a_submitter().label("is_sealed"))
        .outerjoin(_USERS, _USERS.c.id == _NEWS.c.user_id)
        .outerjoin(_OUTLETS, _OUTLETS.c.id == _NEWS.c.outlet_id)
        .where(IS_PARKED)
        .order_by(_NEWS.c.id.desc())
        .limit(most)
    )
    return [
        Parked(
            row.id, row.channel, None if row.is_sealed else row.login or row.name or "", row.attempts, row.made_at,
            REASONS.get(row.why or "", (row.why or "", row.why or "")), "" if row.is_sealed else row.answer or "",
        )
        for row in rows
    ]  # fmt: skip


def count(db: Session) -> int:
    """Return how many messages were given up."""
    return int(db.connection().execute(select(func.count()).select_from(_NEWS).where(IS_PARKED)).scalar_one())


def resend(db: Session, notification_id: int | None, *, by: User | None, at: datetime) -> int:
    """Have one message that was given up sent again, or all of them; return how many. Raises NotFound for none."""
    again = {"state": WAITING, "attempts": 0, "next_at": at, "why": None}
    return _settled(db, notification_id, "resend_news", again, by, at)


def dismiss(db: Session, notification_id: int | None, *, by: User | None, at: datetime) -> int:
    """Send one message that was given up to nobody any more, or none of them; return how many. Raises NotFound."""
    return _settled(db, notification_id, "dismiss_news", {"state": DROPPED, "why": "dismissed"}, by, at)


def _is_to_a_submitter() -> Any:
    """Return the condition that a message, or anything that a digest holds, is to whoever raised its case."""
    held = _NEWS.alias("held")
    of_a_case = exists().where(_CASES.c.id == _NEWS.c.case_id, _CASES.c.submitter_id == _NEWS.c.user_id)
    of_several = exists().where(
        held.c.digest_id == _NEWS.c.id, _CASES.c.id == held.c.case_id, _CASES.c.submitter_id == _NEWS.c.user_id
    )
    return or_(of_a_case, of_several)


def _settled(
    db: Session, notification_id: int | None, action: str, values: dict[str, Any], by: User | None, at: datetime
) -> int:
    of_them = update(_NEWS).where(IS_PARKED)
    if notification_id is not None:
        of_them = of_them.where(_NEWS.c.id == notification_id)
    settled = cast("CursorResult[Any]", db.connection().execute(of_them.values(**values))).rowcount
    if notification_id is not None and not settled:
        raise NotFound("没有这条搁置的消息。", "No message of that number is parked.")
    facts = {"message": notification_id, "count": settled}
    role = "administrator" if by else SYSTEM
    audit.append(db, [audit.Entry(at, action, role, facts, actor_id=by.id if by else None)])
    return settled
