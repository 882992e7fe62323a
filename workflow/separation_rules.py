"""Rules on who is kept apart: by roles that act, are people's own to take, and are never one and the same desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from workflow.definition import SYSTEM
from workflow.paths import Finding, Paths
from workflow.provisions import Capacity
from workflow.role_names import role_name, role_names
from workflow.staffing import OF_DEPARTMENTS, duty_of
from workflow.vocabulary import PARENT

#: Roles that nobody can be kept out of: what is raised, said by anyone or done by itself, and what has climbed.
OPEN_TO_ALL = ("submitter", "anyone", SYSTEM, "climbed_to")


def separation_roles(paths: Paths) -> Iterator[Finding]:
    """What is kept apart are roles that some step of the law is taken in, and that can be somebody else's to take."""
    acting = {word for step in paths.definition.steps for word in step.by}
    for capacity in paths.definition.capacities.values():
        for word in capacity.roles:
            if word in OPEN_TO_ALL:
                yield _finding(
                    "separation_roles",
                    f"{role_name(word, 'zh')}不能与他人分离，这样的规定永远无法满足：请从 {capacity.name} 中删去。",
                    f"Nobody can be kept apart from {role_name(word, 'en')}, so that {capacity.name} can never be "
                    "satisfied: drop the word.",
                    capacity,
                    word,
                )
            elif word not in acting:
                yield _finding(
                    "separation_roles",
                    f"[separation] 的 {capacity.name} 写了{role_name(word, 'zh')}，却没有动作由其采取：请改正。",
                    f"{capacity.name} in [separation] names {role_name(word, 'en')}, who takes no step of this law: "
                    "drop or correct the word.",
                    capacity,
                    word,
                )


def separation_desks(paths: Paths) -> Iterator[Finding]:
    """Nothing is kept apart from itself: at the root, and at a common superior, several roles are one desk."""
    for one, other in combinations(paths.definition.capacities.values(), 2):
        for word in one.roles:
            same = tuple(that for that in other.roles if _is_one_desk(word, that))
            if same:
                yield _finding(
                    "separation_desks",
                    f"{role_name(word, 'zh')}与{role_names(same, 'zh')}在最上级是同一岗位，无法分离：请归入同一方。",
                    f"At the root {role_name(word, 'en')} and {role_names(same, 'en')} are one desk and can never be "
                    "kept apart: put them into one capacity.",
                    other,
                    *same,
                )


SEPARATION_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (separation_roles, separation_desks)


def _is_one_desk(one: str, other: str) -> bool:
    both = {one.removeprefix(PARENT), other.removeprefix(PARENT)}
    return duty_of(one) == duty_of(other) and not both <= OF_DEPARTMENTS


def _finding(rule: str, zh: str, en: str, capacity: Capacity, *words: str) -> Finding:
    return Finding(rule, zh, en, capacity.line, ("separation", capacity.name, *words))
