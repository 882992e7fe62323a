"""The same matter told several times: one case, the lead case, goes on for all (并案).

Every merged case points at the lead case itself: when that is merged too, those that were merged into it follow, each
with an event. When it ends without an answer (rejected, withdrawn) they are let go, each back to review. Both happen in
the transaction of what was done with the lead case. The order of locks is always: one's own case, the one that it is
merged into, those that were merged into it, the end of the chain; only for a younger case does anybody wait.
"""

from __future__ import annotations

from sqlmodel import select

from cases.calendars import calendar_of
from cases.capabilities.accusations import keep_apart
from cases.errors import FieldError, InvalidFields, stale
from cases.hooks import on_move
from cases.laws import law_of
from cases.merged import RATE, by_id, followers, is_answered, lead_of
from cases.policy import may_see
from cases.record.case import Case
from cases.record.lines import line
from cases.recording import hold_others
from cases.words import Deed, Elsewhere, condition, effect, register
from workflow.definition import SYSTEM, State, Step
from workflow.errors import Refusal
from workflow.vocabulary import Field

MERGE, RELEASE, FOLLOW = "merge_into", "unmerge", "merge_along"

register(Field("into", "case", "并入案件", "Merge into", longest=40))


@effect("merge_into", needs=("into",))
def merge_into(deed: Deed) -> None:
    """Point at the case that goes on: another one under the same law, submitted, open and not itself merged."""
    other = _named(deed)
    if why := _unfit(deed, other):
        raise InvalidFields([FieldError("into", *why)])
    keep_apart(deed, other, "into")
    if _closed_by_now(deed, other):
        raise _is_closed(other.number)
    deed.sets["merged_into_id"] = other.id
    _all_followers(deed, FOLLOW)


@effect("merge_along")
def merge_along(deed: Deed) -> None:
    """Point at the case into which the lead case was merged."""
    lead = lead_of(deed.db, deed.case)
    if lead is not None and lead.id != deed.case.merged_into_id:
        deed.sets["merged_into_id"] = lead.id
        deed.facts.setdefault("fields", {})["into"] = lead.number


@effect("unmerge")
def unmerge(deed: Deed) -> None:
    """Let a merged case go on by itself, not yet rated."""
    if (lead := lead_of(deed.db, deed.case)) is not None:
        deed.facts.setdefault("fields", {})["into"] = lead.number
    deed.sets |= {"merged_into_id": None, "rating": None}


@effect(RATE, needs=("rating",), only_if=("lead_answered",))
def rate_merged(deed: Deed) -> None:
    """Remember for which round of the lead case a rating is."""
    lead = lead_of(deed.db, deed.case)
    assert lead is not None  # the law asks for `lead_answered`
    deed.facts["lead_round"] = lead.round


@condition("lead_answered")
def lead_answered(deed: Deed) -> Refusal | None:
    """Refuse before the lead case has been answered and verified."""
    lead = lead_of(deed.db, deed.case)
    if lead is None or not is_answered(deed.db, lead):
        return Refusal("主案尚未办结答复，暂不能评价。", "The lead case has not been answered yet; rate it then.")
    return None


@on_move
def let_go(deed: Deed, old: State, new: State) -> None:
    """Release what was merged into a case that ends without an answer, or that its submitter takes back to rewrite.

    A case that ends as work does keeps them.
    """
    definition = deed.law.definition
    is_given_up = new.final and new.name != definition.history_closed and MERGE not in deed.step.does
    is_taken_back = new.name == definition.initial.name != old.name
    if is_given_up or is_taken_back:
        _all_followers(deed, RELEASE)


def _all_followers(deed: Deed, effect: str) -> None:
    """Let the system take the step with an effect on everything that was merged into the case of a deed."""
    ids = followers(deed.db, deed.case_id)
    hold_others(deed.db, ids)
    for case_id in ids:
        case = by_id(deed.db, case_id)
        if case.merged_into_id == deed.case_id and (step := _step_of_the_system(deed, case, effect)):
            deed.elsewhere.append(Elsewhere(case, step.action))


def _step_of_the_system(deed: Deed, case: Case, effect: str) -> Step | None:
    """Return the step of another case's law that has an effect and is the system's to take now."""
    steps = law_of(deed.db, case.law_id).definition.steps_from(case.state)
    step = next((step for step in steps if effect in step.does and SYSTEM in step.by), None)
    if step is not None and step.within is not None:
        office = calendar_of(deed.db, line(deed.db, case.unit_id))
        if deed.at > office.due(case.entered_at, step.within).at:
            return None  # the law gives it up: a case is not undone after so long
    return step


def _named(deed: Deed) -> Case:
    """Return the case that the form names, if it may be seen. Raises InvalidFields."""
    number = deed.fields["into"]
    other = deed.db.exec(select(Case).where(Case.number == number)).first()
    if other is None or (deed.by and not may_see(deed.db, other, deed.by, deed.at)):
        raise InvalidFields([FieldError("into", f"没有编号为 {number} 的案件", f"There is no case {number}")])
    return other


def _unfit(deed: Deed, other: Case) -> tuple[str, str] | None:
    """Return why a case cannot go on for this one, in both languages, or None."""
    number, case = other.number, deed.case
    if other.id == case.id:
        return "案件不能并入自己", "A case cannot be merged into itself"
    if other.merged_into_id == case.id:
        return f"案件 {number} 已并入本案，不能互相并入", f"{number} was merged into this case: that would be a ring"
    if other.merged_into_id is not None:
        return f"案件 {number} 已并入他案，请并入其主案", f"{number} is merged itself; merge into its lead case"
    law = law_of(deed.db, other.law_id).definition
    if law.name != deed.law.definition.name:
        return f"案件 {number} 走「{law.title}」流程，不能并入", f"{number} goes by another law ({law.title_en})"
    if other.submitted_at is None or other.state == law.initial.name:
        return f"案件 {number} 尚未提交，不能并入", f"{number} has not been submitted yet"
    return None


def _is_closed(number: str) -> InvalidFields:
    return InvalidFields([FieldError("into", f"案件 {number} 已办结，不能并入", f"{number} is closed")])


def _closed_by_now(deed: Deed, other: Case) -> bool:
    """Tell whether the other case is closed, and hold it until the commit. Raises Stale.

    Without that, two cases that are merged into each other at once would both be gone. Each holds its own already, so
    the one that would have to wait for an older case gives way instead.
    """
    assert other.id is not None and deed.case.id is not None
    held = select(Case.closed_at).where(Case.id == other.id)
    gives_way = other.id < deed.case.id
    row = deed.db.connection().execute(held.with_for_update(key_share=True, skip_locked=gives_way)).first()
    if row is None:
        raise stale(other.number)
    return row[0] is not None
