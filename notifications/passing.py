"""One pass of the news: tell of what has happened, gather what was held, send what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from config.settings import Settings
from notifications.alarms import raise_alarms
from notifications.channels import Channel
from notifications.channels.dingtalk import DingTalk
from notifications.channels.feishu import Feishu
from notifications.channels.mail import Mail
from notifications.channels.posting import Poster
from notifications.channels.sms import Sms
from notifications.channels.webhook import Webhook
from notifications.channels.wecom import WeCom
from notifications.choosing import DINGTALK, FEISHU, MAIL, SMS, WEBHOOK, WECOM
from notifications.delivering import Post, deliver
from notifications.digests import gather
from notifications.outbox import fan_out


def channels_of(settings: Settings) -> dict[str, Channel]:
    """Return the channels that an installation has."""
    poster = Poster(settings)
    channels: dict[str, Channel] = {
        DINGTALK: DingTalk(poster),
        WECOM: WeCom(poster),
        FEISHU: Feishu(poster),
        WEBHOOK: Webhook(poster),
    }
    if settings.smtp_host:
        channels[MAIL] = Mail(settings)
    if settings.sms_url:
        channels[SMS] = Sms(settings)
    return channels


def post_of(
    settings: Settings,
    now: Callable[[], datetime],
    signed_at: Callable[[], datetime],
    is_stopping: Callable[[], bool] = lambda: False,
) -> Post:
    """Return what sending needs in an installation. Raises SettingsError for a channel that is set up wrongly."""
    return Post(channels_of(settings), settings, now, signed_at, is_stopping=is_stopping)


def tell(engine: Engine, settings: Settings, at: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Write down who is told of what has happened, and return how many notifications that made."""
    written = fan_out(engine, settings, at, is_stopping)
    raise_alarms(engine, settings, at)
    gather(engine, at, is_stopping)
    return written


def pass_on(engine: Engine, post: Post) -> Counter[str]:
    """Tell and send, once."""
    told = tell(engine, post.settings, post.now())
    return Counter({"told": told}) + deliver(engine, post)
