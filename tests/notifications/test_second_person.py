"""Who hears of what one may not do alone: whoever can agree, then whoever asked; never whoever raised the case."""

from __future__ import annotations

from tests.cases.test_revealing import agreed, asked, shown
from tests.cases.test_second_person import asked_to_erase
from tests.cases.world import Story
from tests.notifications.newsroom import Newsroom
from tests.notifications.test_hands import heard


def test_a_request_is_told_to_those_who_can_agree_and_the_answer_to_who_asked(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("sign_for")
    row_id = asked(newsroom, story, "wang")
    overseers = {("li", "request"), ("zhao", "request"), ("sun", "request"), ("shuang", "request")}
    assert heard(newsroom, story, "ask_reveal") == overseers
    agreed(newsroom, story, row_id, "zhao")
    assert heard(newsroom, story, "agree_reveal") == {("wang", "decision")}
    shown(newsroom, story, row_id, "wang")
    assert heard(newsroom, story, "reveal") == set()  # it stands on the page of whoever raised the case
    asked_to_erase(newsroom, story, "wang")
    assert heard(newsroom, story, "ask_erasure") == overseers


def test_a_request_that_was_declined_is_told_to_who_asked(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("sign_for")
    agreed(newsroom, story, asked(newsroom, story, "wang"), "zhao", is_allowed=False)
    assert heard(newsroom, story, "decline_reveal") == {("wang", "decision")}
