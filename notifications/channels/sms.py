"""Short messages through the HTTP gateway of whoever sells them; the settings say how its request looks.

`sms_body` is a template with `$phone`, `$text` and `$id`, as JSON or as a form; `sms_success` is a field of the JSON
answer and its value, such as `code=0` or `Response.Status=OK`. Without it any 2xx is a success. A gateway that has
taken a message and answers what nobody can read is not asked again: each attempt may reach the telephone.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from string import Template
from urllib.parse import quote_plus

from config.settings import Settings, SettingsError
from notifications.channels import Answer, Message, done, later, never
from notifications.channels.posting import Poster, refusal

LONGEST = 300
PHONE = re.compile(r"\+?[0-9]{5,20}")
SUCCESS, HEADER = re.compile(r"[^=]*[^=\s][^=]*=.*"), re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\s*:.+")
PLACES = {"phone", "text", "id"}
JSON, FORM = "application/json; charset=utf-8", "application/x-www-form-urlencoded"


class Sms:
    """Sends through the gateway of the settings. Raises SettingsError for a template that cannot be filled in."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.poster = Poster(settings, is_trusted=True)
        self.body = Template(settings.sms_body)
        self.is_json = settings.sms_body.lstrip().startswith("{")
        if not self.body.is_valid() or not set(self.body.get_identifiers()) <= PLACES:
            raise SettingsError(
                "sms_body 只能使用 $phone、$text 和 $id。", "sms_body may use $phone, $text and $id only."
            )
        if settings.sms_success and not SUCCESS.fullmatch(settings.sms_success):
            raise SettingsError("sms_success 应写作 code=0。", "sms_success is written as code=0.")
        if settings.sms_header and not HEADER.fullmatch(settings.sms_header):
            raise SettingsError("sms_header 应写作 名称: 值。", "sms_header is written as Name: value.")

    def send(self, message: Message, at: datetime) -> Answer:
        """Send one short message: what it is about, and the link."""
        phone = message.to.replace(" ", "").replace("-", "")
        if not PHONE.fullmatch(phone):
            return never("bad_address", repr(message.to))
        values = {"phone": phone, "text": _text(message), "id": message.id}
        content = self.body.substitute({name: self._escaped(value) for name, value in values.items()})
        headers = {"Content-Type": JSON if self.is_json else FORM}
        if self.settings.sms_header:
            name, _, value = self.settings.sms_header.partition(":")
            headers[name.strip()] = value.strip()
        reply = self.poster.post(self.settings.sms_url, content.encode(), headers)
        if isinstance(reply, Answer):
            return reply
        return refusal(reply) or self._judged(reply.body)

    def _escaped(self, value: str) -> str:
        return json.dumps(value, ensure_ascii=False)[1:-1] if self.is_json else quote_plus(value)

    def _judged(self, body: bytes) -> Answer:
        if not self.settings.sms_success:
            return done(body)
        path, _, wanted = self.settings.sms_success.partition("=")
        try:
            found = json.loads(body)
            for step in path.strip().split("."):
                found = found[step]
        except (ValueError, KeyError, TypeError):
            return never("unreadable", body)
        return done(body) if str(found) == wanted.strip() else later("refused", body)


def _text(message: Message) -> str:
    """Return what a message is about, cut so that the link stays whole."""
    room = max(0, LONGEST - len(message.link) - 1)
    subject = message.subject if len(message.subject) <= room else message.subject[: max(0, room - 1)] + "…"
    return f"{subject} {message.link}"
