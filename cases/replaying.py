"""The clocks of a case as its events tell them, beside the rows of today.

A note of an event is one of

    ["start", kind, state, limit, due]          ["start", kind, state, limit, null, first due, what is left]
    ["stop", kind, state]                       ["extend", kind, state, extra time, due]
                                                ["shorten", kind, state, limit from the beginning, due]
    ["pause", kind, state, what is left]        ["resume", kind, state, due]
    ["rearrange", kind, state, due]             ["rearrange", kind, state, null, what is left]
    ["firm", kind, state]                       ["provisional", kind, state]
    ["go_on", kind, state, due]

Moments of rows are compared as texts: they are written in one way only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cases import raw
from cases.broken import Fault
from cases.kept_clocks import GO_ON
from cases.raw import Row
from workflow.clocks import AWAY, BACK

#: The columns of a clock and of its stretches that events tell, in the order in which they are selected.
COMPARED = ("kind", "state", "limit", "started_at", "first_due_at", "due_at", "remaining", "stopped_at", "spans")
STRETCH = ("why", "from_at", "until_at", "due_at", "limit")
Stretch = list[Any]


@dataclass(slots=True)
class Told:
    """A clock as events tell it, and the event that spoke of it last; moments are as rows hold them."""

    seq: int
    kind: Any
    state: Any
    limit: Any
    started_at: str
    first_due_at: str | None
    due_at: str | None
    remaining: Any = None
    stopped_at: str | None = None
    stretches: list[Stretch] = field(default_factory=list)

    def change(self, why: str, at: str, due_at: str | None, limit: Any = None) -> None:
        """Begin a stretch; the first change also keeps how the clock began."""
        if self.stretches:
            self.stretches[-1][2] = at
        else:
            self.stretches.append(["start", self.started_at, at, self.due_at, None])
        self.stretches.append([why, at, None, due_at, limit])
        self.due_at = due_at


def replay(told: list[Told], seq: int, at: Any, notes: Any) -> None:
    """Let the notes of one event happen to the clocks of a case.

    Notes that make no sense are passed over: no engine wrote them, so their event does not match its hash.
    """
    for note in notes if isinstance(notes, list) else ():
        try:
            deed, kind, state = note[:3]
            if deed == "start":
                due_at = raw.stored(note[4])
                if len(note) == 5:
                    told.append(Told(seq, kind, state, note[3], at, due_at, due_at))
                else:
                    told.append(Told(seq, kind, state, note[3], at, raw.stored(note[5]), due_at, note[6]))
                continue
            has_stopped = deed == GO_ON
            of_it = [c for c in told if (c.kind, c.state) == (kind, state)]
            clock = next(c for c in reversed(of_it) if (c.stopped_at is not None) is has_stopped)
            clock.seq = seq
            if deed == "stop":
                clock.stopped_at = at
                if clock.stretches:
                    clock.stretches[-1][2] = at
            elif deed == "pause":
                clock.change(deed, at, None)
                clock.remaining = note[3]
            elif deed == "rearrange":
                clock.change(deed, at, raw.stored(note[3]))
                clock.remaining = note[4] if len(note) > 4 else None
            elif deed == GO_ON and clock.stopped_at is not None:
                clock.change(AWAY, clock.stopped_at, None)
                clock.change(BACK, at, raw.stored(note[3]))
                clock.stopped_at = None
            elif deed in ("firm", "provisional"):
                continue  # no column that is compared tells of it
            elif deed == "shorten":
                clock.change(deed, at, raw.stored(note[4]), note[3])
            else:
                clock.change(deed, at, raw.stored(note[3 if deed == "resume" else 4]))
                clock.remaining = None if deed == "resume" else clock.remaining
        except (TypeError, ValueError, KeyError, IndexError, StopIteration):
            continue


def disagreements(
    told: Sequence[Told], rows: Sequence[Row], spans: Mapping[Any, list[Row]], last: int
) -> Iterator[tuple[Fault, int]]:
    """Return the clocks that are not as the events tell them, each with the event that spoke of it last."""
    pairs, strays = _paired(told, rows)
    for clock, row in pairs:
        word = raw.word(clock.state or clock.kind)
        if row is None:
            yield Fault(f"时限「{word}」缺失", f"the clock of {word} is missing"), clock.seq
        elif wrong := _wrong(clock, row, spans.get(row.id, [])):
            names = ", ".join(wrong)
            fault = Fault(f"时限「{word}」与其事件不符（{names}）", f"the clock of {word} disagrees with it ({names})")
            yield fault, clock.seq
    if strays:
        yield Fault("有未经记录的时限", "there is a clock that no event knows"), last


def _paired(told: Sequence[Told], rows: Sequence[Row]) -> tuple[list[tuple[Told, Row | None]], list[Row]]:
    """Return each clock that was told with its row, and the rows that are left over.

    They are in the same order. Where one is missing, the others are known by what they are and when they began; a row
    that is not known by that goes to the clock that has none.
    """
    if len(told) == len(rows):
        return list(zip(told, rows, strict=True)), []
    left = list(rows)
    found = []
    for clock in told:
        what = (clock.kind, clock.state, clock.started_at)
        mine = next((row for row in left if what == (row.kind, row.state, row.started_at)), None)
        found.append((clock, mine))
        if mine is not None:
            left.remove(mine)
    strays = iter(left)
    return [(clock, row if row is not None else next(strays, None)) for clock, row in found], list(strays)


def _wrong(clock: Told, row: Row, spans: list[Row]) -> list[str]:
    told = (
        clock.kind, clock.state, clock.limit, clock.started_at, clock.first_due_at, clock.due_at, clock.remaining,
        clock.stopped_at, len(clock.stretches),
    )  # fmt: skip
    wrong = []
    if told != row[-len(told) :]:
        wrong = [name for name, mine, kept in zip(COMPARED, told, row[-len(told) :], strict=True) if mine != kept]
    if [list(span[-len(STRETCH) :]) for span in spans] != clock.stretches:
        wrong.append("clock_spans")
    return wrong
