"""What messages say: the words that ship, those an administrator has written instead, and how they are filled in.

Words are `string.Template`s: `$name` and nothing else, so that no template is ever code. Which names a kind of news may
use stands in `notifications.kinds`; any other is refused when the words are saved.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template

from sqlmodel import Session, select

from cases import audit
from cases.access import is_storable
from cases.errors import FieldError, InvalidFields, NotFound, shown
from cases.record.news import NewsTemplate
from cases.record.people import User
from config.settings import LANGUAGES
from notifications.kinds import KINDS

FOLDER = Path(__file__).resolve().parent / "templates"
LONGEST_SUBJECT, LONGEST_BODY = 200, 5_000


@dataclass(frozen=True)
class Words:
    """Subject and body of one kind of news in one language, before anything is filled in."""

    subject: str
    body: str

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and body with their placeholders filled in. Raises KeyError for one that has no value."""
        return " ".join(Template(self.subject).substitute(values).split()), Template(self.body).substitute(values)


Wordings = Mapping[tuple[str, str], Words]


def wordings(db: Session) -> Wordings:
    """Return the words of every kind in every language."""
    edited = {(row.kind, row.language): Words(row.subject, row.body) for row in db.exec(select(NewsTemplate))}
    return {**shipped(), **edited}


@cache
def shipped() -> Wordings:
    """Return the words that come with the program."""
    return {
        (kind, language): Words(words["subject"], words["body"].strip())
        for language in LANGUAGES
        for kind, words in tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")).items()
    }


def edit(db: Session, kind: str, language: str, words: Words, *, by: User, at: datetime) -> None:
    """Keep other words for a kind of news. Raises NotFound for a kind that is none, InvalidFields for such words."""
    row = _row(db, kind, language) or NewsTemplate(kind=kind, language=language, subject="", body="", edited_at=at)
    words = Words(words.subject.strip(), words.body.replace("\r\n", "\n").strip())
    if errors := [*_errors("subject", words.subject, kind), *_errors("body", words.body, kind)]:
        raise InvalidFields(errors)
    row.subject, row.body, row.edited_at, row.edited_by = words.subject, words.body, at, by.id
    db.add(row)
    db.flush()
    _note(db, kind, language, words, by, at)


def reset(db: Session, kind: str, language: str, *, by: User, at: datetime) -> None:
    """Go back to the words that ship. Raises NotFound for a kind or a language that is none."""
    if (row := _row(db, kind, language)) is not None:
        db.delete(row)
        db.flush()
        _note(db, kind, language, shipped()[kind, language], by, at)


def _row(db: Session, kind: str, language: str) -> NewsTemplate | None:
    if kind not in KINDS or language not in LANGUAGES:
        raise NotFound(f"没有「{shown(kind)}」这种消息。", f"There is no kind of news {shown(kind)}.")
    return db.get(NewsTemplate, (kind, language))


def _note(db: Session, kind: str, language: str, words: Words, by: User, at: datetime) -> None:
    facts = {"kind": kind, "language": language, "digest": audit.digest(words.subject + "\n" + words.body)}
    entry = audit.Entry(at=at, action="edit_news_words", role="administrator", actor_id=by.id, data=facts)
    audit.append(db, [entry])


def _errors(field: str, text: str, kind: str) -> Sequence[FieldError]:
    """Return what is wrong with a subject or a body."""
    longest = LONGEST_SUBJECT if field == "subject" else LONGEST_BODY
    if not text:
        return [FieldError(field, "不能为空", "It cannot be empty")]
    if len(text) > longest or not is_storable(text):
        return [FieldError(field, f"最多 {longest} 字", f"At most {longest} characters")]
    if field == "subject" and not text.isprintable():
        return [FieldError(field, "标题只能是一行", "A subject is one line")]
    template, allowed = Template(text), KINDS[kind].places
    if not template.is_valid():
        return [
            FieldError(field, "「$」后须是占位符，要写 $ 本身请写 $$", "A $ begins a placeholder; write $$ for itself")
        ]
    known = "、".join(f"${word}" for word in allowed)
    return [
        FieldError(field, f"没有占位符 ${word}，可用：{known}", f"There is no placeholder ${word}; known are {known}")
        for word in template.get_identifiers()
        if word not in allowed
    ]
