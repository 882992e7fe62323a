"""Whoever raised a merged case hears of the lead case as news of their own, and nothing of who else raised it."""

from __future__ import annotations

from datetime import timedelta

from cases.record.database import reading
from cases.record.people import User
from notifications import inbox
from tests.cases.test_merging import merged_under
from tests.cases.world import Story
from tests.cast import MONDAY
from tests.notifications.newsroom import Newsroom

AFTER = MONDAY + timedelta(days=60)


def test_each_submitter_hears_of_answer_and_outcome_as_news_of_their_own_case(newsroom: Newsroom) -> None:
    lead = Story(newsroom).up_to("submit")
    (other,) = merged_under(newsroom, lead, "qian")
    lead.then("accept", "li", category="其他", tier="A", lead="D")
    lead.then("sign_for", "wang")
    lead.then("report", "wang", answer="已办")
    lead.then("verify", "zhao")
    lead.then("satisfied", "zhang")
    newsroom.tells(AFTER)
    assert [entry for entry in newsroom.told(other.number) if entry[1] == "qian"] == [
        ("merge", "qian", "outcome"),
        ("report", "qian", "answer"),
        ("verify", "qian", "question"),
        ("satisfied", "qian", "outcome"),
    ]
    assert [entry for entry in newsroom.told(lead.number) if entry[1] == "qian"] == []
    other.at = lead.at
    other.then("rate_merged", "qian", rating="unsatisfied", reason="没有收到")
    newsroom.tells(AFTER)
    assert ("rate_merged", "zhao", "note") in newsroom.told(other.number)


def test_one_who_raised_the_lead_case_and_a_merged_one_hears_once(newsroom: Newsroom) -> None:
    lead = Story(newsroom).up_to("submit")
    (own,) = merged_under(newsroom, lead, "zhang")
    lead.then("accept", "li", category="其他", tier="A", lead="D")
    lead.then("sign_for", "wang")
    lead.then("report", "wang", answer="已办")
    newsroom.tells(AFTER)
    assert ("report", "zhang", "answer") in newsroom.told(lead.number)
    assert "report" not in [action for action, _, _ in newsroom.told(own.number)]


def test_who_is_let_go_hears_that_their_case_goes_on_by_itself(newsroom: Newsroom) -> None:
    lead = Story(newsroom).up_to("submit")
    (other,) = merged_under(newsroom, lead, "qian")
    lead.then("reject", "li", reason="不受理")
    newsroom.tells(AFTER)
    told = [entry for entry in newsroom.told(other.number) if entry[0] in ("reject", "unmerge")]
    assert ("unmerge", "qian", "note") in told and ("unmerge", "li", "task") in told
    assert "reject" not in [action for action, _, _ in told]


def test_whoever_raised_a_case_hears_that_a_part_was_taken_out_of_it(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("submit")
    story.then("split", "li", part_title="高温补贴", part_text="没有发放")
    newsroom.tells(AFTER)
    assert ("split", "zhang", "note") in newsroom.told(story.number)
    assert ("split_off", "shuang", "task") in newsroom.told()  # the reviewer who did it hears nothing
    assert ("split_off", "li", "task") not in newsroom.told()


def test_what_the_submitter_of_the_lead_case_did_is_not_named_to_the_others(newsroom: Newsroom) -> None:
    lead = Story(newsroom).up_to("verify")
    (other,) = merged_under(newsroom, lead, "qian")
    lead.then("satisfied", "zhang", after=timedelta(hours=9))
    newsroom.tells(lead.at)
    with reading(newsroom.db) as db:
        newest = inbox.entries(db, db.get_one(User, newsroom.people["qian"]), lead.at).entries[0]
    assert (newest.kind, newest.action, newest.case and newest.case.number) == ("outcome", None, other.number)
