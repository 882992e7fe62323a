"""A draft can be corrected, also one that was recalled; what it said before stays in its history."""

from __future__ import annotations

from typing import Any

import pytest

from cases.act import act, find
from cases.errors import InvalidFields
from cases.indexing import index_new, texts_of
from cases.record.database import reading, transaction
from cases.record.people import User
from tests.cases.world import MINUTE, Story, World
from workflow.machine import NotByYou, NotFromHere, NotNow

NEW: dict[str, Any] = {"title": "改后的标题", "text": "改后的内容，写得更清楚。"}


def test_a_recalled_draft_is_corrected_and_keeps_what_it_said_before(world: World) -> None:
    story = Story(world).up_to("submit")
    index_new(world.db, story.at)
    with pytest.raises(NotFromHere):
        story.then("revise", "zhang", **NEW)
    story.then("recall", "zhang", after=MINUTE)
    with pytest.raises(NotByYou):
        story.then("revise", "li", **NEW)
    with pytest.raises(InvalidFields):
        story.then("revise", "zhang", title="只有标题")
    story.then("revise", "zhang", after=MINUTE, **NEW)
    case = world.case(story.number)
    assert case.title == NEW["title"]
    world.check()  # the record agrees with itself
    story.then("submit", "zhang", after=MINUTE)
    index_new(world.db, story.at)
    with reading(world.db) as db:
        assert texts_of(db, [case.id or 0])[case.id or 0] == "\n".join(NEW.values())
    assert index_new(world.db, story.at) == 0


def test_a_draft_of_the_other_law_is_corrected_as_well(world: World) -> None:
    story = Story(world, law="grievance")
    story.then("revise", "zhang", after=MINUTE, **NEW)
    assert world.case(story.number).title == NEW["title"]
    world.check()


def test_what_somebody_endorses_is_not_rewritten(world: World) -> None:
    story = Story(world)
    with transaction(world.db) as db:
        case, by = find(db, story.number), db.get_one(User, world.people["zhang"])
        case.voices = 1
        with pytest.raises(NotNow, match="已有人附议"):
            act(db, case, "revise", by=by, at=story.at, form=NEW)
        db.rollback()
