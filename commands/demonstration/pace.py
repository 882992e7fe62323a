"""How long everyone takes: each action some office time after the one before, some of them late."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle, pairwise
from typing import Any

from cases.words import SUBMITTER
from commands.demonstration.matters import Matter
from commands.demonstration.routes import Roads, Way
from workflow.calendar import Calendar
from workflow.definition import State, Step
from workflow.limits import Limit, Offset

DAY = 480  # office minutes
LATE, NEGLECTED = 0.1, 0.4
NOTE, URGE, EXTENSION, UNDECIDED = 0.3, 0.1, 0.25, 0.4
#: How much of a limit a person takes who keeps to it, and how much the one who asked for something.
WORKING, HANDLING, ANSWERING = (0.15, 0.85), (0.4, 0.95), (0.03, 0.5)
NOTED, URGED = "note", "urge"
LONGEST_LATENESS = 10 * DAY


@dataclass(frozen=True)
class Turn:
    """One action to come: `wait` office minutes after the one before, or by the system at a rung."""

    step: Step
    wait: int
    rung: Offset | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


class Pace:
    """Turns a route into actions with waits, under the limits of its law."""

    def __init__(self, roads: Roads, calendar: Calendar, at: datetime) -> None:
        self.roads, self.calendar, self.at = roads, calendar, at
        self.reference = calendar.add_working_minutes(at, -60 * DAY)
        self.decisions: Iterator[bool] = cycle((True, False, True))
        self.has_undecided = False

    def turns(self, route: list[Way], matter: Matter, rng: random.Random) -> list[Turn]:
        """Return the actions along a route, with notes, urges and extensions in between."""
        turns: list[Turn] = []
        done: set[str] = set()
        for way in route:
            stay = self._stay(way, matter, rng)
            if way.step.action in done and stay < DAY:
                stay += round(DAY * rng.uniform(0.8, 2))  # the second time, the quick remedy did not do
            is_hurried = way.rung is not None or way.step.within is not None
            between = [] if is_hurried else self._between(way.source, stay, matter, rng, done)
            if any(fields.get("approve") for _, _, fields in between):
                stay = round(self._limit(way.source, matter) * rng.uniform(1.02, 1.25))
            turns += _spread(between, stay, way)
            done |= {way.step.action, *(step.action for _, step, _ in between)}
        return turns

    def dwelling(self, state: State, matter: Matter, rng: random.Random, so_far: list[Turn]) -> tuple[list[Turn], int]:
        """Return what happens while a case lies where it was brought, and how long it has lain there."""
        if state.final:
            return [], rng.randint(DAY, 80 * DAY)
        limit = self._limit(state, matter)
        stay = limit * rng.uniform(0.05, 0.9)
        if rng.random() < NEGLECTED:
            stay = limit + rng.uniform(0.05, 1.0) * min(limit, LONGEST_LATENESS)
        stay = round(min(stay, 0.9 * self._until_the_system_acts(state, matter), 0.9 * self._since_then(state, matter)))
        done = {turn.step.action for turn in so_far}
        between = self._between(state, stay, matter, rng, done, EXTENSION if self.has_undecided else 1)
        if between and "approve" in between[-1][2] and (rng.random() < UNDECIDED or not self.has_undecided):
            between.pop()  # one at least waits for a decision
            self.has_undecided = True
        turns, before = [], 0
        for moment, step, fields in between:
            turns.append(Turn(step, moment - before, None, fields))
            before = moment
        return turns, stay - before

    def _stay(self, way: Way, matter: Matter, rng: random.Random) -> int:
        """Return how long a case lies before an arrow takes it on."""
        state, step = way.source, way.step
        if way.rung is not None:
            return self._until(state, matter, way.rung)
        if state is self.roads.law.initial:
            return rng.randint(4, 40)
        if state.final or step.within is not None:
            most = self._minutes(step.within) if step.within else 10 * DAY
            return max(15, round(min(most, 10 * DAY if state.final else most) * rng.uniform(0.1, 0.7)))
        limit = self._limit(state, matter)
        if state.owner in step.by and rng.random() < LATE:
            stay = limit + min(limit, LONGEST_LATENESS) * rng.uniform(0.05, 0.6)
        else:
            is_slow = self.roads.is_work(state) or state.pauses
            pace = ANSWERING if SUBMITTER in step.by else HANDLING if is_slow else WORKING
            stay = limit * rng.uniform(*pace)
        return max(10, round(min(stay, 0.9 * self._until_the_system_acts(state, matter))))

    def _between(
        self,
        state: State,
        stay: int,
        matter: Matter,
        rng: random.Random,
        done: set[str],
        odds: float = EXTENSION,
    ) -> list[tuple[int, Step, dict[str, Any]]]:
        """Return what people do without moving the case: (office minutes after it came, step, fields)."""
        if state.final:
            return []
        leaving = self.roads.law.steps_from(state.name)
        staying = {step.action: step for step in leaving if not step.targets and step.is_for_people}
        limit = self._limit(state, matter)
        is_work = self.roads.is_work(state)
        fresh = {action: step for action, step in staying.items() if action not in done}
        asks = next((step for step in fresh.values() if "extra" in step.needs), None)
        decides = next((step for step in staying.values() if "approve" in step.needs), None)
        found: list[tuple[int, Step, dict[str, Any]]] = []
        if is_work and NOTED in fresh and stay > DAY and rng.random() < NOTE:
            found.append((round(stay * rng.uniform(0.2, 0.6)), fresh[NOTED], {}))
        is_long = is_work and limit > 3 * DAY and stay > 0.6 * limit
        if asks and decides and is_long and rng.random() < odds:
            nearly = min(limit, stay) * rng.uniform(0.7, 0.8)
            found.append((round(nearly), asks, {"extra": _third(self._limit_of(state, matter))}))
            decided = round(nearly + min(limit, stay) * rng.uniform(0.02, 0.12))
            found.append((decided, decides, {"approve": next(self.decisions)}))
        elif URGED in fresh and state.owner != SUBMITTER and (stay > limit * 1.1 or (is_work and rng.random() < URGE)):
            found.append((round(stay * rng.uniform(0.75, 0.95)), fresh[URGED], {}))
        return sorted(found, key=lambda one: one[0])

    def _until_the_system_acts(self, state: State, matter: Matter) -> float:
        rungs = [rung.at for rung in self.roads.law.ladders.get(state.ladder or "", ()) if rung.action]
        return min((self._at_least_until(state, matter, at) for at in rungs), default=float("inf"))

    def _since_then(self, state: State, matter: Matter) -> float:
        """Return the office minutes that a case may have lain until today without the system having acted."""
        rungs = [rung.at for rung in self.roads.law.ladders.get(state.ladder or "", ()) if rung.action]
        due = self.calendar.due(self.at, self._limit_of(state, matter)).at
        ends = (self.at - (self.calendar.shift(due, at) - self.at) for at in rungs)
        return min((self.calendar.working_minutes(begin, self.at) for begin in ends), default=float("inf"))

    def _until(self, state: State, matter: Matter, rung: Offset) -> int:
        """Return the office minutes from the arrival in a state to a rung of its ladder."""
        limit = self._limit_of(state, matter)
        due = self.calendar.due(self.reference, limit).at
        return max(10, self.calendar.working_minutes(self.reference, self.calendar.shift(due, rung)))

    def _at_least_until(self, state: State, matter: Matter, rung: Offset) -> int:
        """Return the least office minutes to a rung that a limit in calendar time leaves, long holidays counted in."""
        limit = self._limit_of(state, matter)
        begins = [self.calendar.add_working_minutes(self.reference, -ten * 10 * DAY) for ten in range(-5, 15)]
        begins += [moment + timedelta(days=days) for moment in begins for days in (3, 6, 9)]
        ends = [self.calendar.shift(self.calendar.due(begin, limit).at, rung) for begin in begins]
        found = [self.calendar.working_minutes(begin, end) for begin, end in zip(begins, ends, strict=True)]
        return max(10, min(found))

    def _limit(self, state: State, matter: Matter) -> int:
        return self._minutes(self._limit_of(state, matter))

    def _limit_of(self, state: State, matter: Matter) -> Limit:
        found = self.roads.law.limit_of(state, {"tier": matter.tier, "urgency": matter.urgency or None})
        assert found is not None  # a proven law gives every open state a limit
        return found

    def _minutes(self, limit: Limit) -> int:
        return max(60, self.calendar.working_minutes(self.reference, self.calendar.due(self.reference, limit).at))


def _spread(between: list[tuple[int, Step, dict[str, Any]]], stay: int, way: Way) -> list[Turn]:
    """Return the turns of one stay, each with its wait after the one before."""
    stay = max([stay, *(moment + 5 for moment, _, _ in between)])
    moments = [0, *(moment for moment, _, _ in between), stay]
    waits = [max(1, later - earlier) for earlier, later in pairwise(moments)]
    acts: list[tuple[Step, Offset | None, Mapping[str, Any]]] = [
        (step, None, fields) for _, step, fields in between
    ] + [(way.step, way.rung, {})]
    return [Turn(step, wait, rung, fields) for wait, (step, rung, fields) in zip(waits, acts, strict=True)]


def _third(limit: Limit) -> str:
    return str(Limit(max(1, limit.count // 3), limit.unit))
