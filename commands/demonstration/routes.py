"""The ways that demonstration cases go: through any law, by its arrows, without knowing the name of any state."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from cases.capabilities.assignments import LEAD
from commands.demonstration.matters import Matter
from commands.demonstration.town import CITY
from workflow.definition import Definition, State, Step
from workflow.limits import Offset
from workflow.paths import Paths
from workflow.review_rules import CONVENE, UNDECIDED

#: How often a case that could go straight on takes this action instead; what is not named here is rare.
ODDS: Mapping[str, float] = {
    "submit": 0.9,
    "accept": 0.5,
    "sign_for": 0.4,
    "ask_submitter": 0.12,
    "return": 0.08,
    "dispute": 0.1,
    "transfer": 0.05,
    "put_on_account": 0.3,
    "refer_up": 0.25,
    "send_back": 0.12,
    "unsatisfied": 0.14,
    "reject": 0.04,
    "convene": 0.06,
    "report": 0.3,
    "reopen": 0.05,
}
RARE = 0.02
#: Of several ways straight on, how often each is taken, compared with the others.
SHARES: Mapping[str, float] = {"satisfied": 8, "partly_satisfied": 2}
#: What is promised or referred upward once is not so again, and what was kept is not then beyond the city's powers.
CLASHING = (
    ("take_off_account", "refer_up"),
    ("put_on_account", "put_on_account"),
    ("reply_from_above", "take_off_account"),
    ("appeal", "convene"),  # the union above has no group of its own
)
#: What only undoes what somebody has just done is told beside the stories, not as a way of theirs.
BACKWARDS = frozenset({"recall", "go_back"})
MOST_DETOURS, MOST_ANSWERS, LONGEST = 3, 2, 16
TRIES = 60
#: Actions by which another unit comes to lead; the second only after the first unit has tried.
MOVING, MOVING_LATER = ("return", "transfer"), ("transfer",)
#: Conditions that hold only if a support department has given its part back, which in these stories none does.
OF_A_PART = frozenset({"part_returned", "about_a_part"})


@dataclass(frozen=True)
class Way:
    """One arrow as someone takes it: a person, or the system at a rung of the ladder of the state it leaves."""

    source: State
    step: Step
    target: State
    rung: Offset | None = None


class Roads:
    """A law as a map of ways, and random routes on it."""

    def __init__(self, law: Definition) -> None:
        self.law = law
        arrows = [arrow for arrow in Paths(law).arrows if arrow.source is not arrow.target]
        ahead = [arrow for arrow in arrows if arrow.step.is_for_people and BACKWARDS.isdisjoint(arrow.step.does)]
        self.ways = [Way(arrow.source, arrow.step, arrow.target) for arrow in ahead]
        for arrow in arrows:
            for rung in law.ladders.get(arrow.source.ladder or "", ()):
                if rung.action == arrow.step.action:
                    self.ways.append(Way(arrow.source, arrow.step, arrow.target, rung.at))

    def reaches(self, state: State) -> bool:
        """Tell whether people get a case to a state; one that only many voices bring it to, a small town does not."""
        return self.law.initial.name in _distances(self.ways, state)

    def is_work(self, state: State) -> bool:
        """Tell whether a department works on a case in a state, and reports from there."""
        leaving = self.law.steps_from(state.name)
        return state.owner == LEAD and any("answer" in step.needs and LEAD in step.by for step in leaving)

    def route(self, target: State, matter: Matter, rng: random.Random) -> list[Way] | None:
        """Return a way from the first state to another that fits a matter, or None where there is none for it."""
        open_ways = [way for way in self.ways if _fits(way, matter, target, self.is_work(way.source))]
        steps_left = _distances(open_ways, target)
        if self.law.initial.name not in steps_left:
            return None
        for _ in range(TRIES):
            route = self._walk(open_ways, steps_left, target, rng)
            answers = sum("answer" in way.step.needs for way in route)
            moves = sum(way.step.action in MOVING for way in route)
            actions = [way.step.action for way in route]
            clashes = any(
                actions.count(one) + (actions.count(other) if other != one else 0) > 1 for one, other in CLASHING
            )
            if answers <= MOST_ANSWERS and moves <= 1 and not clashes and len(route) <= LONGEST:
                return route
        return None

    def _walk(self, ways: list[Way], left: Mapping[str, int], target: State, rng: random.Random) -> list[Way]:
        here, detours = self.law.initial, set[str]()
        route: list[Way] = []
        while True:
            leaving = [way for way in ways if way.source is here and way.target.name in left and _is_open(way, route)]
            ahead = [way for way in leaving if here is not target and left[way.target.name] < left[here.name]]
            tempting = [
                way
                for way in leaving
                if way not in ahead
                and way.rung is None
                and way.step.action not in detours
                and len(detours) < MOST_DETOURS
                and rng.random() < ODDS.get(way.step.action, RARE)
            ]
            if (not tempting and here is target) or len(route) > LONGEST:
                return route
            if not (tempting or ahead):  # what would lead straight on is not open yet
                ahead = leaving
            chosen = rng.choice(tempting) if tempting else rng.choices(ahead, [_share(way) for way in ahead])[0]
            if tempting and (here is target or left[chosen.target.name] >= left[here.name]):
                detours.add(chosen.step.action)
            route.append(chosen)
            here = chosen.target


def _share(way: Way) -> float:
    return SHARES.get(way.step.action, 1.0)


def _is_open(way: Way, route: list[Way]) -> bool:
    """Tell whether the returns before it leave an arrow open: only who has to keep the case asks for a decision."""
    returned = [one for one in route if "give_back" in one.step.does]
    if "returned_before" in way.step.only_if:
        return len(returned) == 1 and "uphold" in route[-1].step.does
    return not (returned and "give_back" in way.step.does)


def _fits(way: Way, matter: Matter, target: State, is_work: bool) -> bool:
    """Tell whether a matter has the words for an arrow."""
    asked, action = way.step.needs, way.step.action
    if (UNDECIDED | OF_A_PART).intersection(way.step.only_if):
        return False  # groups of the demonstration agree, and so do its departments about their parts
    if CONVENE in way.step.does:
        return matter.unit == CITY
    if "into" in asked:
        return way.target is target
    if "unmerge" in way.step.does:  # what was merged here was merged rightly
        return False
    if "promise" in asked:
        return bool(matter.promise)
    if "summary" in asked:
        return matter.is_hard
    if action in MOVING:
        return matter.other is not None and (action not in MOVING_LATER or is_work)
    return True


def _distances(ways: list[Way], target: State) -> dict[str, int]:
    """Return how many arrows each state is away from another."""
    left = {target.name: 0}
    waiting = deque([target.name])
    while waiting:
        name = waiting.popleft()
        for way in ways:
            if way.target.name == name and way.source.name not in left:
                left[way.source.name] = left[name] + 1
                waiting.append(way.source.name)
    return left
