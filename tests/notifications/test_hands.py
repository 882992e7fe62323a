"""Who hears of what becomes of a department's part: who is given one, loses it, waits for it, has it to the end."""

from __future__ import annotations

from datetime import timedelta

from tests.cases.world import Story
from tests.cast import MONDAY
from tests.notifications.newsroom import Newsroom

AFTER = MONDAY + timedelta(days=60)


def heard(newsroom: Newsroom, story: Story, action: str) -> set[tuple[str, str]]:
    """Return who was told of an action, and as what."""
    newsroom.tells(AFTER)
    return {(login, kind) for done, login, kind in newsroom.told(story.number) if done == action}


def three_hands(newsroom: Newsroom) -> Story:
    """Begin a case that D leads, in which G has signed and delegates, B has not signed, and A is delegated to by D."""
    story = Story(newsroom)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["G", "B"])
    story.then("sign_for", "wang")
    story.then("sign_part", "guo")
    story.then("delegate", "wang", delegate="A", reason="就近")
    return story


def test_whoever_is_given_a_part_hears_of_it_as_a_task(newsroom: Newsroom) -> None:
    story = three_hands(newsroom)
    assert heard(newsroom, story, "delegate") == {("zhou", "task")}
    story.then("waive_part", "zhao", part="B", reason="不需要")
    story.then("add_support", "wang", support=["B"], reason="还是需要")
    assert heard(newsroom, story, "add_support") == {("bai", "task")}


def test_whoever_loses_a_part_hears_of_it_and_so_does_who_gets_it(newsroom: Newsroom) -> None:
    story = three_hands(newsroom)
    story.then("waive_part", "zhao", part="G", reason="不需要")
    story.then("transfer_part", "zhao", part="B", to_unit="G", reason="归口")
    story.then("take_back", "wang", reason="自办")
    assert heard(newsroom, story, "waive_part") == {("guo", "decision"), ("he", "decision")}
    assert heard(newsroom, story, "transfer_part") == {("bai", "decision"), ("guo", "task"), ("he", "task")}
    assert heard(newsroom, story, "take_back") == {("zhou", "decision")}


def test_what_is_reported_back_lies_with_who_delegated_it_and_a_part_done_is_told_to_the_lead(
    newsroom: Newsroom,
) -> None:
    story = three_hands(newsroom)
    story.then("sign_delegated", "zhou")
    story.then("report_delegated", "zhou", result="已核实")
    story.then("report_part", "guo", result="已办")
    lead = {"wang", "wu", "shuang"}
    assert heard(newsroom, story, "report_delegated") == {(login, "task") for login in lead}
    assert heard(newsroom, story, "report_part") == {(login, "note") for login in lead}


def test_everyone_with_an_open_part_hears_that_the_case_was_withdrawn(newsroom: Newsroom) -> None:
    story = Story(newsroom)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "G", "B"])
    story.then("sign_part", "bai")
    story.then("report_part", "bai", result="已办")  # it has nothing open any more
    story.then("sign_part", "zhou")
    story.then("delegate", "zhou", delegate="T", reason="就近")
    story.then("withdraw", "zhang", reason="已解决")
    told = heard(newsroom, story, "withdraw")
    assert told == {(login, "outcome") for login in ("wang", "wu", "shuang", "zhou", "guo", "he")}


def test_who_still_has_a_part_hears_that_the_case_was_closed(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("verify")
    story.then("satisfied", "zhang")
    assert ("wang", "outcome") in heard(newsroom, story, "satisfied")


def test_who_is_not_named_again_when_the_lead_changes_hears_of_it(newsroom: Newsroom) -> None:
    story = three_hands(newsroom)
    story.then("transfer", "zhao", lead="B", reason="归口")
    told = heard(newsroom, story, "transfer")
    assert ("zhou", "decision") in told  # what was delegated to it went with the lead
    assert ("bai", "task") in told


def test_progress_without_a_word_is_no_news(newsroom: Newsroom) -> None:
    story = three_hands(newsroom)
    story.then("report_progress", "wang", percent=40)
    assert heard(newsroom, story, "report_progress") == set()
    story.then("report_progress", "wang", percent=60, note="已约谈企业")
    assert ("zhang", "note") in heard(newsroom, story, "report_progress")
