"""What was published: laws and calendars, each the text that its event tells of and no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlmodel import Session

from cases import parts, raw
from cases.broken import Fault, Finding

_EVENTS = "SELECT seq, data FROM events WHERE case_id IS NULL AND action = :action ORDER BY seq"


class _Kind(NamedTuple):
    action: str
    key: str
    rows: str
    zh: str
    en: str


_KINDS = (
    _Kind("publish_law", "law", "SELECT name, version, source FROM laws ORDER BY id", "流程", "law"),
    _Kind(
        "publish_calendar", "calendar", "SELECT name, version, source FROM calendars ORDER BY id", "日历", "calendar"
    ),
)


def findings(db: Session, end: int) -> Iterator[Finding]:
    """Return what is not what was published, or what no event knows; the latter stands at `end`."""
    for kind in _KINDS:
        yield from _of(db, kind, end)


def _of(db: Session, kind: _Kind, end: int) -> Iterator[Finding]:
    published = {}
    for seq, text in raw.rows(db, _EVENTS, action=kind.action):
        data = raw.object_of(text)
        published[f"{data.get(kind.key)} v{data.get('version')}"] = (seq, data.get("digest"))
    for name, version, source in raw.rows(db, kind.rows):
        what = f"{name} v{version}"
        seq, digest = published.pop(what, (end, None))
        word = raw.word(what)
        if digest is None:
            fault = Fault(f"{kind.zh} {word} 的发布事件缺失", f"the publication of {word} is missing")
            yield Finding(fault, seq, is_of_row=True)
        elif not parts.is_digest(digest, "", source):
            yield Finding(Fault(f"{kind.zh} {word} 的正文被改动", f"the text of the {kind.en} {word} was changed"), seq)
    for what, (seq, _) in published.items():
        word = raw.word(what)
        yield Finding(Fault(f"所发布的{kind.zh} {word} 缺失", f"the {kind.en} {word} is missing"), seq)
