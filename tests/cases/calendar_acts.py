"""How tests bring a version of a calendar into a world: as an administrator does, preview first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from cases.arranging import Draft, Tally, added, arranged, preview, publish
from cases.calendars import OFFICE, shipped
from cases.rearranging import Moved
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.settling import settle
from tests.cases.test_clocks_rows import moment
from tests.cases.world import Story, World
from workflow.arrangement_text import read_arrangement
from workflow.calendar_text import written

PUBLISHED_AT = moment("12-30 09:00")
#: A year as it might be arranged: with a bridge day, a spring festival and two make-up days.
YEAR_2027 = """国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、劳动节：5月1日（周六）至5月3日（周一）放假，共3天。
四、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。
"""


def of_2027(db: Session) -> Draft:
    """Draft the office calendar with 2027 in it."""
    return arranged(db, read_arrangement(YEAR_2027), YEAR_2027, OFFICE)


def drafted(world: World, draft: Callable[[Session], Draft]) -> Draft:
    """Return a draft as it is made from what is published now."""
    with reading(world.db) as db:
        return draft(db)


def foreseen(world: World, draft: Callable[[Session], Draft]) -> list[Moved]:
    """Return what a draft would move."""
    with reading(world.db) as db:
        return list(preview(db, draft(db)))


def announced(world: World, draft: Callable[[Session], Draft], at: datetime, by: str = "xitong") -> Tally:
    """Publish a draft and leave the clocks as they are."""
    tally = Tally()
    with reading(world.db) as db:
        drafted = draft(db)
        for _ in tally.counting(preview(db, drafted)):
            pass
    with transaction(world.db) as db:
        publish(db, drafted, tally, by=db.get_one(User, world.people[by]), at=at)
    return tally


def published(world: World, draft: Callable[[Session], Draft], at: datetime, by: str = "xitong") -> Tally:
    """Publish a draft and put the clocks right."""
    tally = announced(world, draft, at, by)
    for _ in settle(world.db, at):
        pass
    return tally


def waiting(world: World) -> Story:
    """Begin a case that waits ten working days from Monday 28 December for its submitter's word."""
    return Story(world, at=moment("12-28 03:00")).up_to("verify")


def without_2027(db: Session) -> Draft:
    """Draft the office calendar as it shipped."""
    return added(db, written(shipped().hours), "again.toml")


WEST = """name = "west"
timezone = "Asia/Urumqi"
holidays = "cn-office"
[week]
mon = ["10:00-14:00", "16:00-20:00"]
tue = ["10:00-14:00", "16:00-20:00"]
wed = ["10:00-14:00", "16:00-20:00"]
thu = ["10:00-14:00", "16:00-20:00"]
fri = ["10:00-14:00", "16:00-20:00"]
"""


def west(db: Session) -> Draft:
    """Draft a calendar with the holidays of the country and hours of its own."""
    return added(db, WEST, "west.toml")
