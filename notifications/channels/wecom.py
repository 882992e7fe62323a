"""企业微信 group robots (群机器人): whoever knows the address may speak; nothing is signed."""

from __future__ import annotations

from datetime import datetime

from notifications.channels import Answer, Message
from notifications.channels.posting import Poster
from notifications.channels.robots import say, text_of

LONGEST = 2_048
#: Busy, and more than twenty messages in a minute.
BUSY = (-1, 45009, 45033)
#: The robot is gone, or the key is none.
UNSIGNED = (93000, 93004, 40014)


class WeCom:
    """Speaks through robots of 企业微信."""

    def __init__(self, poster: Poster) -> None:
        self.poster = poster

    def send(self, message: Message, at: datetime) -> Answer:
        """Say a message in a group."""
        body = {"msgtype": "text", "text": {"content": text_of(message, LONGEST)}}
        return say(self.poster, message, body, code=("errcode",), busy=BUSY, unsigned=UNSIGNED)
