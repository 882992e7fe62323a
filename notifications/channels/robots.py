"""What the robots of group chats have in common: a text goes in, and a code in the answer says whether it arrived.

Their HTTP 200 means nothing: a robot that refuses a signature says so with 200 and a code that is not 0.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from notifications.channels import Answer, Message, done, later
from notifications.channels.posting import Poster, refusal

#: Robots may be set to take only texts with a word in them; this one is in all of ours.
SIGN = "【闭环】"


def text_of(message: Message, most: int, spelled: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a message as a text of at most so many bytes; its link stays whole.

    `spelled` are signs that are written otherwise, so that they mean nothing to the robot.
    """
    text = SIGN + message.text
    for sign, other in spelled.items():
        text = text.replace(sign, other)
    if _weight(text) <= most:
        return text
    end = f"…\n{message.link}"
    fits = bisect_right(range(len(text)), most - _weight(end), key=lambda signs: _weight(text[:signs])) - 1
    return text[: max(0, fits)] + end


def _weight(text: str) -> int:
    """Return how many bytes a text takes in a body, where a line break counts for two."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def say(
    poster: Poster,
    message: Message,
    body: Mapping[str, Any],
    *,
    code: Sequence[str],
    busy: Collection[int],
    unsigned: Collection[int],
    params: Mapping[str, str] | None = None,
) -> Answer:
    """Post to a robot and read its code.

    `code` are the fields that it may stand in, `busy` are the codes of a robot that takes no more, `unsigned` those of
    a wrong key. Neither concerns this message alone, and both can be set right, so it is tried again.
    """
    content = json.dumps(body, ensure_ascii=False).encode()
    reply = poster.post(message.to, content, {"Content-Type": "application/json; charset=utf-8"}, params)
    if isinstance(reply, Answer):
        return reply
    if refused := refusal(reply):
        return refused
    try:
        answer = json.loads(reply.body)
        told = next(answer[name] for name in code if name in answer)
    except (ValueError, TypeError, StopIteration):
        return later("unreadable", reply.body)
    if told == 0 and told is not False:
        return done(reply.body)
    if told in busy:
        return later("busy", reply.body)
    return later("bad_secret" if told in unsigned else "refused", reply.body)
