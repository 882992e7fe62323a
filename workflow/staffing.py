"""Prove that the people a law needs are there: every duty filled in each unit, or in a union above it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from workflow.definition import Definition
from workflow.paths import Finding
from workflow.provisions import Capacity
from workflow.role_names import role_name, role_names
from workflow.vocabulary import DELEGATE, PARENT, PROMISOR, SUPPORT

#: Which duty a person must have so that a role of the law is filled.
DUTY_OF_ROLE = {
    "reviewer": "reviewer",
    "lead": "handler",
    "support": "handler",
    "delegate": "handler",
    "delegator": "handler",
    "promisor": "handler",
    "supervisor": "supervisor",
    "leader": "leader",
    "adjudicator": "supervisor",
}
#: Roles that two departments hold, each its own desk.
OF_DEPARTMENTS = frozenset({"lead", SUPPORT, DELEGATE, PROMISOR})


#: Who runs the system, who gives rights, and who audits both.
ADMINISTRATIONS = frozenset({"system_admin", "security_admin", "audit_admin"})


@dataclass(frozen=True)
class UnitStaff:
    """A unit, the unit above it, and the duties that at least one active person or deputy fills in it.

    `reviewers` counts the people who review there; a deputy stands in for somebody and is not one more. `holders` are
    the ids of those people by duty.
    """

    code: str
    name: str
    parent: str | None
    filled: frozenset[str]
    reviewers: int = 0
    holders: Mapping[str, frozenset[int]] = field(default_factory=dict)


def duty_of(role: str) -> str:
    """Return the duty that fills the desk of a role."""
    word = role.removeprefix(PARENT)
    return DUTY_OF_ROLE.get(word, word)


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
            if duty_of(role) not in answering:
                top = unit.code if parent is None else gaps[parent].get(role, unit.code)
                gaps[unit.code][role] = top
                left_out[top, role] += 1
    return [
        *_circles(circling),
        *_inseparable(definition, order, staff),
        *_two_administrations(units),
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


def _inseparable(definition: Definition, order: list[UnitStaff], staff: dict[str, UnitStaff]) -> Iterator[Finding]:
    """Report where the law keeps capacities apart that one person fills alone, up to the root: once, at the topmost."""
    capacities = [one for one in definition.capacities.values() if not OF_DEPARTMENTS.issuperset(one.roles)]
    reach: dict[str, list[frozenset[int]]] = {}
    told: set[str] = set()
    for unit in order if len(capacities) > 1 else ():
        above = reach.get(unit.parent or "", [frozenset()] * len(capacities))
        own = [frozenset().union(*(unit.holders.get(duty_of(word), ()) for word in one.roles)) for one in capacities]
        reach[unit.code] = [more | people for more, people in zip(above, own, strict=True)]
        gap = next(_too_few(capacities, reach[unit.code]), None)
        if gap and unit.parent in told:
            told.add(unit.code)
        elif gap:
            told.add(unit.code)
            zh, en = (
                role_names(tuple(word for one in gap for word in one.roles), language) for language in ("zh", "en")
            )
            yield Finding(
                "inseparable",
                f"「{unit.name}」及其上级的{zh}人数不够，流程却要求由不同的人担任：请再为一人设定其中的职责。",
                f"There are too few people at {unit.name} and above to keep apart {en}, as the law asks: "
                "give one of these duties to somebody else.",
                gap[0].line,
                tuple(one.name for one in _up(unit, staff)),
            )


def _too_few(capacities: list[Capacity], people: list[frozenset[int]]) -> Iterator[tuple[Capacity, ...]]:
    """Yield capacities that are all filled, but by fewer people than there are capacities."""
    filled = [(one, ids) for one, ids in zip(capacities, people, strict=True) if ids]
    for size in range(2, len(filled) + 1):
        for some in combinations(filled, size):
            if len(frozenset().union(*(ids for _, ids in some))) < size:
                yield tuple(one for one, _ in some)


def _up(unit: UnitStaff, staff: dict[str, UnitStaff]) -> list[UnitStaff]:
    way = [unit]
    while (above := way[-1].parent) is not None and above in staff:
        way.append(staff[above])
    return way


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


def _two_administrations(units: Iterable[UnitStaff]) -> Iterator[Finding]:
    """Yield who holds two of the three administrations, wherever: they watch each other (三员分立)."""
    held: dict[int, set[str]] = defaultdict(set)
    where: dict[int, set[str]] = defaultdict(set)
    for unit in units:
        for role in ADMINISTRATIONS & unit.holders.keys():
            for person in unit.holders[role]:
                held[person].add(role)
                where[person].add(unit.name)
    for person, roles in sorted(held.items()):
        if len(roles) > 1:
            names = ", ".join(sorted(roles))
            yield Finding(
                "two_administrations",
                f"编号 {person} 的人员兼任 {names}：系统、安全、审计三员须由不同的人担任。",
                f"Person {person} holds {names}: the three administrations are three people.",
                0,
                tuple(sorted(where[person])),
            )


def _gap(role: str, staff: dict[str, UnitStaff], top: str, count: int, line: int) -> Finding:
    way = _up(staff[top], staff)
    name, zh, en = staff[top].name, role_name(role, "zh"), role_name(role, "en")
    return Finding(
        "unfilled",
        f"「{name}」及其上级没有{zh}（连同下级共 {count} 个单位）：请为至少一名在职人员或代理人设定该职责。",
        f"Nobody at {name} or at any unit above it is {en} (units concerned: {count}): "
        "give this duty to at least one active person or deputy.",
        line,
        tuple(unit.name for unit in way),
    )
