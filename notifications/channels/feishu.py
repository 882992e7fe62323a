"""飞书 group robots (自定义机器人, 签名校验): the signature goes into the body.

sign = base64(hmac_sha256(key="{timestamp}\\n{secret}", message="")), timestamp in seconds, valid for an hour.
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
#: Older robots say `StatusCode` where others say `code`.
CODES = ("code", "StatusCode")
#: Too many messages in a minute, and inner errors.
BUSY = (11232, 1500, 99991400)
#: The signature does not fit, the network is not let in, the word is missing, the address is none.
UNSIGNED = (19021, 19022, 19024, 19001)


class Feishu:
    """Speaks through robots of 飞书."""

    def __init__(self, poster: Poster) -> None:
        self.poster = poster

    def send(self, message: Message, at: datetime) -> Answer:
        """Say a message in a group; a `<` could call everybody by `<at user_id="all">`, and is written wide."""
        text = text_of(message, LONGEST, {"<": "＜"})
        body = {"msg_type": "text", "content": {"text": text}}
        stamp = signed(message.secret, at) if message.secret else {}
        return say(self.poster, message, {**stamp, **body}, code=CODES, busy=BUSY, unsigned=UNSIGNED)


def signed(secret: str, at: datetime) -> dict[str, str]:
    """Return what the body is signed with."""
    timestamp = str(int(at.timestamp()))
    mac = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": timestamp, "sign": base64.b64encode(mac.digest()).decode()}
