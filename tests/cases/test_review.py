"""Review by a group: each vote once, what its chair can record, who is told, and what whom it concerns reads."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from cases.desks import desk_of
from cases.errors import InvalidFields
from cases.policy import may_see
from cases.record.case import Passage
from cases.record.database import reading, transaction
from cases.record.review import Seat
from cases.sheet import history_of
from cases.timeline import events_of
from cases.verifying import verify_database
from tests.cases.panels import ACCEPTED, PANEL, ids, in_vote, outcomes, person, seats, told, votes
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import DAY, Story, World
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotFromHere, NotNow


def test_a_group_accepts_a_case_and_the_dissent_stays_with_its_reason(world: World) -> None:
    story = in_vote(world)
    votes(story, li="accept", shuang="reject", feng="accept")
    case = story.then("carry", "li", **ACCEPTED, support=["A"])
    assert (case.state, case.lead_id) == ("assigned", world.units["D"])
    assert outcomes(story) == ["accept"]
    assert seats(story) == {
        "li": ("accept", "li", None),
        "shuang": ("reject", "shuang", None),
        "feng": ("accept", "feng", None),
    }
    with reading(world.db) as db:
        (row,) = db.exec(select(Seat).where(Seat.choice == "reject"))
        said = db.exec(select(Passage.body).where(Passage.case_id == case.id, Passage.version == row.version))
        assert list(said) == ["shuang：reject"]
    assert story.then("sign_for", "wang").state == "handling"
    world.check()


def test_a_group_votes_a_case_down_with_a_reason_and_the_parent_union_hears_the_appeal(world: World) -> None:
    story = in_vote(world)
    votes(story, li="reject", shuang="reject", feng="accept")
    with pytest.raises(InvalidFields):
        story.then("vote_down", "li")
    assert story.then("vote_down", "li", reason="不属工会职责").state == "rejected"
    assert outcomes(story) == ["reject"]
    case = story.then("appeal", "zhang", reason="请上级复核")
    assert (case.state, case.unit_id) == ("in_review", world.units["P"])
    world.check()


def test_a_group_asks_for_more_and_is_convened_anew_when_it_has_come(world: World) -> None:
    story = in_vote(world)
    votes(story, li="return", shuang="return", feng="abstain")
    assert story.then("vote_back", "li", reason="请补工资条").state == "awaiting_submitter"
    story.then("supplement", "zhang", note="附工资条")
    story.then("convene", "li", chair="shuang", panel=PANEL)
    votes(story, li="accept", shuang="accept")
    assert story.then("carry", "shuang", **ACCEPTED).state == "assigned"
    assert outcomes(story) == ["return", "accept"]
    world.check()


def test_a_tie_carries_nothing_and_the_same_group_votes_again_with_a_new_limit(world: World) -> None:
    story = in_vote(world)
    votes(story, li="accept", shuang="reject", feng="abstain")
    for action, form in (("carry", ACCEPTED), ("vote_down", {"reason": "不属职责"}), ("vote_back", {"reason": "补"})):
        with pytest.raises(NotNow):
            story.then(action, "li", **form)
    assert set(story.offers("li")) >= {"vote_again", "dissolve"}
    before = story.case.due_at
    story.then("vote_again", "li", after=DAY)
    assert story.case.state == "in_vote" and before and story.case.due_at and story.case.due_at > before
    assert outcomes(story) == ["none", None]
    assert seats(story)["li"] == ("accept", "li", None)  # the first ballot stays on record
    assert seats(story, 2) == {login: (None, None, None) for login in PANEL}
    votes(story, li="accept", shuang="accept")
    assert story.then("carry", "li", **ACCEPTED).state == "assigned"
    world.check()


def test_a_changed_vote_counts_once(world: World) -> None:
    story = in_vote(world)
    votes(story, li="accept", shuang="accept")
    votes(story, shuang="reject", feng="reject")
    votes(story, shuang="reject")
    assert [choice for choice, _, _ in seats(story).values()] == ["accept", "reject", "reject"]
    with pytest.raises(NotNow):
        story.then("carry", "li", **ACCEPTED)
    assert story.then("vote_down", "li", reason="不属职责").state == "rejected"
    world.check()


def test_nothing_is_recorded_while_a_vote_that_is_out_could_change_it(world: World) -> None:
    story = in_vote(world, panel=[*PANEL, "tang"])
    votes(story, li="accept", shuang="accept")
    with pytest.raises(NotNow) as refused:  # the quorum is there, but two more could make it a tie
        story.then("carry", "li", **ACCEPTED)
    assert refused.value.zh == "还有 2 人未表决，结果可能改变：请等全部表决，或时限届满后再记录。"
    votes(story, feng="accept")
    assert story.then("carry", "li", **ACCEPTED).state == "assigned"
    with pytest.raises(NotFromHere) as late:
        story.then("vote", "tang", vote="reject", reason="反对")
    assert late.value.zh == "案件现处「待签收」，不能「表决」。"
    world.check()


def test_once_the_limit_has_passed_the_votes_that_were_cast_decide(world: World) -> None:
    story = in_vote(world, panel=[*PANEL, "tang"])
    votes(story, li="accept", shuang="accept")
    story.at = moment("11-23 17:30")
    assert story.then("carry", "li", **ACCEPTED).state == "assigned"
    world.check()


def test_without_a_quorum_nothing_is_recorded_and_a_late_group_can_be_dissolved(world: World) -> None:
    story = in_vote(world, panel=[*PANEL, "tang"])
    votes(story, li="accept")
    with pytest.raises(NotNow):
        story.then("dissolve", "zhao", reason="成员外出")
    story.at = moment("11-23 17:30")
    with pytest.raises(NotNow) as refused:
        story.then("carry", "li", **ACCEPTED)
    assert refused.value.zh == "法定须有 2 人表决，现只有 1 人，不能记录结果。"
    with pytest.raises(NotNow):
        story.then("vote_again", "li")
    assert story.then("dissolve", "zhao", reason="成员外出").state == "in_review"
    assert outcomes(story) == ["left"]
    story.then("convene", "li", chair="shuang", panel=["li", "shuang"])
    assert outcomes(story) == ["left", None]
    world.check()


def test_only_members_vote_and_only_the_chair_records(world: World) -> None:
    story = in_vote(world)
    for login in ("zhao", "sun", "wang", "zhang", "tang"):
        with pytest.raises(NotByYou):
            story.then("vote", login, vote="accept", reason="同意")
    votes(story, li="accept", shuang="accept", feng="accept")
    with pytest.raises(NotByYou):
        story.then("carry", "shuang", **ACCEPTED)
    assert "carry" in story.offers("li") and "vote_down" not in story.offers("li")
    world.check()


def test_a_case_that_is_withdrawn_takes_its_open_ballot_with_it(world: World) -> None:
    story = in_vote(world)
    votes(story, li="accept")
    story.then("withdraw", "zhang")
    assert outcomes(story) == ["left"]
    with reading(world.db) as db:
        (event,) = [event for event in events_of(db, story.case.id or 0) if event.action == "withdraw"]
    assert '["set","ballots",' in event.data and '"outcome":"left"' in event.data
    world.check()


def test_members_who_are_late_are_told_by_name_and_a_late_chair_once_all_have_voted(world: World) -> None:
    story = in_vote(world)
    votes(story, li="accept")
    fired = swept(world, moment("11-23 18:00"), since=story.at)
    assert short(fired, world) == [
        ("in_vote", "remind -1wd", "11-20 17:30"),
        ("in_vote", "overdue 0", "11-23 17:30"),
    ]
    assert told(world, story, "remind") == [["late_reviewers", world.units["C"], ids(world, "shuang", "feng")]]
    story.at = moment("11-23 18:00")
    votes(story, shuang="accept", feng="accept")
    swept(world, moment("11-24 18:00"), since=story.at)
    assert told(world, story, "yellow")[0] == ["late_reviewers", world.units["C"], ids(world, "li")]
    swept(world, moment("11-26 18:00"), since=moment("11-24 18:00"))
    assert story.case.level > 0
    story.at = moment("11-27 09:00")
    assert story.then("carry", "li", **ACCEPTED).level == 0
    world.check()


def test_a_case_lies_on_the_desks_of_those_who_have_yet_to_vote_and_then_of_the_chair(world: World) -> None:
    story = in_vote(world)

    def waiting() -> list[str]:
        with reading(world.db) as db:
            return [login for login in PANEL if on_desk(db, login)]

    def on_desk(db: Session, login: str) -> bool:
        return story.number in [case.number for case in desk_of(db, person(db, world, login), story.at).cases]

    assert waiting() == PANEL
    votes(story, li="accept", feng="accept")
    assert waiting() == ["li", "shuang"]  # two of three have decided it: it can be recorded
    votes(story, shuang="accept")
    assert waiting() == ["li"]


def test_members_see_the_case_and_the_submitter_reads_neither_votes_nor_names(world: World) -> None:
    story = Story(world, unit="T")
    story.then("submit", "zhang")
    with reading(world.db) as db:
        assert not may_see(db, story.case, person(db, world, "guo"), story.at)
    story.then("convene", "tang", chair="tang", panel=["tang", "guo", "bai"])
    votes(story, tang="reject", bai="accept", guo="reject")
    story.then("recuse", "bai", reason="亲属")
    story.then("vote_down", "tang", reason="不属工会职责")
    with reading(world.db) as db:
        assert may_see(db, story.case, person(db, world, "guo"), story.at)
        assert not may_see(db, story.case, person(db, world, "bai"), story.at)  # withdrew
        read = history_of(db, story.case, person(db, world, "zhang"), story.at)
        assert [one.action for one in read] == ["raise", "submit", "convene", "vote_down"]
        (convening,) = [one.values for one in read if one.action == "convene"]
        assert not {"chair", "panel"} & set(convening)
        assert [said.body for said in read[-1].said] == ["不属工会职责"]
        everything = [one.action for one in history_of(db, story.case, person(db, world, "tang"), story.at)]
        assert everything.count("vote") == 3
    world.check()


def test_a_changed_seat_or_ballot_is_found_by_the_events(world: World) -> None:
    story = in_vote(world)
    votes(story, li="accept")
    with transaction(world.db) as db:
        seat = db.exec(select(Seat).where(col(Seat.choice).is_not(None))).one()
        seat.choice = "reject"
        db.add(seat)
    with reading(world.db) as db, pytest.raises(Refusal) as found:
        verify_database(db)
    assert "seats" in found.value.en and "choice" in found.value.en
