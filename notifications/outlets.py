"""The robots of a unit's group chats, and the systems that want to hear: opened, tried and ended by an administrator.

Where an outlet leads and what it is signed with are secrets: they are taken and never shown again. What it may hear is
for a second person to say: see `notifications.confirming`.
"""

from __future__ import annotations

import socket
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from cases import audit
from cases.errors import FieldError, InvalidFields, NotFound
from cases.fields import plain_text
from cases.record.news import WAITING, Notification, Outlet
from cases.record.people import Unit, User
from config.settings import Settings
from notifications.channels.posting import is_public
from notifications.channels.webhook import key_of, new_secret
from notifications.choosing import DINGTALK, FEISHU, OUTLETS, WEBHOOK, WECOM
from notifications.kinds import TRIAL
from workflow.definition import SYSTEM

LONGEST_ADDRESS, LONGEST_SECRET, LONGEST_NAME = 1_000, 200, 100
NAMES = {
    DINGTALK: ("钉钉机器人", "DingTalk robot"),
    WECOM: ("企业微信机器人", "WeCom robot"),
    FEISHU: ("飞书机器人", "Feishu robot"),
    WEBHOOK: ("其他系统（Webhook）", "Another system (webhook)"),
}


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to open."""

    channel: str
    unit: str
    name: str
    address: str
    secret: str = ""


def open_outlet(
    db: Session, wanted: Wanted, settings: Settings, *, by: User | None, at: datetime
) -> tuple[Outlet, str | None]:
    """Open an outlet, and return it with the secret that was made for it, which is shown this once.

    Raises InvalidFields.
    """
    unit = db.exec(select(Unit).where(Unit.code == wanted.unit, Unit.is_active)).first()
    errors = [error for error in (_channel_error(wanted), _address_error(wanted, settings)) if error]
    if unit is None:
        errors.append(
            FieldError("unit", f"没有代码为 {wanted.unit[:64]} 的单位", f"There is no unit {wanted.unit[:64]}")
        )
    made = new_secret() if wanted.channel == WEBHOOK and not wanted.secret else None
    errors += _secret_errors(wanted)
    try:
        name = plain_text(wanted.name, "name", "名称", "Name", LONGEST_NAME) or NAMES.get(wanted.channel, ("", ""))[0]
    except InvalidFields as error:
        errors += error.errors
    if errors or unit is None:
        raise InvalidFields(errors)
    row = Outlet(
        unit_id=unit.id or 0,
        channel=wanted.channel,
        name=name,
        address=wanted.address.strip(),
        secret=made or wanted.secret.strip() or None,
        made_at=at,
        made_by=by.id if by else None,
    )
    db.add(row)
    db.flush()
    _note(db, "open_outlet", row, by, at)
    return row, made


def end_outlet(db: Session, outlet_id: int, *, by: User | None, at: datetime) -> None:
    """Tell an outlet nothing any more. Raises NotFound."""
    row = find(db, outlet_id)
    row.ended_at = at
    db.add(row)
    db.flush()
    _note(db, "end_outlet", row, by, at)


def try_outlet(db: Session, outlet_id: int, at: datetime) -> Notification:
    """Have a trial message sent to an outlet, and return it. Raises NotFound."""
    row = find(db, outlet_id)
    trial = Notification(kind=TRIAL.word, outlet_id=row.id, channel=row.channel, state=WAITING, next_at=at, made_at=at)
    db.add(trial)
    db.flush()
    return trial


def find(db: Session, outlet_id: int) -> Outlet:
    """Return an outlet that has not ended. Raises NotFound."""
    row = db.get(Outlet, outlet_id) if 0 < outlet_id < 2**63 else None
    if row is None or row.ended_at is not None:
        raise NotFound("没有这个渠道。", "There is no such outlet.")
    return row


def opened(db: Session) -> Sequence[tuple[Outlet, str]]:
    """Return every outlet that has not ended, with the name of its unit."""
    rows = select(Outlet, Unit.name).join(Unit, col(Unit.id) == Outlet.unit_id).where(col(Outlet.ended_at).is_(None))
    return db.exec(rows.order_by(col(Outlet.id))).all()


def last_message(db: Session, outlet_id: int) -> Notification | None:
    """Return the message to an outlet that was made last."""
    of_outlet = select(Notification).where(Notification.outlet_id == outlet_id)
    return db.exec(of_outlet.order_by(col(Notification.id).desc()).limit(1)).first()


def masked(address: str) -> str:
    """Return what of an address may be shown: its host."""
    return f"{urlsplit(address).hostname or '?'}/…"


def _channel_error(wanted: Wanted) -> FieldError | None:
    if wanted.channel in OUTLETS:
        return None
    return FieldError("channel", f"渠道应为 {'、'.join(OUTLETS)}", f"The channel is one of {', '.join(OUTLETS)}")


def _address_error(wanted: Wanted, settings: Settings) -> FieldError | None:
    address = wanted.address.strip()
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts, port = urlsplit(""), 0
    is_address = parts.scheme in ("http", "https") and parts.hostname and not parts.username and address.isprintable()
    if not is_address or len(address) > LONGEST_ADDRESS or " " in address:
        return FieldError("address", "地址应以 https:// 或 http:// 开头", "The address begins with https:// or http://")
    if not settings.private_addresses and not _may_be_public(parts.hostname or "", port):
        return FieldError(
            "address",
            "此地址在内网，未经允许（private_addresses）",
            "The address lies in an inner network, which is not allowed (private_addresses)",
        )
    return None


def _may_be_public(host: str, port: int) -> bool:
    """Tell whether an address that is written in figures is a public one.

    What a name stands for is asked for each message anew; to ask it here would keep every other writer waiting.
    """
    # Figures of other scripts, full stops of Chinese and a dot at the end are read as what they stand for (IDNA).
    plain = unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".")
    try:
        found = socket.getaddrinfo(plain, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return plain != "localhost"
    return all(is_public(str(address[0])) for *_, address in found)


def _secret_errors(wanted: Wanted) -> list[FieldError]:
    secret = wanted.secret.strip()
    if len(secret) > LONGEST_SECRET or not secret.isprintable():
        return [
            FieldError("secret", f"密钥最多 {LONGEST_SECRET} 字", f"A secret has {LONGEST_SECRET} characters at most")
        ]
    if wanted.channel == WEBHOOK and secret:
        try:
            key_of(secret)
        except ValueError:
            return [
                FieldError(
                    "secret",
                    "密钥应为 whsec_ 加至少 16 字节的 Base64；不填则自动生成",
                    "The secret is whsec_ and at least 16 bytes in Base64; left empty, one is made",
                )
            ]
    return []


def _note(db: Session, action: str, row: Outlet, by: User | None, at: datetime) -> None:
    facts = {"outlet": row.id, "unit": row.unit_id, "channel": row.channel}
    role = "administrator" if by else SYSTEM
    audit.append(db, [audit.Entry(at, action, role, facts, actor_id=by.id if by else None)])
