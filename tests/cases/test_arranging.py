"""A new version of a calendar: one act in the record, which everyone counts with from then on."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlmodel import Session, col, select

from cases import calendars
from cases.act import act, find
from cases.arranging import Draft, Tally, UnfitCalendar, added, arranged, is_known, publish
from cases.calendars import Ending, calendar, ending, names
from cases.errors import Stale
from cases.explaining import explain
from cases.record.calendar import CalendarVersion
from cases.record.database import reading, release, transaction
from cases.record.event import Event
from cases.record.people import Unit, User
from cases.settling import is_settled, settle
from cases.sweep import sweep
from cases.verifying import verify_database
from tests.cases.calendar_acts import (
    PUBLISHED_AT,
    WEST,
    YEAR_2027,
    announced,
    foreseen,
    of_2027,
    published,
    waiting,
    west,
)
from tests.cases.test_clocks_rows import moment
from tests.cases.world import HOUR, Story, World
from workflow.arrangement_text import read_arrangement
from workflow.calendar import parse_calendar
from workflow.machine import NotByYou

#: Long enough for another thread to come to the lock that it has to wait for.
MEANWHILE = 0.5


@pytest.fixture
def story(world: World) -> Story:
    """Gives a case that waits ten working days from Monday 28 December."""
    return waiting(world)


def test_the_publication_is_one_event_that_names_who_what_and_how_much(world: World, story: Story) -> None:
    published(world, of_2027, PUBLISHED_AT)
    with reading(world.db) as db:
        row = db.exec(select(CalendarVersion)).one()
        event = db.exec(select(Event).where(Event.action == "publish_calendar")).one()
    assert (row.name, row.version, row.year, row.imported) == ("cn-office", 1, 2027, YEAR_2027)
    assert (row.published_at, row.settled_at) == (PUBLISHED_AT, PUBLISHED_AT)
    told = json.loads(event.data)
    assert (event.actor_id, event.role, event.case_id) == (world.people["xitong"], "administrator", None)
    assert {name: told[name] for name in ("calendar", "version", "year", "moved", "firm", "digest")} == {
        "calendar": "cn-office", "version": 1, "year": 2027, "moved": 1, "firm": 2, "digest": row.digest,
    }  # fmt: skip


def test_who_is_no_administrator_publishes_nothing(world: World, story: Story) -> None:
    for login in ("li", "anquan", "shenji", "sun"):
        with pytest.raises(NotByYou):
            published(world, of_2027, PUBLISHED_AT, by=login)
    with reading(world.db) as db:
        assert not db.exec(select(CalendarVersion)).all()


def test_of_two_who_publish_at_once_the_second_looks_again(world: World) -> None:
    with reading(world.db) as db:
        draft = of_2027(db)
        assert not is_known(db, draft)
    published(world, of_2027, PUBLISHED_AT)
    with pytest.raises(Stale, match="重新预览"), transaction(world.db) as db:
        publish(db, draft, Tally(), by=db.get_one(User, world.people["xitong"]), at=PUBLISHED_AT)
    with reading(world.db) as db:
        assert is_known(db, of_2027(db))


def test_who_counts_with_the_old_version_goes_first_and_is_put_right_like_the_others(
    migrated_postgres_url: str,
) -> None:
    world = World(migrated_postgres_url)
    late = Story(world, at=moment("12-28 03:00")).up_to("report")
    with reading(world.db) as db:
        draft = of_2027(db)

    def publishes() -> None:
        with transaction(world.db) as db:
            publish(db, draft, Tally(), by=db.get_one(User, world.people["xitong"]), at=PUBLISHED_AT)

    with ThreadPoolExecutor(1) as pool:
        with transaction(world.db) as db:
            assert not calendar(db).is_published(2027)
            publishing = pool.submit(publishes)
            sleep(MEANWHILE)
            assert not publishing.done()
            person = db.get_one(User, world.people["zhao"])
            act(db, find(db, late.number), "verify", by=person, at=moment("12-28 08:00"))
        publishing.result()
    assert world.clock(late.number, "state").due_at == moment("2027-01-11 17:30")
    list(settle(world.db, PUBLISHED_AT))
    assert world.clock(late.number, "state").due_at == moment("2027-01-12 17:30")
    world.check()
    release(migrated_postgres_url)


def test_the_sweep_finishes_what_a_killed_administrator_began_before_it_fires_anything(
    world: World, story: Story
) -> None:
    others = [waiting(world) for _ in range(2)]
    announced(world, of_2027, PUBLISHED_AT)
    with reading(world.db) as db:
        assert not is_settled(db)
        assert calendar(db).is_published(2027)
    assert world.clock(story.number, "state").is_provisional
    fired = list(sweep(world.db, moment("2027-01-12 08:00")))
    assert {row.rung for row in fired if row.clock != "case"} == {"remind -2wd"}  # and not "overdue"
    with reading(world.db) as db:
        assert is_settled(db)
    for each in (story, *others):
        assert world.clock(each.number, "state").due_at == moment("2027-01-12 17:30")
    assert list(settle(world.db, PUBLISHED_AT)) == []
    world.check()


def test_settling_goes_on_where_it_stopped(world: World, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [story, *(waiting(world) for _ in range(4))]
    monkeypatch.setattr("cases.reach.BATCH", 2)
    announced(world, of_2027, PUBLISHED_AT)
    assert next(settle(world.db, PUBLISHED_AT)) == 2
    assert [world.clock(each.number, "state").is_provisional for each in stories] == [False] * 2 + [True] * 3
    assert list(settle(world.db, PUBLISHED_AT)) == [2, 1, 0]
    assert [each.case.version for each in stories] == [7] * 5
    world.check()


def in_the_west(world: World) -> Story:
    """Give the town the western calendar and begin a case there."""
    published(world, west, moment("12-01 09:00"))
    with transaction(world.db) as db:
        unit = db.exec(select(Unit).where(Unit.code == "T")).one()
        unit.calendar = "west"
        db.add(unit)
    return Story(world, unit="T", by="qian", at=moment("12-30 11:00"))


def test_a_calendar_of_its_own_has_hours_of_its_own_and_the_holidays_of_the_country(world: World) -> None:
    story = in_the_west(world)
    story.then("submit", "qian")
    clock = world.clock(story.number, "state")
    assert (clock.calendar, clock.limit, clock.is_provisional) == ("west", "3wd", True)
    assert clock.due_at is not None and f"{clock.due_at:%m-%d %H:%M}" == "01-04 14:00"  # 20:00 in Urumqi
    published(world, of_2027, moment("12-31 09:00"))
    clock = world.clock(story.number, "state")
    assert clock.due_at is not None and f"{clock.due_at:%m-%d %H:%M}" == "01-05 14:00"
    assert not clock.is_provisional
    with reading(world.db) as db:
        assert names(db) == ["cn-office", "west"]
        (each,) = [one for one in explain(db, story.case) if one.clock.id == clock.id]
    assert each.days[-1].total_days == 3
    world.check()


def test_other_hours_move_the_clocks_that_run(world: World) -> None:
    story = in_the_west(world)
    story.then("submit", "qian")
    published(world, lambda db: added(db, WEST.replace("20:00", "19:00"), "west.toml"), story.at + HOUR)
    clock = world.clock(story.number, "state")
    assert clock.due_at is not None and f"{clock.due_at:%m-%d %H:%M}" == "01-04 13:00"
    world.check()


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (WEST.replace('"west"', '"the west"'), "the west"),
        (WEST.replace('"cn-office"', '"mars"'), "mars"),
        (WEST.replace('name = "west"', 'name = "far"').replace('"cn-office"', '"west"'), "west"),
        (WEST.replace('name = "west"', 'name = "cn-office"').replace('"cn-office"\n[', '"west"\n['), "west"),
    ],
)
def test_a_calendar_that_does_not_fit_is_refused(world: World, source: str, word: str) -> None:
    published(world, west, moment("12-01 09:00"))
    with pytest.raises(UnfitCalendar, match=word), reading(world.db) as db:
        added(db, source, "bad.toml")


def test_an_arrangement_is_not_imported_into_a_calendar_that_follows_another(world: World) -> None:
    published(world, west, moment("12-01 09:00"))
    with pytest.raises(UnfitCalendar, match="cn-office"), reading(world.db) as db:
        arranged(db, read_arrangement(YEAR_2027), YEAR_2027, "west")


def test_thirty_days_before_the_last_published_year_ends_it_is_said_which_is_missing(world: World) -> None:
    def missing(at: str) -> list[Ending]:
        with reading(world.db) as db:
            return ending(db, moment(at))

    assert missing("12-01 23:59") == []
    assert missing("12-02 00:00") == missing("2027-01-05 00:00") == [Ending("cn-office", 2027)]
    published(world, west, moment("12-02 09:00"))
    assert missing("12-03 00:00") == [Ending("cn-office", 2027)]  # those who follow it are not named
    published(world, of_2027, moment("12-03 09:00"))
    assert missing("12-31 23:00") == []
    assert missing("2027-12-02 00:00") == [Ending("cn-office", 2028)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE calendars SET source = source || ' '", "日历 cn-office v1 的正文被改动"),
        ("DELETE FROM calendars", "所发布的日历 cn-office v1 缺失"),
        ("UPDATE calendars SET version = 2", "所发布的日历 cn-office v1 缺失"),
        ("UPDATE clock_spans SET due_at = NULL WHERE why = 'rearrange'", "时限"),
        ("UPDATE clocks SET due_at = first_due_at WHERE spans = 2", "时限"),
    ],
)
def test_what_is_changed_afterwards_is_found(world: World, story: Story, change: str, says: str) -> None:
    published(world, of_2027, PUBLISHED_AT)
    with transaction(world.db) as db:
        db.connection().exec_driver_sql(change)
    with pytest.raises(Exception, match=says), reading(world.db) as db:
        verify_database(db)


def test_calendars_are_asked_for_once_in_a_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Session] = []
    rows = calendars._VERSIONS.rows

    def counted(db: Session, values: dict[str, object]) -> object:
        asked.append(db)
        return rows(db, values)

    monkeypatch.setattr(calendars._VERSIONS, "rows", counted)
    Story(world).up_to("sign_for")
    assert len(asked) == 4  # raised, submitted, accepted, signed for


def test_the_text_of_a_version_reads_as_the_calendar_that_counts(world: World) -> None:
    published(world, of_2027, PUBLISHED_AT)
    with reading(world.db) as db:
        row = db.exec(select(CalendarVersion).order_by(col(CalendarVersion.id))).one()
        assert parse_calendar(row.source, "kept").hours == calendar(db).hours


def test_other_hours_of_make_up_days_move_the_clocks_of_a_calendar_that_follows(world: World) -> None:
    story = in_the_west(world)
    published(world, of_2027, story.at)
    story.at = moment("2027-01-27 12:00")  # Wednesday; the third working day after it is the make-up Sunday
    story.then("submit", "qian")
    clock = world.clock(story.number, "state")
    assert clock.due_at is not None and f"{clock.due_at:%m-%d %H:%M}" == "01-31 14:00"  # 20:00 in Urumqi

    def with_makeup(db: Session) -> Draft:
        return added(db, WEST + 'makeup = ["09:00-13:00"]\n', "west.toml")

    assert [(row.kind, f"{row.after:%m-%d %H:%M}") for row in foreseen(world, with_makeup)] == [
        ("state", "01-31 07:00")
    ]
    published(world, with_makeup, story.at + HOUR)
    clock = world.clock(story.number, "state")
    assert clock.due_at is not None and f"{clock.due_at:%m-%d %H:%M}" == "01-31 07:00"
    world.check()


def test_after_an_appeal_the_clocks_count_with_the_calendar_of_the_union_above(world: World) -> None:
    story = in_the_west(world)
    story.then("submit", "qian")
    story.then("reject", "tang", reason="不属于受理范围")
    story.then("appeal", "qian", reason="属于受理范围")
    assert {clock.calendar for clock in world.clocks(story.number, running=True)} == {"cn-office"}
    world.check()


def test_what_a_level_takes_over_counts_with_the_calendar_of_its_union(world: World) -> None:
    story = in_the_west(world)
    story.then("submit", "qian")
    list(sweep(world.db, moment("2027-01-08 09:00")))
    story.at = moment("2027-01-08 09:00")
    assert story.case.level
    story.then("acknowledge", "zhao", measure="take_over", reason="提级办理")
    assert story.case.unit_id == world.units["C"]
    clock = world.clock(story.number, "state")
    assert (clock.calendar, clock.due_at) == ("cn-office", moment("2027-01-13 17:30"))
    world.check()
