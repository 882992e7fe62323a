"""The accused never receive what is said of them: they see, find, count and hear nothing, and are given nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from cases.act import actions_for, find
from cases.capabilities.endorsements import to_endorse
from cases.desks import desk_of
from cases.errors import InvalidFields
from cases.indexing import index_new
from cases.lists import Filters, newest
from cases.policy import may_see, visible_to
from cases.raising import Draft, raise_case
from cases.record.accusations import Accusation
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.people import Unit, User
from cases.similar import similar_to
from tests.cases.world import HOUR, Story, World
from workflow.machine import NotByYou, NotNow

ACCEPT: dict[str, Any] = {"category": "工资报酬", "tier": "A"}


def told(world: World, text: str, title: str = "拖欠工资", law: str = "proposal") -> Story:
    """Submit a case with a text of its own."""
    story = Story(world, law=law)
    with transaction(world.db) as db:
        person = db.get_one(User, world.people["zhang"])
        story.number = raise_case(db, Draft(law, "C", title, text), by=person, at=story.at).number
    story.then("submit", "zhang")
    return story


def status(world: World, story: Story) -> dict[str, str]:
    """Return what is thought of the units that a case names."""
    codes = {unit_id: code for code, unit_id in world.units.items()}
    with reading(world.db) as db:
        rows = db.exec(select(Accusation).where(Accusation.case_id == story.case.id))
        return {codes[row.unit_id]: row.status for row in rows}


def sees(world: World, story: Story, login: str) -> tuple[bool, bool, bool, bool]:
    """Tell whether somebody may open a case, finds it in lists and counts, has it on the desk, and may act."""
    with reading(world.db) as db:
        by, case = db.get_one(User, world.people[login]), find(db, story.number)
        found = db.exec(select(Case.id).where(Case.id == case.id, visible_to(db, by, story.at))).first()
        on_desk = story.number in [one.number for one in desk_of(db, by, story.at).cases]
        return may_see(db, case, by, story.at), found is not None, on_desk, bool(actions_for(db, case, by, story.at))


NOTHING = (False, False, False, False)


def test_a_unit_that_the_text_names_is_proposed_and_nothing_is_given_out_before_somebody_looked(world: World) -> None:
    story = told(world, "人社局的窗口让我跑了三趟，权益保障部也知道。")
    assert status(world, story) == {"A": "proposed", "D": "proposed"}
    before = world.everything()
    with pytest.raises(NotNow, match="先确认或排除"):
        story.then("accept", "li", **ACCEPT, lead="B")
    assert world.everything() == before
    story.then("clear_accused", "li", accused="D", reason="只是提到")
    with pytest.raises(NotNow, match="人社局"):
        story.then("accept", "li", **ACCEPT, lead="D")
    story.then("name_accused", "li", accused="A")
    assert status(world, story) == {"A": "confirmed", "D": "cleared"}
    assert story.then("accept", "li", **ACCEPT, lead="D").state == "assigned"
    world.check()


@pytest.mark.parametrize("how", ["proposed", "confirmed"])
def test_the_people_of_the_accused_see_find_count_and_do_nothing(world: World, how: str) -> None:
    story = told(world, "迅达快递拖欠三个月工资。" if how == "proposed" else "拖欠三个月工资。")
    with reading(world.db) as db:
        qian = db.get_one(User, world.people["qian"])  # a worker of E, who could have endorsed it
        assert may_see(db, story.case, qian, story.at) is (how == "confirmed")
    if how == "confirmed":
        story.then("name_accused", "li", accused="E")
    assert status(world, story) == {"E": how}
    assert sees(world, story, "qian") == NOTHING
    with reading(world.db) as db:
        qian = db.get_one(User, world.people["qian"])
        assert newest(db, qian, story.at, Filters(), None, 10).cases == []
        assert to_endorse(db, qian, story.at) == ([], None)
    with pytest.raises(NotByYou):
        story.then("endorse", "qian")
    assert sees(world, story, "li")[0]
    world.check()


def test_nothing_is_ever_given_to_the_accused_nor_below_them(world: World) -> None:
    story = told(world, "拖欠工资。")
    story.then("name_accused", "li", accused="D")
    for form in ({"lead": "D"}, {"lead": "A", "support": ["D"]}):
        before = world.everything()
        with pytest.raises(InvalidFields, match="权益保障部是被反映单位"):
            story.then("accept", "li", **ACCEPT, **form)
        assert world.everything() == before
    story.then("accept", "li", **ACCEPT, lead="A", support=["B"])
    with pytest.raises(InvalidFields, match="被反映单位"):
        story.then("add_support", "zhao", support=["D"], reason="需要")
    with pytest.raises(InvalidFields, match="被反映单位"):
        story.then("transfer", "zhao", lead="D", reason="转办")
    world.check()


def test_whoever_handles_a_case_cannot_be_named_while_they_do(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with pytest.raises(InvalidFields, match="先转办"):
        story.then("name_accused", "li", accused="D")
    assert status(world, story) == {}


def test_a_supervisor_with_a_duty_at_the_accused_is_passed_over_and_colleagues_answer(world: World) -> None:
    story = told(world, "拖欠工资。")
    story.then("name_accused", "li", accused="D")
    assert sees(world, story, "shuang") == NOTHING  # supervises the city, and belongs to D
    assert sees(world, story, "zhao")[0]


def test_whoever_raised_the_case_belongs_to_the_accused_and_follows_it_all_the_same(world: World) -> None:
    story = Story(world, by="qian", unit="T")
    story.then("submit", "qian")
    story.then("name_accused", "tang", accused="E")
    assert sees(world, story, "qian")[:2] == (True, True)


def test_nothing_similar_is_counted_before_the_accused(world: World) -> None:
    for _ in range(5):  # fewer are told to nobody
        story = told(world, "迅达快递拖欠三个月工资，每人约一万二千元。", title="快递公司三个月没发工资")
    index_new(world.db, story.at)
    with reading(world.db) as db:
        for login, finds in (("qian", False), ("tang", True)):
            by = db.get_one(User, world.people[login])
            asked = "快递公司三个月没发工资\n拖欠三个月工资，每人约一万二千元。"
            found = similar_to(db, asked, story.at + HOUR, by=by, unit=db.get_one(Unit, world.units["C"]))
            assert (bool(found.cases) or found.hidden > 0) is finds, login


def test_what_is_split_off_complains_of_whom_the_whole_did_and_of_whom_it_names_itself(world: World) -> None:
    story = told(world, "拖欠工资，人社局也没有管。")
    story.then("name_accused", "li", accused="D")
    story.then("split", "li", part_title="窗口服务", part_text="权益保障部和人社局的窗口让我跑了三趟。")
    with reading(world.db) as db:
        part = db.exec(select(Case).order_by(col(Case.id).desc())).first()
        assert part is not None
        rows = db.exec(select(Accusation).where(Accusation.case_id == part.id).order_by(col(Accusation.id)))
        assert [(row.unit_id, row.status) for row in rows] == [
            (world.units["A"], "proposed"), (world.units["D"], "confirmed"),
        ]  # fmt: skip
        assert not may_see(db, part, db.get_one(User, world.people["shuang"]), story.at)  # of D, and of the city
    world.check()


# --- what is said later


@pytest.mark.parametrize("how", ["note", "supplement"])
def test_a_unit_that_is_named_later_is_proposed_then(world: World, how: str) -> None:
    story = Story(world).up_to("submit" if how == "supplement" else "sign_for")
    if how == "supplement":
        story.then("ask_submitter", "li", reason="请补充")
    story.then(how, "zhang", note="迅达快递的站长让我不要再说。")
    assert status(world, story) == {"E": "proposed"}
    assert sees(world, story, "qian") == NOTHING
    with pytest.raises(NotNow, match="先确认或排除"):
        if how == "supplement":
            story.then("accept", "li", **ACCEPT, lead="D")
        else:
            story.then("transfer", "zhao", lead="A", reason="归口")
    story.then("clear_accused", "li", accused="E", reason="只是转述")
    assert status(world, story) == {"E": "cleared"}
    world.check()


def test_whoever_has_the_case_already_is_not_taken_from_it_by_a_word_about_them(world: World) -> None:
    story = Story(world).up_to("verify")
    story.then("unsatisfied", "zhang", reason="权益保障部没有解决，人社局也没有。")
    assert status(world, story) == {"A": "proposed"}
    assert sees(world, story, "wang")[2]
    world.check()


def test_what_a_colleague_writes_names_nobody(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("note", "wang", note="已联系迅达快递。")
    assert status(world, story) == {}


def test_nobody_is_cleared_whom_the_case_does_not_name(world: World) -> None:
    story = told(world, "人社局的窗口让我跑了三趟。")
    before = world.everything()
    with pytest.raises(InvalidFields, match="没有把 D 列为"):
        story.then("clear_accused", "li", accused="D", reason="只是提到")
    assert world.everything() == before
