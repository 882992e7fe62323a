"""To see who raised a case: a reason, a second person, ten minutes, five a day, and a row before anything is shown."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from cases import revealing
from cases.act import find
from cases.errors import InvalidFields, NotFound
from cases.record.database import reading, transaction
from cases.record.event import Event
from cases.record.people import User
from cases.record.vault import Reveal
from cases.revealing import NotRevealed
from tests.cases.absences import named
from tests.cases.world import DAY, HOUR, MINUTE, Story, World

BECAUSE = "须电话核实工资数额"


def person(db: Any, world: World, login: str) -> User:
    found = db.get_one(User, world.people[login])
    assert isinstance(found, User)
    return found


def asked(world: World, story: Story, by: str, reason: str = BECAUSE) -> int:
    with transaction(world.db) as db:
        row = revealing.ask(db, find(db, story.number), reason, by=person(db, world, by), at=story.at)
        return row.id or 0


def agreed(world: World, story: Story, row_id: int, by: str, *, is_allowed: bool = True) -> None:
    with transaction(world.db) as db:
        case = find(db, story.number)
        revealing.agree(db, case, row_id, by=person(db, world, by), at=story.at, is_allowed=is_allowed)


def shown(world: World, story: Story, row_id: int, by: str) -> dict[str, str]:
    """Announce and commit, then open, as the page does."""
    with transaction(world.db) as db:
        row = revealing.announce(db, find(db, story.number), row_id, by=person(db, world, by), at=story.at)
    with reading(world.db) as db:
        return revealing.shown(db, find(db, story.number), row)


def actions(world: World, story: Story) -> list[str]:
    with reading(world.db) as db:
        rows = select(Event.action).where(Event.case_id == story.case.id).order_by(col(Event.version))
        return list(db.exec(rows))


def test_a_second_person_agrees_and_the_record_tells_of_it_before_the_name_is_shown(world: World) -> None:
    story = Story(world).up_to("sign_for")
    row_id = asked(world, story, "wang")
    with pytest.raises(NotRevealed, match="尚未获同意"):
        shown(world, story, row_id, "wang")
    agreed(world, story, row_id, "zhao")
    assert shown(world, story, row_id, "wang")["name"] == "张代表"
    assert actions(world, story)[-3:] == ["ask_reveal", "agree_reveal", "reveal"]
    world.check()


def test_what_was_agreed_to_is_good_for_ten_minutes_and_for_the_one_who_asked(world: World) -> None:
    story = Story(world).up_to("sign_for")
    row_id = asked(world, story, "wang")
    agreed(world, story, row_id, "zhao")
    with pytest.raises(NotFound):
        shown(world, story, row_id, "zhao")
    story.at += timedelta(minutes=10)
    shown(world, story, row_id, "wang")
    story.at += MINUTE
    with pytest.raises(NotRevealed, match="已超过 10 分钟"):
        shown(world, story, row_id, "wang")


@pytest.mark.parametrize("by", ["wang", "wu", "zhang", "tang"])
def test_nobody_is_their_own_second_person_nor_is_anyone_who_does_not_oversee_the_case(world: World, by: str) -> None:
    story = Story(world).up_to("sign_for")
    row_id = asked(world, story, "wang")
    with pytest.raises(NotRevealed, match="另一位"):
        agreed(world, story, row_id, by)


def test_a_deputy_is_no_second_person_for_whom_they_stand_in(world: World) -> None:
    named(world, "zhao", "handler@D", "wang")
    story = Story(world).up_to("sign_for")
    story.at += DAY
    row_id = asked(world, story, "wang")
    with pytest.raises(NotRevealed, match="另一位"):
        agreed(world, story, row_id, "zhao")
    agreed(world, story, row_id, "shuang")


def test_what_was_declined_or_forgotten_for_days_is_not_agreed_to_any_more(world: World) -> None:
    story = Story(world).up_to("sign_for")
    row_id = asked(world, story, "wang")
    agreed(world, story, row_id, "zhao", is_allowed=False)
    with pytest.raises(NotRevealed, match="已处理"):
        agreed(world, story, row_id, "zhao")
    again = asked(world, story, "wang")
    story.at += 4 * DAY
    with pytest.raises(NotRevealed, match="已失效"):
        agreed(world, story, again, "zhao")


def test_a_reason_is_required_and_one_request_at_a_time(world: World) -> None:
    story = Story(world).up_to("sign_for")
    with pytest.raises(InvalidFields, match="理由"):
        asked(world, story, "wang", "  ")
    asked(world, story, "wang")
    with pytest.raises(NotRevealed, match="已申请过"):
        asked(world, story, "wang")
    with pytest.raises(NotRevealed, match="不办理本案"):
        asked(world, story, "zhou")


def test_nobody_sees_more_than_five_identities_a_day(world: World) -> None:
    for number in range(6):
        story = Story(world).up_to("sign_for")
        story.at += HOUR + number * MINUTE
        row_id = asked(world, story, "wang")
        agreed(world, story, row_id, "zhao")
        if number < 5:
            shown(world, story, row_id, "wang")
        else:
            with pytest.raises(NotRevealed, match="每天最多"):
                shown(world, story, row_id, "wang")


def test_who_wants_to_be_named_is_shown_without_a_second_person_and_all_the_same_on_record(world: World) -> None:
    story = Story(world, identity="named").up_to("sign_for")
    row_id = asked(world, story, "wang")
    assert shown(world, story, row_id, "wang")["name"] == "张代表"
    assert actions(world, story)[-1] == "reveal"


def test_there_is_nobody_to_be_shown_in_an_anonymous_case(world: World) -> None:
    story = Story(world, identity="anonymous").up_to("sign_for")
    with pytest.raises(NotRevealed, match="没有可以查看的身份"):
        asked(world, story, "wang")


def test_in_any_order_and_with_any_cut_nothing_is_shown_without_a_row(world: World) -> None:
    """Ask, agree, announce and open in any order, with the process dying between: who has read left a row."""
    dice = random.Random(seed := random.SystemRandom().randrange(10**9))
    print(f"seed {seed}")
    story = Story(world).up_to("sign_for")
    read = 0
    row_id = 0
    row: Reveal | None = None
    for _ in range(150):
        step, login = dice.choice(("ask", "agree", "announce", "open")), dice.choice(("wang", "wu", "zhao", "shuang"))
        story.at += timedelta(minutes=dice.choice((0, 1, 12)))
        is_cut = dice.random() < 0.3
        try:
            with transaction(world.db) as db:
                case, by = find(db, story.number), person(db, world, login)
                if step == "ask":
                    row_id = revealing.ask(db, case, BECAUSE, by=by, at=story.at).id or 0
                elif step == "agree":
                    revealing.agree(db, case, row_id, by=by, at=story.at)
                elif step == "announce":
                    row = revealing.announce(db, case, row_id, by=by, at=story.at)
                elif row is not None:
                    revealing.shown(db, case, row)
                    read, row = read + 1, None  # the page is made once
                if is_cut and step != "open":
                    raise KeyboardInterrupt
        except (NotRevealed, NotFound, KeyboardInterrupt):
            continue
    with reading(world.db) as db:
        told = db.exec(select(func.count()).where(Event.action == "reveal")).one()
    assert told >= read
    world.check()
