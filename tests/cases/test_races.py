"""Two people act on one case at the same moment: exactly one wins, the other is told, nothing is doubled.

`BIHUAN_TEST_EXAMPLES` says how many races to run, `BIHUAN_TEST_SEED` repeats their order.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from sqlalchemy import func, select
from sqlmodel import select as select_rows

from cases.errors import InvalidFields, Stale
from cases.record.case import Case, Passage
from cases.record.columns import table_of
from cases.record.database import reading
from cases.record.event import Event
from tests.cases.world import HOUR, Story, Turn, World
from tests.cast import MONDAY
from workflow.errors import Refusal
from workflow.machine import NotFromHere, NotNow

RACES = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "100"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "0"))
PATIENCE = 30.0

ACCEPT = {"category": "其他", "tier": "A", "lead": "D", "support": "A"}
#: How far the case has come, and what the two try; both are allowed to, were they alone.
PAIRS: tuple[tuple[str, Turn, Turn], ...] = (
    ("submit", ("accept", "li", ACCEPT), ("accept", "shuang", {**ACCEPT, "lead": "A", "support": ""})),
    ("submit", ("accept", "li", ACCEPT), ("reject", "shuang", {"reason": "不办"})),
    ("submit", ("withdraw", "zhang", {}), ("accept", "li", ACCEPT)),
    ("accept", ("sign_for", "wang", {}), ("sign_for", "wu", {})),
    ("accept", ("return", "wang", {"reason": "不归我", "rule": "三定方案"}),
     ("transfer", "zhao", {"lead": "A", "reason": "归人社"})),
    ("sign_for", ("request_extension", "wang", {"reason": "忙", "extra": "5wd"}),
     ("request_extension", "wu", {"reason": "忙", "extra": "9wd"})),
    ("sign_for", ("report", "wang", {"answer": "已办"}), ("note", "zhang", {"note": "快些"})),
    ("verify", ("satisfied", "zhang", {}), ("unsatisfied", "zhang", {"reason": "没办好"})),
)  # fmt: skip


def test_of_two_who_act_at_once_exactly_one_wins(world: World) -> None:
    number = SEED or random.SystemRandom().randrange(1, 10**9)
    print(f"BIHUAN_TEST_SEED={number}, {RACES} races")
    dice, told = random.Random(number), Counter[str]()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(RACES):
            there, *entrants = dice.choice(PAIRS)
            dice.shuffle(entrants)
            story = Story(world).up_to(there)
            seen, clocks, rows = story.case.version, len(world.clocks(story.number)), counted(world)
            start = Barrier(2, timeout=PATIENCE)
            moment = story.at + HOUR
            results = [
                pool.submit(together, start, partial(world.does, story.number, action, by, moment, seen, **form))
                for action, by, form in entrants
            ]
            answers = list(zip(entrants, (one.result() for one in results), strict=True))
            losers = [answer for _, answer in answers if isinstance(answer, Refusal)]
            ((entrant, event),) = [(entrant, answer) for entrant, answer in answers if isinstance(answer, dict)]
            assert [type(refusal) for refusal in losers] == [Stale]
            told[f"{entrant[0]} won"] += 1

            case, after = world.case(story.number), counted(world)
            assert (case.version, event["version"], event["action"]) == (seen + 1, seen + 1, entrant[0])
            assert case.state == event["state_to"]
            assert after["events"] == rows["events"] + 1
            assert after["passages"] == rows["passages"] + (1 if {"reason", "answer", "note"} & set(entrant[2]) else 0)
            began = [clock for clock in world.clocks(story.number)[clocks:] if clock.started_at == moment]
            started = sum(clock.kind != "beside" for clock in began)
            beside = 1 if entrant[0] == "request_extension" else 2 if entrant[2].get("support") else 0
            assert len(began) - started == beside
            assert started == (0 if case.closed_at or entrant[0] in ("request_extension", "note") else 1)
    print(dict(told))
    world.check()


def test_who_reads_after_the_winner_hears_what_the_law_says_then(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(max(RACES // 10, 10)):
            story, start = Story(world).up_to("accept"), Barrier(2, timeout=PATIENCE)
            attempts = [
                pool.submit(together, start, partial(world.does, story.number, "sign_for", who, story.at + HOUR))
                for who in ("wang", "wu")
            ]
            refusals = [refusal for one in attempts if isinstance(refusal := one.result(), Refusal)]
            assert [type(refusal) for refusal in refusals] in ([Stale], [NotFromHere])
            assert world.case(story.number).version == 4
    world.check()


def test_cases_that_are_raised_at_once_share_neither_a_number_nor_a_place_in_the_chain(world: World) -> None:
    threads, each = 4, max(RACES // 20, 5)
    start = Barrier(threads, timeout=PATIENCE)

    def raise_some() -> list[str]:
        start.wait()
        return [world.raises("zhang", MONDAY, law=law) for _ in range(each) for law in ("proposal", "grievance")]

    with ThreadPoolExecutor(threads) as pool:
        numbers = [number for one in [pool.submit(raise_some) for _ in range(threads)] for number in one.result()]
    assert len(set(numbers)) == len(numbers) == threads * each * 2
    with reading(world.db) as db:
        assert len(db.exec(select_rows(Case)).all()) == len(numbers)
    world.check()


def test_two_cases_that_are_merged_into_each_other_at_once_leave_one_open(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(max(RACES // 10, 10)):
            first, second = Story(world).up_to("submit"), Story(world).up_to("submit")
            start = Barrier(2, timeout=PATIENCE)
            attempts = [
                pool.submit(together, start, partial(world.does, one, "merge", "li", first.at + HOUR, into=other))
                for one, other in ((first.number, second.number), (second.number, first.number))
            ]
            refusals = [refusal for one in attempts if isinstance(refusal := one.result(), Refusal)]
            assert [type(refusal) for refusal in refusals] in ([InvalidFields], [Stale], [NotFromHere])
            assert sorted([first.case.state, second.case.state]) == ["in_review", "merged"]
    world.check()


def test_a_request_that_two_decide_at_once_is_decided_once(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(max(RACES // 10, 10)):
            story = Story(world).up_to("sign_for")
            story.then("request_extension", "wang", reason="取证", extra="5wd")
            start = Barrier(2, timeout=PATIENCE)
            decide = partial(world.does, story.number, "decide_extension")
            attempts = [
                pool.submit(together, start, partial(decide, who, story.at, approve=word))
                for who, word in (("zhao", "yes"), ("shuang", "no"))
            ]
            answers = [one.result() for one in attempts]
            (granted,) = [answer for answer in answers if isinstance(answer, dict)]
            assert [type(answer) for answer in answers if isinstance(answer, Refusal)] in ([Stale], [NotNow])
            is_moved = world.clock(story.number, "state").due_at != world.clock(story.number, "state").first_due_at
            assert is_moved == ("extend" in granted["data"])
    world.check()


def together(start: Barrier, attempt: Callable[[], dict[str, Any]]) -> dict[str, Any] | Refusal:
    """Wait for the other, try, and return what came of it."""
    start.wait()
    try:
        return attempt()
    except Refusal as refusal:
        return refusal


def counted(world: World) -> dict[str, int]:
    """Count the rows that an action may add."""
    with reading(world.db) as db:
        return {
            table.name: db.connection().execute(select(func.count()).select_from(table)).scalar_one()
            for table in (table_of(Event), table_of(Passage))
        }
