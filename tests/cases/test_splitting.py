"""One matter of several becomes a case of its own: for the same submitter, under review, and both say so."""

from __future__ import annotations

from typing import Any

import pytest

from cases.capabilities.links import links_of
from cases.errors import InvalidFields
from cases.record.case import Case
from cases.record.database import reading
from cases.record.people import User
from cases.sheet import history_of
from tests.cases.world import HOUR, Story, Turn, World
from workflow.machine import NotByYou, NotFromHere


def taken_out(world: World, story: Story) -> Case:
    """Take a matter out of a case and return the new one."""
    story.then("split", "li", part_title="高温补贴", part_text="七月起没有发放高温补贴")
    with reading(world.db) as db:
        li = db.get_one(User, world.people["li"])
        (linked,) = links_of(db, story.case, li, story.at)
        assert linked.labels == ("拆出", "Split into")
        return world.case(linked.case.number)


def test_a_part_becomes_a_case_of_the_same_submitter_under_review(world: World) -> None:
    story = Story(world).up_to("submit")
    whole = story.case
    part = taken_out(world, story)
    for name in ("law_id", "unit_id", "submitter_id", "identity", "state", "stage", "submitted_at"):
        assert getattr(part, name) == getattr(whole, name), name
    assert (part.title, part.entered_at, part.version) == ("高温补贴", story.at, 1)
    assert story.case.state == "in_review"
    assert [clock.kind for clock in world.clocks(part.number, running=True)] == ["state", "case"]
    assert world.clock(part.number, "case").started_at == story.at
    world.check()


def test_both_histories_name_the_other_case_by_its_number_alone(world: World) -> None:
    story = Story(world).up_to("submit")
    part = taken_out(world, story)
    with reading(world.db) as db:
        for login in ("zhang", "li"):
            person = db.get_one(User, world.people[login])
            born, told = history_of(db, part, person, story.at)[0], history_of(db, story.case, person, story.at)[-1]
            assert (born.action, born.role, born.values["other"]) == ("split_off", "reviewer", story.number)
            assert (told.action, told.values["other"]) == ("split", part.number)
            assert [said.field for said in born.said] == ["title", "text"]
            assert (born.actor and born.actor.name) == (None if login == "zhang" else "李审议")
        zhang = db.get_one(User, world.people["zhang"])
        assert [linked.case.number for linked in links_of(db, part, zhang, story.at)] == [story.number]


def test_who_handles_the_part_alone_reads_what_it_is_about_and_not_from_which_case_it_came(world: World) -> None:
    story = Story(world).up_to("submit")
    part = taken_out(world, story)
    world.does(part.number, "accept", "li", story.at + HOUR, category="劳动保护", tier="A", lead="A")
    with reading(world.db) as db:
        zhou = db.get_one(User, world.people["zhou"])
        born = history_of(db, world.case(part.number), zhou, story.at + HOUR)[0]
    assert [said.body for said in born.said] == ["高温补贴", "七月起没有发放高温补贴"]
    assert "other" not in born.values


def test_the_part_goes_its_own_way_to_its_own_end(world: World) -> None:
    story = Story(world).up_to("submit")
    part = taken_out(world, story)
    road: tuple[Turn, ...] = (
        ("accept", "li", {"category": "劳动保护", "tier": "A", "lead": "A"}),
        ("sign_for", "zhou", {}),
        ("report", "zhou", {"answer": "已补发"}),
        ("verify", "zhao", {}),
        ("satisfied", "zhang", {}),
    )
    for hours, (action, by, form) in enumerate(road, 1):
        world.does(part.number, action, by, story.at + hours * HOUR, **form)
    assert world.case(part.number).state == "closed"
    story.then("reject", "li", reason="其余不受理")
    world.check()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"part_title": "高温补贴"}, "part_text"),
        ({"part_text": "七月起没有发放"}, "part_title"),
        ({"part_title": "高温补贴", "part_text": "   "}, "part_text"),
        ({"part_title": "长" * 201, "part_text": "内容"}, "part_title"),
    ],
)
def test_a_split_without_title_or_text_is_refused_and_writes_nothing(
    world: World, form: dict[str, Any], field: str
) -> None:
    story = Story(world).up_to("submit")
    before = world.everything()
    with pytest.raises(InvalidFields) as refused:
        story.then("split", "li", **form)
    assert [error.field for error in refused.value.errors] == [field]
    assert world.everything() == before


def test_only_the_reviewer_splits_and_only_at_review(world: World) -> None:
    story = Story(world).up_to("submit")
    for login in ("zhang", "wang", "zhao"):
        with pytest.raises(NotByYou):
            story.then("split", login, part_title="一", part_text="二")
    story.then("accept", "li", category="其他", tier="A", lead="D")
    with pytest.raises(NotFromHere):
        story.then("split", "li", part_title="一", part_text="二")
