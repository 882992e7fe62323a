"""Lives of a few cases, drawn by chance: what happens at which moment, so that two worlds can live through the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cases.act import act, find
from cases.errors import NotFound
from cases.indexing import index_new
from cases.open_raising import raised_openly
from cases.raising import Draft, raise_case, submitter_of
from cases.record.database import transaction
from cases.revealing import ask
from cases.sweep import sweep
from config.settings import Settings
from notifications.outbox import fan_out
from tests.cast import CHEAP, MONDAY
from tests.web.visitors import person
from workflow.errors import Refusal

#: Stands for whoever raised the case, for the handler of its lead, and for another case.
RAISER, HANDLER, OTHER = "the raiser", "the handler", "another case"
HANDLERS = {"D": "wang", "A": "zhou", "B": "bai", "G": "guo"}
ROAD: Mapping[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "proposal": (
        ("accept", "li", {"category": "工资报酬", "tier": "A"}),
        ("sign_for", HANDLER, {}),
        ("report", HANDLER, {"answer": "已补发"}),
        ("verify", "zhao", {}),
        ("satisfied", RAISER, {}),
    ),
    "grievance": (
        ("accept", "li", {"category": "工资报酬", "urgency": "7d", "tier": "A"}),
        ("report", HANDLER, {"answer": "已补发"}),
        ("verify", "zhao", {}),
        ("satisfied", RAISER, {}),
    ),
}
#: What may happen beside the road; where the law refuses it, all worlds refuse it alike.
BESIDE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("endorse", "qian", {}),
    ("note", "li", {"note": "内部意见", "audience": "staff"}),
    ("note", RAISER, {"note": "补充情况"}),
    ("order", "zhao", {"order_text": "请速办"}),
    ("urge", RAISER, {}),
    ("urge", "zhao", {"reason": "请加快"}),
    ("request_extension", HANDLER, {"extra": "2wd", "reason": "需要时间"}),
    ("decide_extension", "zhao", {"approve": "yes"}),
    ("report_progress", HANDLER, {"percent": "40"}),
    ("copy_to", "zhao", {"person": "guo"}),
    ("copy_to", "zhao", {"person": "zhou"}),
    ("copy_to", "li", {"person": "lu"}),
    ("stop_copy", "zhao", {"person": "zhou"}),
    ("watch", "chen", {}),
    ("ask_submitter", "li", {"reason": "请补正"}),
    ("supplement", RAISER, {"note": "已补正"}),
    ("card", "zhao", {"colour": "yellow", "reason": "超期"}),
    ("put_on_account", "zhao", {"promise": "年内解决", "promised_on": "2026-12-20"}),
    ("link", "li", {"other": OTHER, "link_kind": "relates"}),
    ("merge", "li", {"into": OTHER}),
    ("split", "li", {"part_title": "高温补贴", "part_text": "没有发放"}),
    ("withdraw", RAISER, {}),
    ("unwatch", RAISER, {}),
    ("reveal", "li", {"reason": "须电话核实"}),
)


@dataclass(frozen=True)
class Told:
    """A case as it is raised: by whom, with or without an account, and of whom it complains."""

    law: str
    unit: str
    identity: str
    title: str
    text: str
    lead: str
    by: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    against: str | None = None


@dataclass(frozen=True)
class Turn:
    """Something that happens to one of the cases at a moment."""

    at: datetime
    case: int
    action: str = ""
    by: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)


def life(dice: random.Random, case: int, told: Told, other: int, *, minutes: int, rough: bool = True) -> list[Turn]:
    """Return a life of a case that begins so many minutes after the Monday of the tests, deed after deed."""
    at = MONDAY + timedelta(minutes=minutes)
    turns = [Turn(at, case)]
    if told.against is not None:
        turns.append(Turn(at, case, "name_accused", "feng" if told.unit == "P" else "li", {"accused": told.against}))
    road = list(ROAD[told.law])[: dice.randint(0, len(ROAD[told.law]))]
    for action, by, form in road:
        more = {"lead": told.lead} if action == "accept" else {}
        for beside in (*dice.sample(BESIDE, dice.randint(0, 3) if rough else 0), (action, by, form | more)):
            at += timedelta(hours=dice.randint(1, 5))
            named = {name: (other if value == OTHER else value) for name, value in beside[2].items()}
            turns.append(Turn(at, case, beside[0], beside[1], named))
    return turns


def live(
    engine: Any, settings: Settings, cases: Mapping[int, Told], turns: list[Turn], until: datetime
) -> tuple[dict[int, str], list[str]]:
    """Live through turns in the order of their moments, with news and limits.

    Return the numbers of the cases, and what was refused, and how; there a case is called as it is counted here.
    """
    numbers: dict[int, str] = {}
    refused = []
    next_round = MONDAY
    for turn in sorted(turns, key=lambda turn: (turn.at, turn.case)):
        while next_round <= turn.at:
            next_round = kept_going(engine, settings, next_round)
        told = cases[turn.case]
        try:
            if not turn.action:
                numbers[turn.case] = raised(engine, told, turn.at)
            elif turn.case in numbers:
                taken(engine, told, numbers, turn)
        except Refusal as refusal:
            refused.append(f"{turn.case} {turn.action} {turn.by}: {refusal.en}")
    while next_round <= until:
        next_round = kept_going(engine, settings, next_round)
    kept_going(engine, settings, until)
    for case, number in numbers.items():
        refused = [line.replace(number, f"case {case}") for line in refused]
    return numbers, refused


def kept_going(engine: Any, settings: Settings, at: datetime) -> datetime:
    """Do what a schedule does, and return when it does so next: at odd moments, so that no deed meets it."""
    list(sweep(engine, at))
    fan_out(engine, settings, at)
    index_new(engine, at)
    return at + timedelta(hours=23, minutes=1, seconds=1)


def raised(engine: Any, told: Told, at: datetime) -> str:
    """Raise and submit a case, and return its number."""
    draft = Draft(told.law, told.unit, told.title, told.text, identity=told.identity)
    with transaction(engine) as db:
        if told.by is None:
            return raised_openly(db, draft, told.about, network="127.0.0.1", most=99, at=at, cost=CHEAP)[0].number
        case = raise_case(db, draft, by=person(db, told.by), at=at)
        act(db, case, "submit", by=submitter_of(db, case), at=at)
        return case.number


def taken(engine: Any, told: Told, numbers: Mapping[int, str], turn: Turn) -> None:
    """Take one turn."""
    form = {name: numbers.get(value, "none") if isinstance(value, int) else value for name, value in turn.form.items()}
    with transaction(engine) as db:
        case = find(db, numbers[turn.case])
        login = HANDLERS[told.lead] if turn.by == HANDLER else turn.by
        if login == RAISER and told.by is not None and told.identity != "anonymous":
            login = told.by
        by = submitter_of(db, case) if login == RAISER else person(db, login)
        if by is None:
            raise NotFound("无人。", "Nobody is there.")
        if turn.action == "reveal":
            ask(db, case, form["reason"], by=by, at=turn.at)
        else:
            act(db, case, turn.action, by=by, at=turn.at, form=form)
