"""The section of a case's page on its departments: how far each is, until when, what it answered, who is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.calendars import calendar
from cases.record.case import Attachment
from cases.roster import Hand, hands_of, own_hands, progress_in, withheld
from cases.sheet import Said, Sheet
from web import moments, words
from web.pages.rows import Due, due_words
from web.visits import Visit
from workflow.calendar import Calendar
from workflow.limits import Limit


@dataclass(frozen=True)
class PartLine:
    """One department in words; `said` is how far it is in its own words, empty where that counts for nothing."""

    kind: str
    unit: str
    owner: str
    status: str
    since: str
    is_open: bool
    due: Due | None
    percent: int
    said: str
    answer: Said | None
    files: Sequence[Attachment]


@dataclass(frozen=True)
class Parts:
    """The departments of a case; `withheld` tells what cannot be done yet, and for whom it waits, line by line.

    `earlier` are those whose departments have the same part anew. `own` are the units that the reader acts for, as code
    and name.
    """

    lines: Sequence[PartLine]
    earlier: Sequence[PartLine]
    percent: int | None
    counted: str
    withheld: Sequence[tuple[str, Sequence[str]]]
    own: Sequence[tuple[str, str]]


def parts_of(visit: Visit, sheet: Sheet, local: Calendar) -> Parts:
    """Return the departments of a case as a person may read of them."""
    hands, progress = hands_of(sheet), progress_in(sheet)
    done = sum(1 for share in progress.shares if share.percent == 100)
    return Parts(
        lines=[_line(visit, hand, local) for hand in hands if not _is_replaced(hand, hands)],
        earlier=[_line(visit, hand, local) for hand in hands if _is_replaced(hand, hands)],
        percent=progress.percent,
        counted=visit.say(
            f"{len(progress.shares)} 个单位，{done} 个已完成", f"{done} of {len(progress.shares)} units at 100%"
        ),
        withheld=[
            (words.label(one.step, visit.language), [waited_for(visit, hand, local) for hand in one.waits_for])
            for one in withheld(visit.db, sheet, hands, visit.by, visit.at)
        ],
        own=[
            (sheet.units[row.unit_id].code, sheet.units[row.unit_id].name)
            for row in own_hands(visit.db, sheet, visit.by, visit.at)
        ],
    )


def own_part_done(visit: Visit, sheet: Sheet, version: int | None) -> str:
    """Return what has become of the part that an event of this version was about; empty for any other event."""
    event = next((one for one in sheet.history if one.version == version), None)
    hand = next((one for one in hands_of(sheet) if event and one.row.id == event.part_id), None)
    if hand is None or sheet.case.closed_at is not None:
        return ""
    status = words.pick(words.PART_STATUS.get(hand.row.status, (hand.row.status,) * 2), visit.language)
    kind = words.pick(words.PARTS.get(hand.row.kind, (hand.row.kind,) * 2), visit.language)
    said = visit.say(f"{hand.unit.name}的{kind}现为 {status}", f"The part of {hand.unit.name} ({kind}) is now {status}")
    if hand.clock is None:
        return said
    exact = moments.exact(hand.due_at, calendar(visit.db, hand.clock.calendar))
    return said + visit.say(f"，到期时刻 {exact}", f", due {exact}")


def waited_for(visit: Visit, hand: Hand, local: Calendar) -> str:
    """Say who is not done yet, since when and until when."""
    kind = words.pick(words.PARTS.get(hand.row.kind, (hand.row.kind,) * 2), visit.language)
    status = words.pick(words.PART_STATUS.get(hand.row.status, (hand.row.status,) * 2), visit.language)
    since = moments.exact(hand.row.assigned_at, local)
    until = moments.exact(hand.due_at, calendar(visit.db, hand.clock.calendar)) if hand.clock else ""
    zh = f"{hand.unit.name}（{kind}，{status}，自 {since} 起" + (f"，{until} 到期）" if until else "）")
    en = f"{hand.unit.name} ({kind}, {status}, since {since}" + (f", due {until})" if until else ")")
    return visit.say(zh, en)


def _is_replaced(hand: Hand, hands: Sequence[Hand]) -> bool:
    """Tell whether a part has ended and its department was given the same one again later."""
    mine, row = (hand.row.unit_id, hand.row.kind), hand.row
    anew = [one.row for one in hands if (one.row.unit_id, one.row.kind) == mine and (one.row.id or 0) > (row.id or 0)]
    return row.ended_at is not None and bool(anew)


def _line(visit: Visit, hand: Hand, local: Calendar) -> PartLine:
    row, clock = hand.row, hand.clock
    due = None
    if clock is not None:
        limit = Limit.parse(clock.limit) if clock.limit else None
        due = due_words(visit, clock, calendar(visit.db, clock.calendar), limit)
    return PartLine(
        kind=words.pick(words.PARTS.get(row.kind, (row.kind, row.kind)), visit.language),
        unit=hand.unit.name,
        owner=visit.say(f"受{hand.owner.name}委派", f"for {hand.owner.name}") if hand.owner else "",
        status=words.pick(words.PART_STATUS.get(row.status, (row.status, row.status)), visit.language),
        since=moments.exact(row.ended_at or row.signed_at or row.assigned_at, local),
        is_open=row.ended_at is None,
        due=due,
        percent=hand.percent,
        said=f"{hand.percent}%" if hand.weight or (hand.owner and row.ended_at is None) else "",
        answer=hand.answer,
        files=hand.files,
    )
