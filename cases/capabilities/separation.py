"""Nobody judges their own case: one guard over all rounds, in person, in somebody's place or by a deputy.

Which capacities are apart stands in the law's table `[separation]`; a law without it asks only where a step says so
(`not_the_handler`, `not_the_submitter`).
"""

from __future__ import annotations

from cases.apart import acted, others
from cases.hooks import guard
from cases.veil import raiser
from cases.words import Deed, condition, is_clerical
from workflow.errors import Refusal
from workflow.role_names import role_names
from workflow.vocabulary import DELEGATE, PROMISOR, SUPPORT

#: Who handles a case, under any law.
HANDLERS = frozenset({"lead", SUPPORT, DELEGATE, PROMISOR})


@guard
def kept_apart(deed: Deed) -> Refusal | None:
    """Refuse a step to somebody who acted in the case in a capacity that the law keeps apart from this one."""
    is_asked = deed.by is not None and not is_clerical(deed.step)
    roles = others(deed.law.definition, deed.role) if is_asked else frozenset()
    if not roles or not _acted(deed, roles):
        return None
    capacities = deed.law.definition.capacities.values()
    before = tuple(word for capacity in capacities for word in capacity.roles if word in roles and _acted(deed, {word}))
    zh, en = role_names(before, "zh"), role_names(before, "en")
    who_zh, who_en = (
        ("您", "You") if deed.stands_for is None else ("您或您所代理的人", "You, or whom you stand in for,")
    )
    return Refusal(
        f"{who_zh}作为{zh}办理过本案，「{deed.step.label}」须由他人办理。",
        f"{who_en} acted in this case as {en}; {deed.step.label_en} is somebody else's to do.",
    )


@condition("not_the_submitter")
def not_the_submitter(deed: Deed) -> Refusal | None:
    """Refuse a decision on a case that one raised oneself (信访工作条例 art. 28: staff with an interest withdraw)."""
    if raiser(deed.db, deed.case) in _one(deed):
        return Refusal("您是本案申请人，须由他人审议。", "You raised this case; someone else must decide on it.")
    return None


@condition("not_the_handler")
def not_the_handler(deed: Deed) -> Refusal | None:
    """Refuse a check of work that one did oneself, in this round or an earlier one."""
    if deed.by is not None and _acted(deed, HANDLERS):
        return Refusal("您办理过本案，须由他人核验。", "You handled this case; someone else must verify it.")
    return None


def _acted(deed: Deed, roles: frozenset[str] | set[str]) -> bool:
    """Tell whether the person, or whom they stand in for, acted in one of some roles, or was stood in for."""
    return not _one(deed).isdisjoint(acted(deed.db, deed.case, roles))


def _one(deed: Deed) -> set[int]:
    """Return the ids of who acts: the person, and whoever's place it is."""
    return {user_id for user_id in (deed.by.id if deed.by else None, deed.stands_for) if user_id is not None}
