"""钉钉 group robots (自定义机器人, 加签): the signature goes into the address.

sign = base64(hmac_sha256(secret, "{timestamp}\\n{secret}")), timestamp in milliseconds, valid for an hour; encoded
once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from notifications.channels import Answer, Message
from notifications.channels.posting import Poster
from notifications.channels.robots import say, text_of

#: The whole body may have 20 KB.
LONGEST = 18_000
#: Busy, and too many messages in a minute.
BUSY = (-1, 130101, 130102, 410100, 90018, 90030)
#: The signature, the word or the network does not fit; the robot is gone.
UNSIGNED = (310000, 300001, 300005, 40014)


class DingTalk:
    """Speaks through robots of 钉钉."""

    def __init__(self, poster: Poster) -> None:
        self.poster = poster

    def send(self, message: Message, at: datetime) -> Answer:
        """Say a message in a group."""
        body = {"msgtype": "text", "text": {"content": text_of(message, LONGEST)}}
        params = signed(message.secret, at) if message.secret else None
        return say(self.poster, message, body, code=("errcode",), busy=BUSY, unsigned=UNSIGNED, params=params)


def signed(secret: str, at: datetime) -> dict[str, str]:
    """Return what the address is signed with."""
    timestamp = str(int(at.timestamp() * 1000))
    mac = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return {"timestamp": timestamp, "sign": base64.b64encode(mac.digest()).decode()}
