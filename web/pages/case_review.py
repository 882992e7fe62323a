"""The group that reviews a case, in words: who sits in it, who has voted and how, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cases.ballots import standing
from cases.outcomes import HeldBallot, Member, ballots_held
from cases.sheet import Sheet
from web import moments, words
from web.visits import Visit
from workflow.calendar import Calendar

VOTE = "vote"
#: What became of a ballot that decided nothing.
UNDECIDED: Mapping[str, words.Pair] = {
    "none": ("没有意见达到多数，再次表决", "nothing carried; voted again"),
    "left": ("未作决定即结束", "it ended without a decision"),
}
RECUSED: Mapping[str, words.Pair] = {
    "declared": ("已回避（本人提出）", "withdrew, as they declared"),
    "detected": ("已回避（与本案有利害关系）", "withdrew, for an interest that the record shows"),
}


@dataclass(frozen=True)
class Seated:
    """A member in words: `mark` is what they did, `reason` why."""

    name: str
    is_chair: bool
    mark: str
    kind: str
    by: str
    reason: str
    is_dissent: bool


@dataclass(frozen=True)
class Group:
    """One ballot in words; whoever is not staff in the case reads the outcome and its reason alone."""

    title: str
    count: str
    outcome: str
    reason: str
    is_open: bool
    members: Sequence[Seated]


def groups_of(visit: Visit, sheet: Sheet) -> list[Group]:
    """Return the ballots of a case, the latest first."""
    local = visit.office(sheet.case.unit_id)
    return [_group(visit, sheet, held, local) for held in reversed(ballots_held(visit.db, sheet))]


def _group(visit: Visit, sheet: Sheet, held: HeldBallot, local: Calendar) -> Group:
    since, until = moments.exact(held.convened_at, local), moments.exact(held.decided_at, local)
    tally = visit.say(
        f"应表决 {held.entitled} 人，已表决 {held.cast} 人，法定 {held.quorum} 人",
        f"{held.cast} of {held.entitled} have voted, {held.quorum} have to",
    )
    reached = visit.say("已达到", "reached") if held.has_quorum else visit.say("未达到", "not reached")
    return Group(
        title=visit.say(f"第 {held.number} 次表决 · {since}", f"Ballot {held.number} · {since}")
        + (f" – {until}" if until else ""),
        count=visit.say(f"{tally}（{reached}）", f"{tally} ({reached})") if sheet.is_staff else "",
        outcome=_outcome(visit, sheet, held),
        reason=held.reason or "",
        is_open=held.decided_at is None,
        members=[_seated(visit, sheet, held, member) for member in held.members],
    )


def _outcome(visit: Visit, sheet: Sheet, held: HeldBallot) -> str:
    if held.outcome is None:
        return _so_far(visit, sheet)
    if held.outcome in UNDECIDED:
        return words.pick(UNDECIDED[held.outcome], visit.language)
    return words.value(sheet.definition, VOTE, held.outcome, {}, visit.language)


def _so_far(visit: Visit, sheet: Sheet) -> str:
    """Say what the votes have settled already, and that it waits for the chair; else that people are voting."""
    stands = standing(visit.db, sheet.case, visit.at)
    if stands is None or not stands[1] or not stands[0].has_quorum:
        return visit.say("表决进行中", "being voted on")
    if stands[0].carried is None:
        return visit.say(
            "结果已定：没有意见达到多数，等组长再次表决", "settled: nothing carries; waits for the chair to vote again"
        )
    choice = words.value(sheet.definition, VOTE, stands[0].carried, {}, visit.language)
    return visit.say(f"结果已定：{choice}，等组长记录", f"settled: {choice}; waits for the chair to record it")


def _seated(visit: Visit, sheet: Sheet, held: HeldBallot, member: Member) -> Seated:
    if member.recused_why is not None:
        mark = words.pick(RECUSED[member.recused_why], visit.language)
    elif member.choice is None:
        mark = visit.say("未表决", "has not voted")
    else:
        mark = words.value(sheet.definition, VOTE, member.choice, {}, visit.language)
    by = visit.say(f"由 {member.cast_by} 代", f"cast by {member.cast_by}") if member.cast_by else ""
    kind = "recused" if member.recused_why else member.choice or "late"
    return Seated(member.name, member.is_chair, mark, kind, by, member.reason or "", member.is_dissent)
