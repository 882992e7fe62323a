"""Deputies (AB角) act within their dates and in somebody's place; who is away stays responsible beside them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from cases.act import actions_for, find
from cases.errors import BadRequest, NotFound
from cases.policy import duties_of
from cases.record.database import reading, transaction
from cases.record.people import Duty, User
from cases.seats import people_at
from cases.sheet import sheet_of
from cases.standing_in import acts_for
from cases.words import HANDLERS, Post
from tests.cases.absences import FRIDAY, TUESDAY, disabled, ended, handed, named, on_desk, one_is_done, told_for
from tests.cases.panels import ACCEPTED, in_vote, votes
from tests.cases.test_ladders import moment
from tests.cases.test_separation import also
from tests.cases.world import HOUR, Story, World
from tests.cast import MONDAY
from workflow.errors import Refusal
from workflow.machine import NotByYou, NotNow


def seats(world: World, word: str, at: Any) -> list[str]:
    role, _, unit = word.partition("@")
    with reading(world.db) as db:
        return [user.login for user in people_at(db, Post((role,), world.units[unit]), at)[1]]


def test_a_deputy_acts_within_the_dates_and_the_event_says_for_whom(world: World) -> None:
    story = one_is_done(world)
    named(world, "qian", "handler@A", "zhou")
    with pytest.raises(NotByYou):  # on Monday
        story.then("sign_part", "qian")
    story.at = moment("11-17 09:00")
    assert on_desk(world, "qian", story.at) == {story.number: "zhou"}
    assert on_desk(world, "zhou", story.at) == {story.number: None}
    story.then("sign_part", "qian")
    story.at = moment("11-20 23:00")
    story.then("note", "qian", note="材料已齐", audience="staff", after=0 * HOUR)
    with pytest.raises(NotByYou):  # at midnight the Friday is over
        story.then("report_part", "qian", after=HOUR, result="已督促补缴")
    story.then("report_part", "zhou", result="已督促补缴")
    story.then("report", "wang", answer="已补发工资")
    assert told_for(world, story.number)[-4:] == [
        ("sign_part", "qian", "zhou"),
        ("note", "qian", "zhou"),
        ("report_part", "zhou", None),
        ("report", "wang", None),
    ]
    assert world.parts(story.number) == [
        ("D", "lead", "signed", True), ("A", "support", "done", False), ("B", "support", "done", False),
    ]  # fmt: skip
    world.check()


def test_the_page_names_the_deputy_with_whom_and_until_when(world: World) -> None:
    story = one_is_done(world)
    named(world, "bai", "handler@D", "wang")
    at = moment("11-18 09:00")
    with reading(world.db) as db:
        sheet = sheet_of(db, find(db, story.number), db.get_one(User, world.people["zhao"]), at)
    (desk,) = sheet.desks
    shown = {(seat.name, seat.stands_for, seat.until) for seat in desk.people}
    assert ("bai", "王承办", moment("11-21 00:00")) in shown
    assert ("王承办", None, None) in shown


def test_who_may_act_in_their_own_right_does_so_and_not_for_another(world: World) -> None:
    story = Story(world).up_to("accept")
    named(world, "wu", "handler@D", "wang")
    story.at = moment("11-18 09:00")
    story.then("sign_for", "wu")
    assert told_for(world, story.number)[-1] == ("sign_for", "wu", None)


def test_both_are_at_the_desk_and_the_deputy_alone_once_the_other_is_disabled(world: World) -> None:
    named(world, "qian", "handler@A", "zhou")
    at = moment("11-18 09:00")
    assert seats(world, "handler@A", at) == ["qian", "zhou"]
    disabled(world, "zhou")
    assert seats(world, "handler@A", at) == ["qian"]
    assert seats(world, "handler@A", moment("11-21 09:00")) == []


def test_a_deputy_is_nothing_any_more_when_it_is_ended_or_the_duty_behind_it_is(world: World) -> None:
    named(world, "qian", "handler@A", "zhou")
    named(world, "hai", "reviewer@T", "tang")
    at = moment("11-18 09:00")
    ended(world, "qian", "handler@A", "zhou", at)
    assert seats(world, "handler@A", at) == ["zhou"]
    with pytest.raises(NotFound):
        ended(world, "qian", "handler@A", "zhou", at)
    assert seats(world, "reviewer@T", at) == ["tang", "hai"]
    with transaction(world.db) as db:
        (duty,) = db.exec(select(Duty).where(Duty.user_id == world.people["tang"])).all()
        duty.until_at = at
    assert seats(world, "reviewer@T", at) == ["li", "shuang"]  # of the city: nobody is left in the town


def test_a_deputy_who_is_away_has_a_deputy_up_to_three_links(world: World) -> None:
    for deputy, absent in (("hai", "tang"), ("du", "hai"), ("he", "du")):
        named(world, deputy, "reviewer@T", absent)
    at = moment("11-18 09:00")
    with reading(world.db) as db:
        (held,) = [one for one in duties_of(db, db.get_one(User, world.people["he"]), at) if one.role == "reviewer"]
        assert held.stands_for == world.people["tang"]  # it is the first one's place in the end
        ids = acts_for(db, db.get_one(User, world.people["he"]), at)
        assert ids == {world.people[login] for login in ("he", "du", "hai", "tang")}
    before = world.everything()
    with pytest.raises(BadRequest, match="3"):
        named(world, "guo", "reviewer@T", "he")
    assert world.everything() == before
    story = Story(world, unit="T").up_to("submit")
    story.at = at
    story.then("accept", "he", category="其他", tier="A", lead="G")
    assert told_for(world, story.number)[-1] == ("accept", "he", "tang")
    ended(world, "du", "reviewer@T", "hai", at)  # the chain breaks at its weakest link
    assert seats(world, "reviewer@T", at) == ["tang", "hai"]
    world.check()


def test_a_circle_of_deputies_is_refused_unless_it_never_closes_on_one_day(world: World) -> None:
    named(world, "shuang", "reviewer@C", "li")
    before = world.everything()
    with pytest.raises(BadRequest, match="circle"):
        named(world, "li", "reviewer@C", "shuang")
    assert world.everything() == before
    named(world, "li", "reviewer@C", "shuang", FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=9))
    named(world, "sun", "reviewer@C", "shuang")
    with pytest.raises(BadRequest, match="circle"):
        named(world, "li", "reviewer@C", "sun")


BAD: list[Any] = [
    pytest.param(("li", "reviewer@C", "li"), BadRequest, "own deputy", id="oneself"),
    pytest.param(("zheng", "handler@A", "zhou"), BadRequest, "disabled", id="somebody disabled"),
    pytest.param(("qian", "handler@A", "zhou", FRIDAY, TUESDAY), BadRequest, "before the first", id="reversed"),
    pytest.param(("qian", "handler@A", "zhou", date(2026, 11, 15)), BadRequest, "is past", id="past"),
    pytest.param(("qian", "handler@A", "zhou", TUESDAY, date(2027, 11, 18)), BadRequest, "a year", id="for too long"),
    pytest.param(("qian", "handler@A", "wang"), NotFound, "does not have the duty", id="a duty that is not theirs"),
    pytest.param(("qian", "reviewer@T", "deng"), NotFound, "does not have the duty", id="nobody of the kind"),
    pytest.param(("qian", "king@A", "zhou"), BadRequest, "not role@unit", id="no such duty"),
    pytest.param(("qian", "handler@X", "zhou"), NotFound, "no unit", id="no such unit"),
    pytest.param(("li", "representative@C", "zhang"), BadRequest, "nobody else's", id="a membership"),
    pytest.param(("anquan", "system_admin@C", "xitong"), BadRequest, "three people", id="a second administration"),
    pytest.param(("nobody", "handler@A", "zhou"), NotFound, "nobody with the login", id="somebody unknown"),
]


@pytest.mark.parametrize(("words", "kind", "says"), BAD)
def test_a_deputy_who_cannot_be_is_refused_in_one_sentence(
    world: World, words: tuple[Any, ...], kind: type[Refusal], says: str
) -> None:
    before = world.everything()
    with pytest.raises(kind) as refused:
        named(world, *words)
    assert says in refused.value.en and refused.value.zh.endswith("。")
    assert world.everything() == before


def test_nobody_has_two_deputies_in_one_duty_on_one_day(world: World) -> None:
    named(world, "qian", "handler@A", "zhou")
    with pytest.raises(BadRequest, match="deputy is qian"):
        named(world, "bai", "handler@A", "zhou", FRIDAY, FRIDAY)
    named(world, "bai", "handler@A", "zhou", FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=1))
    assert seats(world, "handler@A", moment("11-21 09:00")) == ["zhou", "bai"]


def test_an_administrator_of_one_kind_has_a_deputy_who_is_none(world: World) -> None:
    named(world, "bai", "system_admin@C", "xitong")
    with pytest.raises(BadRequest, match="three people"):
        named(world, "bai", "audit_admin@C", "shenji")


def test_nobody_judges_the_case_of_whom_they_stand_in_for_in_their_place(world: World) -> None:
    named(world, "hai", "reviewer@T", "tang")
    at = moment("11-18 09:00")
    story = Story(world, unit="T", by="tang", at=at)
    story.then("submit", "tang")
    with pytest.raises(NotByYou):
        story.then("accept", "hai", category="其他", tier="A", lead="G")
    assert on_desk(world, "hai", story.at) == {}
    assert on_desk(world, "li", story.at) == {story.number: None}
    story.then("note", "hai", note="请市总审议")  # whom it is said for would tell who raised it
    assert told_for(world, story.number)[-1] == ("note", "hai", None)
    story.then("accept", "li", category="其他", tier="A", lead="G")
    world.check()


def test_a_desk_that_is_somebodys_by_name_is_their_deputys_and_their_successors(world: World) -> None:
    desk = Post(("reviewer",), world.units["C"], (world.people["li"], world.people["zhao"]))
    at = moment("11-18 09:00")

    def there() -> list[str]:
        with reading(world.db) as db:
            found = [user.login for user in people_at(db, desk, at)[1]]
            for login, number in world.people.items():
                user = db.get_one(User, number)
                mine = acts_for(db, user, at, desk.duties) & set(desk.people) if user.is_active else set()
                assert bool(mine) is (login in found), login
            return found

    assert there() == ["li", "zhao"]
    named(world, "sun", "reviewer@C", "li")
    named(world, "wang", "supervisor@C", "zhao")  # that is another matter
    assert there() == ["li", "zhao", "sun"]
    handed(world, "li", "feng", MONDAY)
    disabled(world, "li")
    assert there() == ["zhao", "sun", "feng"]
    handed(world, "feng", "tang", MONDAY + HOUR)
    assert there() == ["zhao", "sun", "tang"]


def test_buttons_are_offered_to_a_deputy_as_to_the_one_who_is_away(world: World) -> None:
    story = one_is_done(world)
    named(world, "qian", "handler@A", "zhou")
    at = moment("11-18 09:00")
    with reading(world.db) as db:
        case = find(db, story.number)
        offered = [
            {step.action for step in actions_for(db, case, db.get_one(User, world.people[login]), at)}
            for login in ("qian", "zhou")
        ]
    assert offered[0] == offered[1] and "sign_part" in offered[0]


def test_a_deputy_has_the_news_of_the_desk_and_so_has_the_one_who_is_away(world: World) -> None:
    named(world, "qian", "handler@A", "zhou")
    with reading(world.db) as db:
        _, people = people_at(db, Post(HANDLERS, world.units["A"]), moment("11-18 09:00"))
    assert [user.login for user in people] == ["qian", "zhou"]


def test_handling_in_anothers_place_keeps_both_from_verifying(world: World) -> None:
    named(world, "zhao", "handler@D", "wang")
    named(world, "wang", "supervisor@C", "shuang")
    story = Story(world).up_to("accept")
    story.at = moment("11-18 09:00")
    story.then("sign_for", "zhao")
    story.then("report", "wu", answer="已补发")
    for login in ("zhao", "wang"):  # one handled it, for the other
        with pytest.raises(NotNow) as refused:
            story.then("verify", login)
        assert "办理过" in refused.value.zh
    story.then("verify", "shuang")
    world.check()


def test_who_stands_in_by_another_duty_neither_votes_nor_presides_for_a_reviewer(world: World) -> None:
    also(world, "li", "supervisor@C")
    named(world, "qian", "supervisor@C", "li")
    story = in_vote(world)
    story.at = moment("11-18 09:00")
    votes(story, shuang="accept", feng="accept")
    before = world.everything()
    for action, form in (("vote", {"vote": "reject", "reason": "代"}), ("carry", ACCEPTED)):
        with pytest.raises((NotByYou, NotNow)):
            story.then(action, "qian", **form)
    assert world.everything() == before
    named(world, "qian", "reviewer@C", "li")
    story.then("vote", "qian", vote="reject", reason="代")
    world.check()


def test_the_days_begin_and_end_at_midnight_of_the_unit(world: World) -> None:
    told = named(world, "qian", "handler@A", "zhou")
    assert (told["from"], told["until"]) == (moment("11-17 00:00"), moment("11-21 00:00"))
    assert seats(world, "handler@A", moment("11-16 23:59")) == ["zhou"]
    assert seats(world, "handler@A", moment("11-17 00:00")) == ["qian", "zhou"]
