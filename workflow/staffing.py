"""Prove that the people a law needs are there: every duty filled in each unit, or in a union above it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflow.definition import Definition
from workflow.paths import Finding
from workflow.role_names import role_name
from workflow.vocabulary import PARENT

#: Which duty a person must have so that a role of the law is filled.
DUTY_OF_ROLE = {
    "reviewer": "reviewer",
    "lead": "handler",
    "support": "handler",
    "delegate": "handler",
    "delegator": "handler",
    "supervisor": "supervisor",
    "leader": "leader",
    "adjudicator": "supervisor",
}


@dataclass(frozen=True)
class UnitStaff:
    """A unit, the unit above it, and the duties that at least one active person or deputy fills in it.

    `reviewers` counts the people who review there; a deputy stands in for somebody and is not one more.
    """

    code: str
    name: str
    parent: str | None
    filled: frozenset[str]
    reviewers: int = 0


def prove_roles(definition: Definition, units: Iterable[UnitStaff]) -> list[Finding]:
    """Return one finding for each role that a unit and all above it leave unfilled, at the topmost such unit.

    A role of the union above (`parent.supervisor`) is looked for from the unit's parent upwards; at the root, the root
    itself answers. A unit whose parent is not among `units` counts as a root. The cost grows with the number of units.
    """
    units = list(units)
    lines = _roles_needed(definition)
    order, circling = from_the_top(units)
    staff = {unit.code: unit for unit in units}
    reach: dict[str, frozenset[str]] = {}
    gaps: dict[str, dict[str, str]] = {}
    left_out: dict[tuple[str, str], int] = defaultdict(int)
    for unit in order:
        parent = unit.parent if unit.parent in staff else None
        above = frozenset[str]() if parent is None else reach[parent]
        reach[unit.code] = above | unit.filled
        # For each role that is missing here, the topmost unit from which it has been missing.
        gaps[unit.code] = {}
        for role in lines:
            answering = above if parent is not None and role.startswith(PARENT) else reach[unit.code]
            if _duty_of(role) not in answering:
                top = unit.code if parent is None else gaps[parent].get(role, unit.code)
                gaps[unit.code][role] = top
                left_out[top, role] += 1
    return [
        *_circles(circling),
        *(_gap(role, staff, top, count, lines[role]) for (top, role), count in left_out.items()),
    ]


def _roles_needed(definition: Definition) -> dict[str, int]:
    """Return every role a duty must fill, with the first line that names it."""
    named = [(state.owner, state.line) for state in definition.states.values() if state.owner]
    named += [(word, step.line) for step in definition.steps for word in step.by]
    named += [(word, rung.line) for rungs in definition.ladders.values() for rung in rungs for word in rung.tell]
    lines: dict[str, int] = {}
    for word, line in named:
        if word.startswith(PARENT) or word in DUTY_OF_ROLE:
            lines.setdefault(word, line)
    return lines


def _duty_of(role: str) -> str:
    word = role.removeprefix(PARENT)
    return DUTY_OF_ROLE.get(word, word)


def from_the_top(units: Iterable[UnitStaff]) -> tuple[list[UnitStaff], list[UnitStaff]]:
    """Return the units in an order that puts each after the one above it, and those that stand above themselves."""
    units = list(units)
    codes = {unit.code for unit in units}
    below: dict[str, list[UnitStaff]] = defaultdict(list)
    waiting: deque[UnitStaff] = deque()
    for unit in units:
        if unit.parent is not None and unit.parent in codes:
            below[unit.parent].append(unit)
        else:
            waiting.append(unit)
    order: list[UnitStaff] = []
    while waiting:
        unit = waiting.popleft()
        order.append(unit)
        waiting.extend(below[unit.code])
    placed = {unit.code for unit in order}
    return order, [unit for unit in units if unit.code not in placed]


def _circles(circling: list[UnitStaff]) -> Iterator[Finding]:
    """Report units that no root is above, once for each circle."""
    units = {unit.code: unit for unit in circling}
    seen: set[str] = set()
    for start in circling:
        way: dict[str, None] = {}
        code = start.code
        while code not in way and code not in seen:
            way[code] = None
            code = units[code].parent or code
        if code in way:
            names = [units[step].name for step in list(way)[list(way).index(code) :]]
            yield Finding(
                "unit_cycle",
                f"「{units[code].name}」的上级又回到它自己：请改正其中一个单位的上级。",
                f"{units[code].name} stands above itself: correct the parent of one of these units.",
                0,
                (*names, units[code].name),
            )
        seen.update(way)


def _gap(role: str, staff: dict[str, UnitStaff], top: str, count: int, line: int) -> Finding:
    way = [staff[top]]
    while (above := way[-1].parent) is not None and above in staff:
        way.append(staff[above])
    name, zh, en = staff[top].name, role_name(role, "zh"), role_name(role, "en")
    return Finding(
        "unfilled",
        f"「{name}」及其上级没有{zh}（连同下级共 {count} 个单位）：请为至少一名在职人员或代理人设定该职责。",
        f"Nobody at {name} or at any unit above it is {en} (units concerned: {count}): "
        "give this duty to at least one active person or deputy.",
        line,
        tuple(unit.name for unit in way),
    )
