"""Only whoever raised a case lets more be known of them, and never less."""

from __future__ import annotations

import pytest

from cases.act import find
from cases.errors import InvalidFields, NotFound
from cases.opening_up import further, open_up
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.sheet import sheet_of
from tests.cases.world import Story, World

TOLD = {"name": "钱桂芳", "phone": "13957312345"}


def opens(world: World, story: Story, mode: str, by: str = "zhang", **about: str) -> None:
    """Let more be known, as the account or, of what was raised anonymously, as the holder of the receipt."""
    with transaction(world.db) as db:
        case = find(db, story.number)
        holder = case.submitter_id if case.identity == "anonymous" and by == "zhang" else world.people[by]
        open_up(db, case, mode, about, by=db.get_one(User, holder), at=story.at)


def shown_to(world: World, story: Story, login: str) -> tuple[str, str | None]:
    """Return how a case was raised, and what a person reads as the name of who raised it."""
    with reading(world.db) as db:
        case, by = find(db, story.number), db.get_one(User, world.people[login])
        return case.identity, sheet_of(db, case, by, story.at).submitter


def test_a_confidential_case_of_an_account_is_named_by_its_submitter(world: World) -> None:
    story = Story(world).up_to("sign_for")
    assert shown_to(world, story, "wang") == ("confidential", None)
    opens(world, story, "named")
    assert shown_to(world, story, "wang") == ("named", "张代表")
    story.then("report", "wang", answer="已补发")
    world.check()


def test_what_was_raised_anonymously_is_sealed_or_named_by_whoever_has_the_receipt(world: World) -> None:
    story = Story(world, identity="anonymous").up_to("accept")
    with pytest.raises(InvalidFields, match="姓名"):
        opens(world, story, "confidential", phone="13957312345")
    opens(world, story, "confidential", **TOLD)
    assert shown_to(world, story, "li") == ("confidential", None)
    with transaction(world.db) as db:
        case = find(db, story.number)
        open_up(db, case, "named", {}, by=db.get_one(User, case.submitter_id), at=story.at)
    assert shown_to(world, story, "li") == ("named", "钱桂芳")
    world.check()


@pytest.mark.parametrize(
    ("begun", "mode"),
    [("named", "confidential"), ("confidential", "anonymous"), ("confidential", "confidential"), ("named", "famous")],
)
def test_nothing_is_closed_again(world: World, begun: str, mode: str) -> None:
    story = Story(world, identity=begun).up_to("submit")
    before = world.everything()
    with pytest.raises(InvalidFields, match="只能比原来更公开"):
        opens(world, story, mode)
    assert world.everything() == before


@pytest.mark.parametrize("by", ["li", "zhao", "wang", "xitong", "qian"])
def test_nobody_else_opens_it(world: World, by: str) -> None:
    for mode in ("confidential", "anonymous"):
        story = Story(world, identity=mode).up_to("submit")
        before = world.everything()
        with pytest.raises(NotFound):
            opens(world, story, "named", by=by, **TOLD)
        assert world.everything() == before


@pytest.mark.parametrize(
    ("mode", "more"), [("anonymous", ["confidential", "named"]), ("confidential", ["named"]), ("named", [])]
)
def test_what_is_further_is_told_by_the_mode_alone(world: World, mode: str, more: list[str]) -> None:
    assert list(further(Story(world, identity=mode).case)) == more
