"""Any other system: a CloudEvents envelope in JSON, signed as Standard Webhooks asks for.

webhook-signature = "v1," + base64(hmac_sha256(secret, "{webhook-id}.{webhook-timestamp}.{body}")); the secret is
written `whsec_` and base64. Any 2xx is a success. The id is the same at each attempt, the timestamp is its own.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime

from notifications.channels import Answer, Message, done, never
from notifications.channels.posting import Poster, refusal

PREFIX = "whsec_"


class Webhook:
    """Posts to other systems."""

    def __init__(self, poster: Poster) -> None:
        self.poster = poster

    def send(self, message: Message, at: datetime) -> Answer:
        """Post one event."""
        try:
            key = key_of(message.secret or "")
        except ValueError:
            return never("bad_secret")
        body = envelope(message)
        headers = {"Content-Type": "application/cloudevents+json; charset=utf-8", **signed(key, message.id, at, body)}
        reply = self.poster.post(message.to, body, headers)
        return reply if isinstance(reply, Answer) else refusal(reply) or done(f"HTTP {reply.status}")


def envelope(message: Message) -> bytes:
    """Return a message as CloudEvents 1.0 in JSON."""
    event = dict(message.event)
    time = event.pop("time").astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    data = event.pop("data", {"link": message.link})
    head = {"specversion": "1.0", "id": message.id, "time": time, "datacontenttype": "application/json"}
    return json.dumps({**head, **event, "data": data}, ensure_ascii=False, separators=(",", ":")).encode()


def signed(key: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a signed webhook."""
    timestamp = str(int(at.timestamp()))
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    signature = "v1," + base64.b64encode(mac.digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for. Raises ValueError."""
    if not secret.startswith(PREFIX):
        raise ValueError(PREFIX)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(PREFIX) from None
    if len(key) < 16:
        raise ValueError(PREFIX)
    return key


def new_secret() -> str:
    """Return a fresh secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
