"""What the page of a case shows of oversight: urges, orders, cards, and who watches it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.oversight import Numbered, Oversight, oversight_of
from cases.sheet import Sheet
from web import moments, words
from web.visits import Visit
from workflow.calendar import Calendar


@dataclass(frozen=True)
class ShownOrder:
    """An order in words; `state` says whether it waits, was answered, or ended with the case."""

    number: str
    units: str
    issued: str
    due: str
    text: str
    state: str
    answer: str


@dataclass(frozen=True)
class ShownOversight:
    """The section of a case's page on oversight; lists that are empty are left out."""

    urges: Sequence[str]
    orders: Sequence[ShownOrder]
    cards: Sequence[tuple[str, str]]
    watchers: Sequence[str]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to show."""
        return not (self.urges or self.orders or self.cards or self.watchers)


def oversight_shown(visit: Visit, sheet: Sheet, local: Calendar) -> ShownOversight:
    """Return what oversight has done in a case, in words, as far as the reader may know."""
    found = oversight_of(visit.db, sheet.case, is_staff=sheet.is_staff)
    return ShownOversight(
        urges=_urges(visit, found, local),
        orders=[_order(visit, found, one, local) for one in found.orders],
        cards=_cards(visit, found, local),
        watchers=[
            f"{found.people[one.user_id].name}"
            + (visit.say("（抄送）", " (copied to)") if one.added_by else visit.say("（关注）", " (watches)"))
            for one in found.watchers
        ],
    )


def _urges(visit: Visit, found: Oversight, local: Calendar) -> list[str]:
    said = []
    for one in found.urges:
        unit = found.units[one.desk.unit_id].name if one.desk.unit_id else ""
        desk = " · ".join(part for part in (words.role(one.desk.role, visit.language), unit) if part)
        who = _named(found, one.by_id) or words.role(one.as_role, visit.language)
        at = moments.exact(one.last_at, local)
        said.append(
            visit.say(
                f"{desk}：被催办 {one.times} 次，最近 {at}，{who}", f"{desk}: urged {one.times} ×, last {at}, {who}"
            )
        )
    return said


def _order(visit: Visit, found: Oversight, one: Numbered, local: Calendar) -> ShownOrder:
    row = one.row
    issuer, unit = found.units[row.union_id].name, found.units[row.unit_id].name
    if row.answered_at is not None:
        at, who = moments.exact(row.answered_at, local), _named(found, row.answered_by)
        state = visit.say(f"{who} 已于 {at} 答复", f"answered {at} by {who}")
    else:
        state = visit.say("案件已结束，不再答复", "ended with the case") if row.ended_at else ""
    return ShownOrder(
        number=one.number,
        units=f"{issuer} → {unit}",
        issued=f"{moments.exact(row.issued_at, local)} {_named(found, row.issued_by)}",
        due=moments.exact(row.due_at, local),
        text=one.text or visit.say("请于期限内办结并书面答复。", "See to it and answer within the limit."),
        state=state or visit.say("待答复", "waits for an answer"),
        answer=one.answer or "",
    )


def _cards(visit: Visit, found: Oversight, local: Calendar) -> list[tuple[str, str]]:
    """Return each card with its colour and its words."""
    by_hand, by_ladder = visit.say("人工", "by hand"), visit.say("阶梯", "by the ladder")
    return [
        (
            one.colour,
            f"{words.pick(words.OWN_ACTIONS[one.colour], visit.language)} · {found.units[one.unit_id].name} · "
            f"{moments.exact(one.at, local)} · {by_hand if one.is_by_hand else by_ladder}",
        )
        for one in found.cards
    ]


def _named(found: Oversight, user_id: int | None) -> str:
    person = found.people.get(user_id or 0)
    return person.name if person else ""
