"""The stories that a demonstration tells: for each case a matter, its way, its pace and who raises it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cases.words import SUBMITTER
from commands.demonstration.matters import TEMPLATE_BY_KEY, Matter, matter, matter_of, tour_matter
from commands.demonstration.pace import DAY, Pace, Turn
from commands.demonstration.people import CAST, MEMBERS, PEOPLE
from commands.demonstration.routes import Roads, Way
from commands.demonstration.town import CITY, UNIT_BY_CODE
from workflow.calendar import Calendar
from workflow.definition import Definition, State

#: What share of all cases was answered and rated, and what share of the cases each law gets.
RATED = 0.5
SHARES: Mapping[str, float] = {"proposal": 0.65, "grievance": 0.35}
#: How often the other states are met: a desk where work lasts long, any other desk, an end without an answer.
LONG_DESK, DESK, END = 5, 2, 1
NAMED = 0.25
#: How often somebody raises what another one has raised at the same place, in words of their own.
ECHO = 0.05
DRAWS = 600
#: How often a case tries to join the one that others have joined before it looks for another.
FIRST_TRIES = 60

REPRESENTATIVES = {person.login for person in MEMBERS if any("representative@" in duty for duty in person.duties)}


@dataclass(frozen=True)
class Story:
    """One case to be walked; `begins` is in office minutes before the end, `into` the index of the case it joins."""

    index: int
    law: str
    matter: Matter
    turns: tuple[Turn, ...]
    begins: int
    ends: int
    submitter: str
    identity: str
    is_for_the_cast: bool
    into: int | None = None


@dataclass
class Storyteller:
    """Makes up stories; the same seed gives the same ones."""

    laws: Mapping[str, Definition]
    calendar: Calendar
    at: datetime
    seed: int
    told: list[Story] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.roads = {name: Roads(law) for name, law in self.laws.items()}
        self.paces = {name: Pace(roads, self.calendar, self.at) for name, roads in self.roads.items()}

    def tell(self, count: int) -> list[Story]:
        """Return as many stories as asked for, one for every state first."""
        joining: list[tuple[str, State]] = []
        seen: set[tuple[str, str]] = set()
        for name, target in self._targets(count):
            is_first = (name, target.name) not in seen
            seen.add((name, target.name))
            if not self._tell(name, target, is_first and not target.final):
                joining.append((name, target))
        for name, target in joining:  # last, because a case joins another one
            self._join(name, target)
        return self.told

    def _targets(self, count: int) -> list[tuple[str, State]]:
        states = [(name, state) for name, law in self.laws.items() for state in law.states.values()]
        every = [(name, state) for name, state in states if self.roads[name].reaches(state)]
        rated = {name: _rated(law) for name, law in self.laws.items()}
        names = [name for name in self.laws if name in rated]
        weights = [SHARES.get(name, 1.0) for name in names]
        others = [(name, state) for name, state in every if state is not rated[name]]
        frequencies = [_frequency(state) * SHARES.get(name, 1.0) for name, state in others]
        targets = every[:count]
        answered = max(0, min(count - len(targets), round(count * RATED) - len(names)))
        for name in self.rng.choices(names, weights, k=answered):
            targets.append((name, rated[name]))
        targets += self.rng.choices(others, frequencies, k=count - len(targets))
        return targets

    def _tell(self, name: str, target: State, is_for_the_cast: bool) -> bool:
        """Tell a story that ends in a state; False where none can be told without another one to join."""
        for draw in range(DRAWS):
            one = self._draw(name, target, is_for_the_cast and draw < DRAWS // 2)
            if one is None:
                continue
            route = self.roads[name].route(target, one, self.rng)
            if route and any("into" in way.step.needs for way in route):
                return False
            if route is not None and self._keep(name, target, route, one, is_for_the_cast):
                return True
        return False

    def _draw(self, name: str, target: State, is_for_the_cast: bool) -> Matter | None:
        """Return a matter of a law, or None if the one that was drawn does not fit."""
        if is_for_the_cast and not self.told and name == (tour := tour_matter(self.rng)).workflow:
            return tour
        one = self._echo(name) if not is_for_the_cast and self.rng.random() < ECHO else matter(self.rng)
        if one.workflow != name:
            return None
        if is_for_the_cast and target.owner == SUBMITTER and one.urgency:
            return one if f"worker@{one.place}" in _duties(CAST["worker"]) else None
        if is_for_the_cast and (one.unit != CITY or f"handler@{one.lead}" not in _duties(CAST["handler"])):
            return None
        return one

    def _echo(self, name: str) -> Matter:
        """Return a matter that was told of already, as somebody else at that place tells of it."""
        told = [one.matter for one in self.told if one.law == name]
        if not told:
            return matter(self.rng)
        first = self.rng.choice(told)
        return matter_of(TEMPLATE_BY_KEY[first.key], self.rng, UNIT_BY_CODE[first.place])

    def _keep(self, name: str, target: State, route: list[Way], one: Matter, is_for_the_cast: bool) -> bool:
        """Keep a story, unless it would begin at a time of year when nobody thinks of such a matter."""
        if any("summary" in way.step.needs for way in route):
            one = replace(one, tier=_hardest(self.laws[name], one.tier))
        turns = self.paces[name].turns(route, one, self.rng)
        more, dwelling = self.paces[name].dwelling(target, one, self.rng, turns)
        begins = sum(turn.wait for turn in (*turns, *more)) + dwelling
        months = TEMPLATE_BY_KEY[one.key].months
        month = self.calendar.add_working_minutes(self.at, -begins).astimezone(self.calendar.zone).month
        if months and month not in months:
            return False
        ends = dwelling if target.final else 0
        raised_by = _submitter(one, self.rng, is_for_the_cast)
        self._append(name, one, (*turns, *more), begins, ends, raised_by, is_for_the_cast)
        return True

    def _join(self, name: str, target: State) -> None:
        """Tell of a case that turns out to be another's matter, while that one is still open."""
        rng = self.rng
        hosts = [one for one in self.told if one.law == name and self._can_be_joined(one)]
        joined = {one.into for one in self.told}
        hosts.sort(key=lambda one: one.index not in joined)  # the matter that several raise comes first
        for attempt in range(DRAWS if hosts else 0):
            host = hosts[0] if hosts[0].index in joined and attempt < FIRST_TRIES else rng.choice(hosts)
            place = UNIT_BY_CODE[host.matter.place]
            twin = matter_of(TEMPLATE_BY_KEY[host.matter.key], rng, place)
            route = self.roads[name].route(target, twin, rng)
            if route is None or twin.unit != host.matter.unit:
                continue
            turns = self.paces[name].turns(route, twin, rng)
            begins = host.begins - rng.randint(DAY, 3 * DAY)
            ends = begins - sum(turn.wait for turn in turns)
            raised_by = _submitter(twin, rng, False)
            if raised_by == host.submitter and attempt < DRAWS // 2:
                continue  # better someone else; where a place has one worker only, the same one again
            if ends > host.ends + 60:
                self._append(name, twin, tuple(turns), begins, ends, raised_by, into=host.index)
                return

    def _can_be_joined(self, one: Story) -> bool:
        """Tell whether a case is open for long, without a break and with its own union."""
        states = self.laws[one.law].states
        has_ended_before = any(
            states[name].final for turn in one.turns for name in turn.step.sources if turn.step.targets
        )
        return bool(one.turns) and one.into is None and not has_ended_before and one.begins - one.ends > 8 * DAY

    def _append(
        self,
        name: str,
        one: Matter,
        turns: tuple[Turn, ...],
        begins: int,
        ends: int,
        raised_by: str,
        is_for_the_cast: bool = False,
        into: int | None = None,
    ) -> None:
        identity = "named" if self.rng.random() < NAMED else "confidential"
        story = Story(len(self.told), name, one, turns, begins, ends, raised_by, identity, is_for_the_cast, into)
        self.told.append(story)


def _rated(law: Definition) -> State:
    """Return the final state that a rating leads to."""
    return next(
        law.states[step.target]
        for step in law.steps
        if step.target and "rating" in step.needs and law.states[step.target].final
    )


def _frequency(state: State) -> int:
    if state.final:
        return END
    return LONG_DESK if state.limit_by else DESK


def _hardest(law: Definition, tier: str) -> str:
    return list(law.choices["tier"].options)[-1] if "tier" in law.choices else tier


def _submitter(one: Matter, rng: random.Random, is_for_the_cast: bool) -> str:
    """Return who raises a matter: a worker of the place, or the representative who is nearest to it."""
    town = UNIT_BY_CODE[one.place].parent
    workers = [person.login for person in MEMBERS if f"worker@{one.place}" in person.duties]
    if one.urgency:
        return rng.choice([login for login in workers if login not in REPRESENTATIVES] or workers)
    if is_for_the_cast:
        return CAST["representative"]
    near = [person.login for person in MEMBERS if f"representative@{town}" in person.duties]
    far = [person.login for person in MEMBERS if f"representative@{CITY}" in person.duties]
    there = [login for login in workers if login in near + far]
    return rng.choice(there or (near if near and rng.random() < 0.6 else far))


def _duties(login: str) -> tuple[str, ...]:
    return next(person.duties for person in PEOPLE if person.login == login)
