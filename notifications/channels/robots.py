"""What the robots of group chats have in common: a text goes in, and a code in the answer says whether it arrived.

Their HTTP 200 means nothing: a robot that refuses a signature says so with 200 and a code that is not 0.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from notifications.channels import Answer, Message, done, later, never
from notifications.channels.posting import Poster, refusal

#: Robots may be set to take only texts with a word in them; this one is in all of ours.
SIGN = "【闭环】"


def text_of(message: Message, most: int) -> str:
    """Return a message as a text of at most so many bytes; its link stays whole."""
    text = SIGN + message.text
    if len(text.encode()) <= most:
        return text
    end = f"…\n{message.link}"
    return text.encode()[: most - len(end.encode())].decode("utf-8", "ignore") + end


def say(
    poster: Poster,
    message: Message,
    body: Mapping[str, Any],
    *,
    code: str,
    busy: Collection[int],
    unsigned: Collection[int],
    params: Mapping[str, str] | None = None,
) -> Answer:
    """Post to a robot and read its code.

    `code` is the field that it stands in, `busy` are the codes that pass, `unsigned` those that mean a wrong key.
    """
    content = json.dumps(body, ensure_ascii=False).encode()
    reply = poster.post(message.to, content, {"Content-Type": "application/json; charset=utf-8"}, params)
    if isinstance(reply, Answer):
        return reply
    if refused := refusal(reply):
        return refused
    try:
        told = json.loads(reply.body)[code]
    except (ValueError, KeyError, TypeError):
        return later("unreadable", reply.body)
    if told == 0 and told is not False:
        return done(reply.body)
    if told in busy:
        return later("busy", reply.body)
    return never("bad_secret" if told in unsigned else "refused", reply.body)
