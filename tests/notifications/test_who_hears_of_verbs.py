"""Who hears of an urge, an order, a card and a copy: the desk that is meant, and whoever watches the case."""

from __future__ import annotations

from datetime import timedelta

from tests.cases.departments import three_departments
from tests.cases.world import Story
from tests.cast import MONDAY
from tests.notifications.newsroom import Newsroom

AFTER = MONDAY + timedelta(days=60)


def heard(newsroom: Newsroom, story: Story, action: str) -> set[tuple[str, str]]:
    """Return who was told of an action, and as what."""
    newsroom.tells(AFTER)
    return {(login, kind) for done, login, kind in newsroom.told(story.number) if done == action}


def test_an_urged_department_hears_of_it_and_no_other(newsroom: Newsroom) -> None:
    story = three_departments(newsroom)
    story.then("urge", "zhao", part="A")
    assert heard(newsroom, story, "urge") == {("zhou", "urge")}


def test_an_urged_desk_hears_of_it(newsroom: Newsroom) -> None:
    story = three_departments(newsroom)
    story.then("urge", "zhang", reason="请抓紧")
    assert heard(newsroom, story, "urge") == {("wang", "urge"), ("wu", "urge"), ("shuang", "urge")}


def test_an_ordered_unit_and_its_head_hear_of_an_order_and_who_issued_it_of_the_answer(newsroom: Newsroom) -> None:
    story = three_departments(newsroom)
    story.then("order", "sun", order_text="请三日内答复")
    assert heard(newsroom, story, "order") == {("wang", "urge"), ("wu", "urge"), ("shuang", "urge")}
    story.then("answer_order", "wang", answer="已答复")
    assert heard(newsroom, story, "answer_order") == {("sun", "answer")}


def test_a_card_is_told_to_the_unit_and_its_head(newsroom: Newsroom) -> None:
    story = three_departments(newsroom)
    story.then("card", "zhao", colour="red", reason="拖延")
    assert heard(newsroom, story, "card") == {("wang", "card"), ("wu", "card"), ("shuang", "card")}
    story.then("card", "zhao", colour="yellow", reason="拖延", at_unit="A")
    assert ("zhou", "card") in heard(newsroom, story, "card")


def test_who_watches_hears_of_the_copy_and_of_every_move(newsroom: Newsroom) -> None:
    story = Story(newsroom).up_to("sign_for")
    story.then("copy_to", "zhao", person="zhou")
    story.then("watch", "feng")
    assert heard(newsroom, story, "copy_to") == {("zhou", "watch")}
    story.then("note", "zhao", note="收到")
    story.then("report", "wang", answer="已补发工资")
    assert {("zhou", "watch"), ("feng", "watch")} <= heard(newsroom, story, "report")
    assert not {("zhou", "watch"), ("feng", "watch")} & heard(newsroom, story, "note")
    story.then("stop_copy", "zhao", person="zhou")
    story.then("verify", "zhao")
    assert heard(newsroom, story, "verify") == {("zhang", "question"), ("feng", "watch")}
