"""More time: what may be asked for, and what becomes of a request that nobody decides."""

from __future__ import annotations

import pytest
from sqlmodel import select

from cases.errors import InvalidFields
from cases.record.case import Extension
from cases.record.database import reading
from tests.cases.world import DAY, Story, World
from workflow.machine import NotNow


def test_a_request_for_more_time_dies_when_the_case_leaves_the_state_it_was_made_in(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", reason="需要取证", extra="5wd")
    story.then("transfer", "zhao", lead="A", reason="属人社局职责")
    story.then("sign_for", "zhou")
    due_at = story.case.due_at
    with pytest.raises(NotNow):  # what D asked for is not granted to A
        story.then("decide_extension", "zhao", approve="yes")

    story.then("request_extension", "zhou", reason="重新调查", extra="2wd")
    case = story.then("decide_extension", "zhao", approve="yes")
    assert due_at and case.due_at and case.due_at > due_at
    with reading(world.db) as db:
        rows = db.exec(select(Extension).order_by("id")).all()
        assert [(row.is_granted, row.lapsed_at is not None) for row in rows] == [(None, True), (True, False)]
    world.check()


def test_a_request_for_more_time_dies_even_when_the_case_comes_back_to_the_state_it_was_made_in(world: World) -> None:
    story = Story(world, law="grievance").up_to("accept")
    story.then("request_extension", "wang", reason="需要取证", extra="2d")
    story.then("transfer", "zhao", lead="A", reason="属人社局职责")  # from handling to handling
    with pytest.raises(NotNow):
        story.then("decide_extension", "zhao", approve="yes")

    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", reason="需要取证", extra="5wd")
    story.then("report", "wang", answer="已办")
    story.then("send_back", "zhao", reason="缺少凭证")
    story.then("request_extension", "wang", reason="补凭证", extra="1wd")
    world.check()


@pytest.mark.parametrize("extra", ["99999wd", "99999d", "367d", "300wd", "9000h"])
def test_more_time_than_a_year_or_than_can_be_counted_is_refused_when_it_is_asked_for(world: World, extra: str) -> None:
    story = Story(world, law="grievance").up_to("accept")  # a law that sets no caps of its own
    with pytest.raises(InvalidFields) as refused:
        story.then("request_extension", "wang", reason="遥遥无期", extra=extra)
    assert [error.field for error in refused.value.errors] == ["extra"]
    assert refused.value.zh and refused.value.en

    story.then("request_extension", "wang", reason="需要一年", extra="365d")
    assert story.then("decide_extension", "zhao", approve="yes").due_at
    world.check()


def test_a_request_lives_on_while_people_write_and_urge(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", reason="需要取证", extra="5wd")
    story.then("urge", "zhang")
    story.then("note", "zhao", after=DAY, note="请补充理由")
    assert story.then("decide_extension", "zhao", approve="yes").state == "handling"
