"""Who sits in a review group: its names, who has to withdraw, who votes for whom, and its chair."""

from __future__ import annotations

from typing import Any

import pytest

from cases.accused import accused_units
from cases.ballots import ballots_of
from cases.errors import InvalidFields
from cases.record.database import reading, transaction
from cases.record.people import Duty
from cases.timeline import events_of
from tests.cases.panels import ACCEPTED, PANEL, in_vote, outcomes, seats, stands_in, votes
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY
from workflow.machine import NotByYou, NotNow

TOO_FEW = "小组 1 人，其中 0 人须回避，余 1 人，不足法定的 2 人：请另行指定成员"


def test_a_member_who_declares_an_interest_has_no_vote_any_more(world: World) -> None:
    story = in_vote(world)
    votes(story, feng="reject", li="accept")
    with pytest.raises(InvalidFields):
        story.then("recuse", "feng")
    story.then("recuse", "feng", reason="当事人是亲属")
    assert seats(story)["feng"] == (None, None, "declared")
    with pytest.raises(NotByYou):
        story.then("vote", "feng", vote="accept", reason="再投")
    with reading(world.db) as db:
        assert ballots_of(db, story.case)[0].quorum == 1
    votes(story, shuang="accept")
    assert story.then("carry", "li", **ACCEPTED).state == "assigned"
    world.check()


def test_a_chair_who_withdraws_names_another_member_to_follow(world: World) -> None:
    story = in_vote(world)
    forms: tuple[dict[str, Any], ...] = ({}, {"chair": "li"}, {"chair": "tang"})
    for form in forms:
        with pytest.raises(InvalidFields) as refused:
            story.then("recuse", "li", reason="与承办企业有关", **form)
        assert [error.field for error in refused.value.errors] == ["chair"]
    with pytest.raises(InvalidFields) as two:
        story.then("recuse", "shuang", reason="亲属", chair="feng")
    assert two.value.errors[0].zh == "小组已有组长"
    story.then("recuse", "li", reason="与承办企业有关", chair="shuang")
    votes(story, shuang="accept", feng="accept")
    with pytest.raises(NotByYou):
        story.then("carry", "li", **ACCEPTED)
    assert story.then("carry", "shuang", **ACCEPTED).state == "assigned"
    world.check()


def test_a_member_of_the_unit_complained_of_is_recused_from_the_start(world: World) -> None:
    story = in_vote(world, accused="D")  # Shuang handles for D
    with reading(world.db) as db:
        assert [row.code for row in accused_units(db, story.case)] == ["D"]
    assert seats(story)["shuang"] == (None, None, "detected")
    with pytest.raises(NotByYou):
        story.then("vote", "shuang", vote="accept", reason="同意")
    votes(story, li="accept", feng="accept")
    story.then("carry", "li", **ACCEPTED | {"lead": "A"})
    world.check()


def test_a_member_whose_own_unit_raised_the_case_is_recused_and_nobody_is_told_why(world: World) -> None:
    with transaction(world.db) as db:
        db.add(Duty(user_id=world.people["zhang"], unit_id=world.units["D"], role="worker"))
    story = in_vote(world)
    assert seats(story)["shuang"] == (None, None, "detected")
    with reading(world.db) as db:
        (event,) = [event for event in events_of(db, story.case.id or 0) if event.action == "convene"]
        assert '"accused_id"' not in event.data and f'"unit_id":{world.units["D"]}' not in event.data
    world.check()


def test_a_group_of_which_too_few_are_left_is_not_convened(world: World) -> None:
    story = Story(world)
    story.then("submit", "zhang")
    with pytest.raises(InvalidFields) as refused:
        story.then("convene", "li", chair="li", panel=["li", "shuang"], accused="D")
    (error,) = refused.value.errors
    assert error.field == "panel"
    assert error.zh == "小组 2 人，其中 1 人须回避，余 1 人，不足法定的 2 人：请另行指定成员"
    with pytest.raises(InvalidFields) as all_of_them:  # the union itself is complained of
        story.then("convene", "li", chair="li", panel=["li", "shuang"], accused="C")
    assert "2 人须回避" in all_of_them.value.errors[0].zh
    with pytest.raises(InvalidFields) as its_chair:
        story.then("convene", "li", chair="shuang", panel=PANEL, accused="D")
    assert its_chair.value.errors[0].zh == "组长须回避本案，请另选组长"
    assert (story.case.state, outcomes(story)) == ("in_review", [])
    world.check()


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({"chair": ["li", "shuang"]}, "chair", "小组组长只能是一个人"),
        ({"chair": "li;shuang"}, "chair", "小组组长只能是一个人"),
        ({"chair": "tang"}, "chair", "组长须是小组成员"),
        ({"chair": "nobody"}, "chair", "没有可以参加审议的 nobody"),
        ({"chair": "li", "panel": ["li", "zhang"]}, "panel", "没有可以参加审议的 zhang"),
        ({"chair": "li", "panel": ["li", "zheng"]}, "panel", "没有可以参加审议的 zheng"),
        ({"chair": "li", "panel": ["li", "shenji"]}, "panel", "没有可以参加审议的 shenji"),
        ({"chair": "li", "panel": ["li", "deng"]}, "panel", "没有可以参加审议的 deng"),
        ({"chair": "li", "panel": ["li"]}, "panel", TOO_FEW),
        ({"panel": ["li", "shuang"]}, "chair", "请填写小组组长"),
    ],
)  # fmt: skip
def test_a_group_that_cannot_be_is_refused_in_one_sentence(
    world: World, form: dict[str, Any], field: str, sentence: str
) -> None:
    story = Story(world)
    story.then("submit", "zhang")
    before = world.everything()
    with pytest.raises(InvalidFields) as refused:
        story.then("convene", "li", **form)
    (error,) = refused.value.errors
    assert (error.field, error.zh) == (field, sentence)
    assert error.en and world.everything() == before


def test_without_names_the_reviewers_of_the_union_are_the_group_and_a_deputy_is_nobody_more(world: World) -> None:
    stands_in(world, "wu", "li")
    story = Story(world)
    story.then("submit", "zhang")
    story.then("convene", "shuang", chair="shuang")
    assert list(seats(story)) == ["li", "shuang"]


def test_a_deputy_casts_the_one_vote_of_the_member_within_their_dates(world: World) -> None:
    stands_in(world, "wu", "li", days=3)
    story = in_vote(world)
    votes(story, wu="reject")
    assert seats(story)["li"] == ("reject", "wu", None)
    votes(story, wu="accept")  # still the same vote
    votes(story, li="reject")  # and the member's own word is the last
    assert seats(story)["li"] == ("reject", "li", None)
    with pytest.raises(NotNow) as refused:
        story.then("vote", "wu", vote="accept", reason="再投")
    assert "已亲自表决" in refused.value.zh
    story.at = MONDAY + 3 * DAY
    with pytest.raises(NotByYou):
        story.then("vote", "wu", vote="accept", reason="再投")
    world.check()


def test_nobody_votes_twice_through_being_deputy_and_who_withdrew_votes_for_nobody(world: World) -> None:
    stands_in(world, "shuang", "li")
    story = in_vote(world)
    votes(story, shuang="accept")
    votes(story, shuang="reject")
    assert seats(story) == {
        "li": (None, None, None),
        "shuang": ("reject", "shuang", None),
        "feng": (None, None, None),
    }
    story.then("recuse", "shuang", reason="亲属")
    with pytest.raises(NotNow) as refused:
        story.then("vote", "shuang", vote="accept", reason="代李")
    assert refused.value.zh == "您须回避本案，不能表决，也不能代他人表决。"


def test_a_deputy_with_an_interest_of_their_own_neither_votes_nor_records(world: World) -> None:
    stands_in(world, "wu", "li")  # Wu heads D
    story = in_vote(world, accused="D", panel=[*PANEL, "tang"])
    with pytest.raises(NotByYou):
        story.then("vote", "wu", vote="accept", reason="代李")
    votes(story, li="accept", tang="accept", feng="accept")
    with pytest.raises(NotByYou):
        story.then("carry", "wu", **ACCEPTED | {"lead": "A"})
    story.then("carry", "li", **ACCEPTED | {"lead": "A"})


def test_a_supervisor_names_another_chair_who_is_the_only_one_then(world: World) -> None:
    story = in_vote(world)
    votes(story, li="accept", shuang="accept", feng="accept")
    for chair, sentence in (("tang", "组长须是可以表决的小组成员"), ("li", "该成员已是组长")):
        with pytest.raises(InvalidFields) as refused:
            story.then("name_chair", "zhao", chair=chair, reason="组长外出")
        assert refused.value.errors[0].zh == sentence
    story.then("name_chair", "zhao", chair="feng", reason="组长外出")
    with pytest.raises(NotByYou):
        story.then("carry", "li", **ACCEPTED)
    assert story.then("carry", "feng", **ACCEPTED).state == "assigned"
    world.check()
