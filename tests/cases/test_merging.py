"""The same matter told several times goes on as one case; nobody is lost with it, and everyone has their say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from cases.errors import InvalidFields, Stale
from cases.laws import publish
from cases.merged import merged_into, read_lead
from cases.rates import rates
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.timeline import events_of
from cases.words import vocabulary
from tests.cases.test_ladders import moment, swept
from tests.cases.test_races import PATIENCE, RACES, together
from tests.cases.world import DAY, HOUR, Story, World
from tests.cast import MONDAY, WORKFLOWS
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotNow
from workflow.reading import parse


def merged_under(world: World, lead: Story, *others: str) -> list[Story]:
    """Submit a case for each person and merge it into the lead case."""
    stories = [Story(world, by=by).up_to("submit") for by in others]
    for story in stories:
        story.then("merge", "li", into=lead.number)
    return stories


def actions_of(world: World, story: Story) -> list[str]:
    with reading(world.db) as db:
        return [event.action for event in events_of(db, story.case.id or 0)]


def counted(world: World, days: int = 40) -> dict[str, Any]:
    with reading(world.db) as db:
        (row,) = rates(db, MONDAY, MONDAY + days * DAY)
    return row


def test_the_submitter_of_a_merged_case_reads_the_answer_and_rates_it(world: World) -> None:
    lead = Story(world).up_to("submit")
    (other,) = merged_under(world, lead, "qian")
    with pytest.raises(NotNow, match="主案"):
        other.then("rate_merged", "qian", rating="satisfied")
    assert set(other.offers("qian")) == {"note"}
    lead.then("accept", "li", category="工资报酬", tier="A", lead="D")
    lead.then("sign_for", "wang")
    lead.then("report", "wang", answer="已补发工资")
    with pytest.raises(NotNow):  # nobody has verified the answer yet
        other.then("rate_merged", "qian", rating="satisfied")
    lead.then("verify", "zhao")
    other.at = lead.at
    assert set(other.offers("qian")) == {"note", "rate_merged"}
    with pytest.raises(NotByYou):
        other.then("rate_merged", "li", rating="satisfied")
    assert (
        other.then("rate_merged", "qian", rating="partly_satisfied", reason="只发了一半").rating == "partly_satisfied"
    )
    assert lead.case.rating is None
    with reading(world.db) as db:
        qian, li = (db.get_one(User, world.people[login]) for login in ("qian", "li"))
        read = read_lead(db, other.case, qian, other.at)
        assert read is not None
        assert (read.number, read.state.name, read.is_visible) == (lead.number, "awaiting_feedback", False)
        assert [answer.body for answer in read.answers] == ["已补发工资"]
        assert [case.number for case in merged_into(db, lead.case, li, other.at)] == [other.number]
        assert merged_into(db, lead.case, db.get_one(User, world.people["zhang"]), other.at) == []
        assert read_lead(db, lead.case, li, other.at) is None
    world.check()


@pytest.mark.parametrize(("action", "by", "form"), [("reject", "li", {"reason": "不受理"}), ("withdraw", "zhang", {})])
def test_a_lead_case_that_ends_without_an_answer_lets_the_others_go(
    world: World, action: str, by: str, form: dict[str, Any]
) -> None:
    lead = Story(world).up_to("submit")
    others = merged_under(world, lead, "qian", "shuang")
    lead.then(action, by, **form)
    for other in others:
        case = other.case
        assert (case.state, case.merged_into_id, case.closed_at) == ("in_review", None, None)
        assert actions_of(world, other)[-2:] == ["merge", "unmerge"]
        assert [clock.kind for clock in world.clocks(other.number, running=True)] == ["state", "case"]
    others[0].then("accept", "li", after=HOUR * 3, category="其他", tier="A", lead="D")
    world.check()


def test_a_lead_case_that_the_ladder_withdraws_lets_the_others_go(world: World) -> None:
    lead = Story(world).up_to("submit")
    (other,) = merged_under(world, lead, "qian")
    lead.then("ask_submitter", "li", reason="请补正")
    swept(world, moment("12-02 09:00"), since=lead.at, step=6 * HOUR)
    assert lead.case.state == "withdrawn"
    assert other.case.state == "in_review"
    assert actions_of(world, other)[:4] == ["raise", "submit", "merge", "unmerge"]
    world.check()


def test_the_simplest_law_that_merges_lets_cases_go_and_follow_as_well(world: World) -> None:
    lead, next_lead, other = (Story(world, law="grievance", by=by).up_to("submit") for by in ("zhang", "zhang", "qian"))
    other.then("merge", "li", into=lead.number)
    lead.then("merge", "li", into=next_lead.number)
    assert other.case.merged_into_id == next_lead.case.id
    next_lead.then("withdraw", "zhang")
    assert [(story.case.state, story.case.merged_into_id) for story in (lead, other)] == [("triage", None)] * 2
    world.check()


def test_a_lead_case_that_is_closed_keeps_what_was_merged_into_it(world: World) -> None:
    lead = Story(world).up_to("submit")
    (other,) = merged_under(world, lead, "qian")
    lead.then("accept", "li", category="其他", tier="A", lead="D")
    lead.then("sign_for", "wang")
    lead.then("report", "wang", answer="已办")
    lead.then("verify", "zhao")
    lead.then("satisfied", "zhang")
    assert other.case.state == "merged"
    other.at = lead.at
    assert other.then("rate_merged", "qian", rating="unsatisfied", reason="没有收到").rating == "unsatisfied"
    world.check()


def test_a_reviewer_undoes_a_merge_that_was_wrong_and_the_rating_goes_with_it(world: World) -> None:
    lead = Story(world).up_to("verify")
    (other,) = merged_under(world, lead, "qian")
    other.at = lead.at
    other.then("rate_merged", "qian", rating="satisfied")
    case = other.then("unmerge", "li", reason="不是同一事项")
    assert (case.state, case.merged_into_id, case.rating) == ("in_review", None, None)
    other.then("merge", "li", into=lead.number)
    with pytest.raises(NotNow, match="730d"):
        other.then("unmerge", "li", after=timedelta(days=731), reason="太晚")
    world.check()


def test_cases_follow_their_lead_case_when_it_is_merged_itself(world: World) -> None:
    second, first = Story(world).up_to("submit"), Story(world).up_to("submit")
    others = merged_under(world, first, "qian", "shuang")
    first.then("merge", "li", after=5 * HOUR, into=second.number)
    lead_id = second.case.id
    assert [story.case.merged_into_id for story in (first, *others)] == [lead_id] * 3
    assert actions_of(world, others[0])[-1] == "follow_lead"
    second.then("reject", "li", after=9 * HOUR, reason="不受理")
    assert {story.case.state for story in (first, *others)} == {"in_review"}
    world.check()


def test_a_merge_into_itself_in_a_ring_or_into_what_cannot_go_on_is_refused_in_one_sentence(world: World) -> None:
    lead = Story(world).up_to("submit")
    (other,) = merged_under(world, lead, "qian")
    draft, foreign = Story(world), Story(world, law="grievance").up_to("submit")
    for story, into, words in (
        (lead, lead.number, "自己"),
        (lead, other.number, "互相并入"),
        (Story(world).up_to("submit"), other.number, "主案"),
        (lead, draft.number, "尚未提交"),
        (lead, foreign.number, "职工诉求"),
    ):
        before = world.everything()
        with pytest.raises(InvalidFields, match=words) as refused:
            story.then("merge", "li", into=into)
        assert [error.field for error in refused.value.errors] == ["into"]
        assert world.everything() == before
    world.check()


def answered_late(world: World) -> tuple[Story, list[Story]]:
    """Close a lead case whose merged cases were rated unlike it, by two of three."""
    lead = Story(world).up_to("submit")
    others = merged_under(world, lead, "qian", "shuang", "zhou")
    lead.then("accept", "li", category="其他", tier="A", lead="D")
    lead.then("sign_for", "wang")
    lead.then("report", "wang", answer="已办")
    lead.then("verify", "zhao")
    for other, rating in zip(others, ("satisfied", "unsatisfied"), strict=False):
        other.at = lead.at
        other.then("rate_merged", other.by, rating=rating)
    lead.then("satisfied", "zhang")
    return lead, others


def test_merged_cases_count_with_their_lead_case_as_one_but_each_rating_counts(world: World) -> None:
    answered_late(world)
    row = counted(world)
    assert (row["ended"], row["completed"], row["in_time"], row["not_handled"]) == (1, 1, 1, 3)
    assert (row["rated"], row["satisfied"], row["unsatisfied"], row["unrated"]) == (3, 2, 1, 0)
    assert row["satisfaction_rate"] == 0.6667


def test_merged_cases_count_each_with_the_fate_of_their_lead_case_where_the_law_says_so(world: World) -> None:
    counts_each(world)
    answered_late(world)
    row = counted(world)
    assert (row["ended"], row["completed"], row["in_time"], row["not_handled"]) == (4, 4, 4, 0)
    assert (row["rated"], row["satisfied"], row["unsatisfied"], row["unrated"]) == (3, 2, 1, 1)
    assert counted(world, days=0)["ended"] == 0
    open_lead = Story(world).up_to("submit")
    merged_under(world, open_lead, "qian")
    assert counted(world)["not_handled"] == 0  # its lead case goes on


def test_a_rating_of_an_earlier_round_of_the_lead_case_is_not_counted(world: World) -> None:
    lead, others = answered_late(world)
    lead.then("reopen", "zhang", reason="又出现了")
    with pytest.raises(NotNow):
        others[0].then("rate_merged", others[0].by, after=DAY, rating="satisfied")
    lead.then("report", "wang", answer="再次办理")
    lead.then("verify", "zhao")
    others[1].at = lead.at
    others[1].then("rate_merged", others[1].by, rating="unsatisfied")  # the same word again, for the new round
    lead.then("satisfied", "zhang", after=5 * HOUR)
    row = counted(world)
    assert (row["rated"], row["satisfied"], row["unsatisfied"]) == (2, 1, 1)


def test_a_lead_case_is_rejected_while_somebody_acts_on_what_was_merged_into_it(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(max(RACES // 10, 10)):
            lead = Story(world).up_to("submit")
            (other,) = merged_under(world, lead, "qian")
            start = Barrier(2, timeout=PATIENCE)
            at = lead.at + 9 * HOUR
            attempts = [
                pool.submit(together, start, attempt)
                for attempt in (
                    partial(world.does, lead.number, "reject", "li", at, reason="不受理"),
                    partial(world.does, other.number, "note", "qian", at, note="请尽快"),
                )
            ]
            refusals = [refusal for one in attempts if isinstance(refusal := one.result(), Refusal)]
            assert [type(refusal) for refusal in refusals] in ([], [Stale])
            states = (lead.case.state, other.case.state)
            assert states in (("rejected", "in_review"), ("in_review", "merged"))
    world.check()


def test_two_lead_cases_are_merged_while_another_case_is_merged_into_one_of_them(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(max(RACES // 10, 10)):
            third, first, second = (Story(world).up_to("submit") for _ in range(3))
            start = Barrier(2, timeout=PATIENCE)
            attempts = [
                pool.submit(together, start, partial(world.does, one, "merge", "li", first.at + HOUR, into=other))
                for one, other in ((first.number, second.number), (third.number, first.number))
            ]
            assert all(isinstance(one.result(), Refusal | dict) for one in attempts)
            pointed_at = {story.case.merged_into_id for story in (first, third)} - {None}
            assert pointed_at <= {first.case.id, second.case.id}
            if first.case.state == "merged":  # then nobody points at it
                assert pointed_at == {second.case.id}
    world.check()


def counts_each(world: World) -> None:
    """Publish the law of proposals in which merged cases count each."""
    text = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
    law = parse(text.replace('counts = "once"', 'counts = "each"'), "proposal.toml", vocabulary())
    with transaction(world.db) as db:
        publish(db, law, at=MONDAY)
