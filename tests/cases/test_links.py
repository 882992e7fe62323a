"""Cases that have to do with each other: named from both sides, to those who may know of both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from cases.capabilities.links import links_of
from cases.errors import InvalidFields, Stale
from cases.record.database import reading
from cases.record.people import User
from cases.sheet import Happening, history_of
from tests.cases.test_races import PATIENCE, RACES, together
from tests.cases.world import HOUR, Story, World
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotNow


def seen(world: World, story: Story, login: str) -> list[tuple[str, str]]:
    """Return what a person reads of a case's links."""
    with reading(world.db) as db:
        person = db.get_one(User, world.people[login])
        return [(one.case.number, one.labels[1]) for one in links_of(db, story.case, person, story.at)]


def test_a_link_is_read_from_both_sides_until_it_is_ended(world: World) -> None:
    first, second = Story(world).up_to("submit"), Story(world).up_to("submit")
    second.then("link", "li", other=first.number, link_kind="follows")
    assert seen(world, second, "li") == [(first.number, "Follows")]
    assert seen(world, first, "zhao") == [(second.number, "Followed by")]
    assert [one.values["other"] for one in happened(world, second, "li") if one.action == "link"] == [first.number]
    world.check()
    first.then("link", "li", other=Story(world).up_to("submit").number, link_kind="relates")
    with pytest.raises(InvalidFields, match="请在该案解除"):
        first.then("unlink", "li", other=second.number, reason="无关")
    second.then("unlink", "li", other=first.number, reason="无关")
    assert (seen(world, second, "li"), [kind for _, kind in seen(world, first, "li")]) == ([], ["Relates to"])
    with pytest.raises(NotNow):
        second.then("unlink", "li", other=first.number, reason="再次")
    second.then("link", "li", other=first.number, link_kind="relates")
    world.check()


def happened(world: World, story: Story, login: str) -> list[Happening]:
    with reading(world.db) as db:
        return history_of(db, story.case, db.get_one(User, world.people[login]), story.at)


def test_who_may_not_see_the_other_case_learns_nothing_of_the_link(world: World) -> None:
    mine, theirs = Story(world).up_to("report"), Story(world, unit="T", by="qian").up_to("submit")
    mine.then("link", "li", other=theirs.number, link_kind="relates")
    assert seen(world, mine, "zhang") == []
    assert "link" not in [event.action for event in happened(world, mine, "zhang")]
    assert seen(world, theirs, "qian") == []
    mine.then("unlink", "li", other=theirs.number, reason="两案无关")
    assert {"link", "unlink"}.isdisjoint(event.action for event in happened(world, mine, "zhang"))
    assert {"link", "unlink"} <= {event.action for event in happened(world, mine, "li")}


def test_a_link_to_itself_or_out_of_sight_or_twice_is_refused_in_one_sentence(world: World) -> None:
    first, second = Story(world).up_to("submit"), Story(world).up_to("submit")
    hidden = Story(world, unit="P").up_to("submit")
    second.then("link", "li", other=first.number, link_kind="relates")
    for story, other, words in (
        (first, first.number, "自己"),
        (first, "TA-2026-NOTHING", "没有编号"),
        (first, hidden.number, "没有编号"),
        (first, second.number, "已有关联"),
        (second, first.number, "已有关联"),
    ):
        before = world.everything()
        with pytest.raises(InvalidFields, match=words):
            story.then("link", "li", other=other, link_kind="follows")
        assert world.everything() == before
    with pytest.raises(NotByYou):
        first.then("link", "zhang", other=second.number, link_kind="relates")
    with pytest.raises(InvalidFields):
        first.then("link", "li", other=second.number, link_kind="split_from")


def test_what_was_split_off_stays_linked(world: World) -> None:
    story, another = Story(world).up_to("submit"), Story(world).up_to("submit")
    story.then("split", "li", part_title="高温补贴", part_text="没有发放")
    ((part, _),) = seen(world, story, "li")
    world.does(part, "link", "li", story.at + HOUR, other=another.number, link_kind="relates")
    with pytest.raises(InvalidFields, match="拆分"):
        world.does(part, "unlink", "li", story.at + HOUR * 2, other=story.number, reason="无关")


def test_two_cases_that_are_linked_with_each_other_at_once_have_one_link(world: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(max(RACES // 10, 10)):
            first, second = Story(world).up_to("submit"), Story(world).up_to("submit")
            start = Barrier(2, timeout=PATIENCE)
            attempts = [
                pool.submit(
                    together,
                    start,
                    partial(world.does, one, "link", "li", first.at + HOUR, other=other, link_kind="relates"),
                )
                for one, other in ((first.number, second.number), (second.number, first.number))
            ]
            refusals = [refusal for one in attempts if isinstance(refusal := one.result(), Refusal)]
            assert [type(refusal) for refusal in refusals] in ([InvalidFields], [Stale], [Stale, Stale])
            assert len(seen(world, first, "li")) == 2 - len(refusals)
    world.check()
