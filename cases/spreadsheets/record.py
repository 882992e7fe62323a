"""A row of history, checked: what it says about one case, before it is anybody's."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

from cases.fields import MOST_UNITS
from cases.raising import LONGEST_CATEGORY, LONGEST_TEXT, LONGEST_TITLE
from cases.spreadsheets.cells import Cell, clean
from cases.spreadsheets.faults import BadCell
from cases.spreadsheets.mapping import Mapping, MappingError
from cases.spreadsheets.moments import Moment, Moments
from workflow.definition import Definition

#: How long what is not a free text may be; the columns of the record hold no more.
LONGEST = {"external_id": 200, "category": LONGEST_CATEGORY, "unit": 200}
TEXTS = {"title", "text", "answer"}
SHORT_TITLE = 60
SEPARATORS = re.compile("[;；、]")
CHOICES = ("tier", "urgency", "rating")


@dataclass(slots=True)
class Record:
    """One row, checked. `closed_at` and `answered_at` are empty where the row gives none, though it may be over."""

    number: int
    cells: list[Cell]
    external_id: str | None
    title: str
    text: str | None
    category: str | None
    tier: str | None
    urgency: str | None
    rating: str | None
    unit: str | None
    departments: list[str]
    submitted_at: datetime
    due_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    closed_at: datetime | None
    is_over: bool

    digest: str = ""

    def __post_init__(self) -> None:
        self.digest = self._digest()

    def _digest(self) -> str:
        """Return the digest of what the row says, by which it is known again whatever kind of file it stands in."""
        said = [
            self.external_id, self.title, self.text, self.category, self.tier, self.urgency, self.rating, self.unit,
            *self.departments, self.submitted_at, self.due_at, self.answer, self.answered_at, self.closed_at,
            self.is_over,
        ]  # fmt: skip
        return hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()


class RecordReader:
    """Checks rows against a mapping, a law and the moment of the import."""

    def __init__(self, mapping: Mapping, places: dict[str, int], law: Definition, at: datetime) -> None:
        self.mapping = mapping
        self.at = at
        self._moments = Moments(mapping.zone, mapping.moments)
        self._words = [
            (field, place, mapping.columns[field])
            for field, place in places.items()
            if not field.endswith("_at") and field != "submitter"
        ]
        self._places = places
        self._choices = {name: _words_of(law, name) for name in CHOICES if name in places}
        for name, words in self._choices.items():
            if not words:
                raise MappingError(
                    f"映射 {mapping.name}：流程 {law.name} 没有 {name}。",
                    f"Mapping {mapping.name}: the law {law.name} has no {name}.",
                )

    def read(self, number: int, cells: list[Cell]) -> Record:
        """Return what a row says. Raises BadCell with the first thing that is wrong."""
        words: dict[str, str | None] = {}
        for field, place, column in self._words:
            if (text := clean(cells[place], column)) and len(text) > LONGEST.get(field, LONGEST_TEXT):
                raise self._bad(field, text, *_too_long(LONGEST.get(field, LONGEST_TEXT), len(text)))
            words[field] = text or None
        title, body = self._title(words.get("title"), words.get("text"))
        submitted, answered, closed = self._order(cells)
        due = self._moment("due_at", cells)
        return Record(
            number=number,
            cells=cells,
            external_id=words.get("external_id"),
            title=title,
            text=body,
            category=words.get("category"),
            tier=self._choice("tier", words.get("tier")),
            urgency=self._choice("urgency", words.get("urgency")),
            rating=self._choice("rating", words.get("rating")),
            unit=words.get("unit"),
            departments=self._departments(words.get("department")),
            submitted_at=submitted,
            # A limit that is only a day ends with that day: it has passed from the first moment of the next one.
            due_at=None if due is None else self._moments.end_of(due.day) if due.day else due.at,
            answer=words.get("answer"),
            answered_at=answered,
            closed_at=closed,
            is_over=self._is_over(words.get("status"), closed, answered is not None or words.get("answer") is not None),
        )

    def _bad(self, field: str, value: object, zh: str, en: str) -> BadCell:
        return BadCell(self.mapping.columns.get(field, field), value, zh, en)

    def _title(self, title: str | None, text: str | None) -> tuple[str, str | None]:
        if title is None and text is None:
            raise self._bad(
                "title" if "title" in self.mapping.columns else "text", "", "没有标题和内容", "neither title nor text"
            )
        if title is None:
            assert text is not None
            return " ".join(text[: 2 * SHORT_TITLE].split())[:SHORT_TITLE], text
        if len(title) > LONGEST_TITLE:
            text = f"{title}\n\n{text}" if text else title
            if len(text) > LONGEST_TEXT:
                raise self._bad("title", title, *_too_long(LONGEST_TEXT, len(text)))
            title = title[: LONGEST_TITLE - 1] + "…"
        return title, text

    def _moment(self, field: str, cells: list[Cell]) -> Moment | None:
        place = self._places.get(field)
        return None if place is None else self._moments.read(cells[place], self.mapping.columns[field])

    def _order(self, cells: list[Cell]) -> tuple[datetime, datetime | None, datetime | None]:
        """Return when the case was submitted, answered and closed, in an order that can have been."""
        submitted = self._submitted(cells)
        ends: list[datetime | None] = []
        for field, zh, en in (("answered_at", "答复", "answered"), ("closed_at", "办结", "ended")):
            moment = self._moment(field, cells)
            ends.append(self._end(field, moment, submitted, zh, en) if moment else None)
        return submitted.at, ends[0], ends[1]

    def _submitted(self, cells: list[Cell]) -> Moment:
        if self.mapping.submitted_on:
            moment = self._moments.read(self.mapping.submitted_on, "submitted_on")
        else:
            moment = self._moment("submitted_at", cells)
        if moment is None:
            raise self._bad("submitted_at", "", "没有提交时间", "there is no submission date")
        if moment.at > self.at:
            raise self._bad("submitted_at", moment.at, "提交时间晚于导入时间", "submitted after the import")
        return moment

    def _end(self, field: str, end: Moment, submitted: Moment, zh: str, en: str) -> datetime:
        if end.at > self.at:
            raise self._bad(field, end.at, f"{zh}时间晚于导入时间", f"{en} after the import")
        if end.at >= submitted.at:
            return end.at
        if end.day and end.day == self._day(submitted):
            return submitted.at  # on the same day, and nobody wrote down the hour
        raise self._bad(field, end.at, f"{zh}时间早于提交时间", f"{en} before it was submitted")

    def _day(self, moment: Moment) -> date:
        return moment.day or moment.at.astimezone(self.mapping.zone).date()

    def _departments(self, words: str | None) -> list[str]:
        if words is None:
            return []
        names = list(dict.fromkeys(name for part in SEPARATORS.split(words) if (name := part.strip())))
        if len(names) > MOST_UNITS:
            raise self._bad("department", words, f"部门最多 {MOST_UNITS} 个", f"{MOST_UNITS} departments at most")
        if long := next((name for name in names if len(name) > LONGEST["unit"]), None):
            raise self._bad("department", long, *_too_long(LONGEST["unit"], len(long)))
        return names

    def _choice(self, name: str, word: str | None) -> str | None:
        if word is None:
            return None
        options = self._choices[name]
        if word not in options:
            known = "、".join(dict.fromkeys(options.values()))
            raise self._bad(name, word, f"不是这些之一：{known}", f"is none of: {known}")
        return options[word]

    def _is_over(self, status: str | None, closed: datetime | None, is_answered: bool) -> bool:
        """Tell whether the row's case is over: a closing date decides, then a status word, then an answer."""
        if status is not None and status not in self.mapping.is_over:
            raise self._bad("status", status, "[status] 表没有这个词", "is no word of the table [status]")
        if closed is not None or status is None:
            return closed is not None or is_answered
        return self.mapping.is_over[status]


def _words_of(law: Definition, name: str) -> dict[str, str]:
    """Return the words for the options of a choice: its keys and all that people write for them."""
    word = law.vocabulary.fields.get(name)
    options = law.options_of(word) if word else {}
    return {label: key for key, labels in options.items() for label in (*labels, key)}


def _too_long(longest: int, length: int) -> tuple[str, str]:
    return f"最多 {longest} 字，现有 {length} 字", f"{length} characters, {longest} at most"
