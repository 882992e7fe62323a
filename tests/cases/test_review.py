"""Review by a group: who sits in it, each vote once, who has to withdraw, and what its chair can record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import Session, col, select

from cases.act import actions_for, find
from cases.ballots import ballots_of, seats_of
from cases.desks import desk_of
from cases.errors import InvalidFields
from cases.policy import may_see
from cases.record.case import Passage
from cases.record.database import reading, transaction
from cases.record.people import Duty, User
from cases.record.review import Seat
from cases.sheet import history_of
from cases.timeline import events_of
from cases.verifying import verify_database
from tests.cases.test_ladders import moment, short, swept
from tests.cases.world import DAY, Story, World
from tests.cast import MONDAY
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotFromHere, NotNow

PANEL = ["li", "shuang", "feng"]
TOO_FEW = "小组 1 人，其中 0 人须回避，余 1 人，不足法定的 2 人：请另行指定成员"
ACCEPTED: dict[str, Any] = {"category": "工资报酬", "tier": "A", "lead": "D"}


def in_vote(world: World, **form: Any) -> Story:
    """Begin a case that three reviewers vote on, with Li in the chair."""
    story = Story(world)
    story.then("submit", "zhang")
    story.then("convene", "li", **{"chair": "li", "panel": PANEL} | form)
    return story


def votes(story: Story, **choices: str) -> None:
    """Let members vote, each with a reason."""
    for login, choice in choices.items():
        story.then("vote", login, vote=choice, reason=f"{login}：{choice}")


def seats(story: Story, number: int = 1) -> dict[str, tuple[str | None, str | None, str | None]]:
    """Return the seats of a ballot: login -> choice, who cast it, why the member is recused."""
    names = {user_id: login for login, user_id in story.world.people.items()}
    with reading(story.world.db) as db:
        ballot = ballots_of(db, story.case)[number - 1]
        return {
            names[row.user_id]: (row.choice, names.get(row.cast_by), row.recused_why) for row in seats_of(db, ballot)
        }


def outcomes(story: Story) -> list[str | None]:
    """Return what became of each ballot of a case."""
    with reading(story.world.db) as db:
        return [ballot.outcome for ballot in ballots_of(db, story.case)]


def offered(story: Story, login: str) -> set[str]:
    """Return what a person may do with a case now."""
    with reading(story.world.db) as db:
        person = db.get_one(User, story.world.people[login])
        return {step.action for step in actions_for(db, find(db, story.number), person, story.at)}


def person(db: Session, world: World, login: str) -> User:
    """Return somebody's row."""
    return db.get_one(User, world.people[login])


def ids(world: World, *logins: str) -> list[int]:
    """Return people's ids."""
    return [world.people[login] for login in logins]


def told(world: World, story: Story, action: str) -> Any:
    """Return whom the last rung of a kind has told."""
    with reading(world.db) as db:
        found = [event for event in events_of(db, story.case.id or 0) if event.action == action]
        return json.loads(found[-1].data)["told"]


def stands_in(world: World, deputy: str, absent: str, unit: str = "C", *, days: int = 7) -> None:
    """Let somebody stand in for a reviewer for some days."""
    with transaction(world.db) as db:
        own = db.exec(select(Duty).where(Duty.user_id == world.people[absent], Duty.role == "reviewer")).one()
        db.add(
            Duty(
                user_id=world.people[deputy], unit_id=world.units[unit], role="reviewer", from_at=MONDAY,
                until_at=MONDAY + days * DAY, deputy_of=own.id,
            )
        )  # fmt: skip


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
    assert offered(story, "li") >= {"vote_again", "dissolve"}
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
    assert story.case.accused_id == world.units["D"]
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
    assert (story.case.state, story.case.accused_id, outcomes(story)) == ("in_review", None, [])
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
    with pytest.raises(NotNow):
        story.then("vote", "wu", vote="accept", reason="代李")
    votes(story, li="accept", tang="accept", feng="accept")
    with pytest.raises(NotNow):
        story.then("carry", "wu", **ACCEPTED | {"lead": "A"})
    story.then("carry", "li", **ACCEPTED | {"lead": "A"})


def test_only_members_vote_and_only_the_chair_records(world: World) -> None:
    story = in_vote(world)
    for login in ("zhao", "sun", "wang", "zhang", "tang"):
        with pytest.raises(NotByYou):
            story.then("vote", login, vote="accept", reason="同意")
    votes(story, li="accept", shuang="accept", feng="accept")
    with pytest.raises(NotByYou):
        story.then("carry", "shuang", **ACCEPTED)
    assert "carry" in offered(story, "li") and "vote_down" not in offered(story, "li")
    world.check()


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
