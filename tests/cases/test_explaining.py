"""Each clock is explained day by day, through pauses and extensions, up to the day of its due moment."""

from __future__ import annotations

from cases.calendars import shipped
from cases.explaining import Explanation, explain, stretches_of
from cases.laws import migrate_cases, publish
from cases.record.clock import Clock, ClockSpan
from cases.record.database import reading, transaction
from cases.sweep import sweep
from cases.words import vocabulary
from tests.cases.test_clocks_rows import moment
from tests.cases.test_laws import SOURCE
from tests.cases.world import DAY, HOUR, MINUTE, Story, World
from tests.cast import MONDAY
from workflow.calendar import Day
from workflow.limits import Limit
from workflow.reading import parse


def explained(world: World, number: str) -> list[Explanation]:
    with reading(world.db) as db:
        return explain(db, world.case(number))


def one(world: World, number: str, kind: str) -> Explanation:
    """Return the explanation of the one clock of a kind that has not stopped."""
    (found,) = [each for each in explained(world, number) if each.clock.kind == kind and not each.clock.stopped_at]
    return found


def due_day(each: Explanation) -> str:
    assert each.clock.due_at is not None
    return each.clock.due_at.astimezone(shipped(each.clock.calendar).zone).date().isoformat()


def words(days: list[Day]) -> list[tuple[str, str, bool]]:
    return [(f"{day.date:%m-%d}", day.zh, day.is_counted) for day in days]


def test_every_clock_that_a_case_has_had_is_explained_up_to_the_day_it_was_due(world: World) -> None:
    story = Story(world).up_to("report")
    found = explained(world, story.number)
    assert [each.clock.state for each in found] == ["draft", "in_review", None, "assigned", "handling", "verifying"]
    assert sum(each.clock.stopped_at is not None for each in found) == 4
    for each in found:
        assert each.days[-1].date.isoformat() == due_day(each)
        assert each.days[-1].is_counted


def test_a_pause_is_named_day_by_day_and_the_rest_of_the_limit_after_it(world: World) -> None:
    story = Story(world).up_to("submit")  # Monday 16 November, 10:00
    story.then("ask_submitter", "li", after=2 * DAY, reason="缺材料")
    story.then("supplement", "zhang", after=2 * DAY, note="材料")
    each = one(world, story.number, "case")
    ran, paused, rest = each.stretches
    assert [day[0] for day in words(ran.days)] == ["11-16", "11-17", "11-18"]
    assert words(paused.days) == [("11-18", "暂停", False), ("11-19", "暂停", False), ("11-20", "暂停", False)]
    assert (paused.days[0].en, paused.due_at) == ("paused", None)
    assert rest.days[0].date.isoformat() == "2026-11-20"
    assert each.days[-1].date.isoformat() == due_day(each) == "2027-02-16"
    assert each.days[-1].total_minutes == sum(day.minutes for day in each.days) == 90 * 24 * 60


def test_a_clock_that_stands_still_names_the_day_it_stopped_at(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("ask_submitter", "li", after=DAY, reason="缺材料")
    each = one(world, story.number, "case")
    assert each.clock.due_at is None
    assert words(each.days)[-1] == ("11-17", "暂停", False)


def test_an_extension_is_counted_from_the_due_moment_that_stood(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", reason="取证", extra="3wd")
    story.then("decide_extension", "zhao", approve="yes")
    each = one(world, story.number, "state")
    first, extra = each.stretches
    assert first.days[-1].date.isoformat() == "2026-12-07"
    assert words(extra.days) == [
        ("12-07", "起始日不计", False),
        ("12-08", "工作日", True),
        ("12-09", "工作日", True),
        ("12-10", "工作日", True),
    ]
    assert due_day(each) == "2026-12-10"
    assert each.days[-1].total_days == 18


def test_a_pause_after_an_extension_cuts_both(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", reason="取证", extra="10d")
    story.then("decide_extension", "zhao", approve="yes")
    story.then("put_on_account", "zhao", after=3 * DAY, promise="明年", promised_on="2027-03-01")
    story.then("take_off_account", "zhao", after=10 * DAY, result="已批")
    each = one(world, story.number, "case")
    assert [len(stretch.days) > 0 for stretch in each.stretches] == [True, False, True, True]
    assert each.days[-1].date.isoformat() == due_day(each)
    assert each.days[-1].total_minutes == 100 * 24 * 60


def test_a_clock_that_was_late_when_it_was_paused_still_ends_with_its_due_day(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("put_on_account", "zhao", after=100 * DAY, promise="明年", promised_on="2028-03-01")
    story.then("take_off_account", "zhao", after=DAY, result="已批")
    each = one(world, story.number, "case")
    assert each.days[-1].date.isoformat() == due_day(each)
    assert each.days[-1].zh == "恢复时已逾期"
    assert words(each.stretches[1].days) == [("02-24", "暂停", False), ("02-25", "暂停", False)]


def test_working_time_before_and_after_a_pause_makes_up_the_limit() -> None:
    office, start, limit = shipped(), moment("11-16 10:00"), Limit.parse("16wh")
    due_at = office.due(start, limit).at
    for waits in (MINUTE, HOUR, 5 * HOUR, DAY, DAY + 7 * HOUR):
        goes_on = start + waits + 3 * DAY
        again = office.resume(goes_on, office.remaining(start + waits, due_at, limit), limit).at
        clock = Clock(
            case_id=1, kind="case", limit="16wh", calendar="cn-office", started_at=start, first_due_at=due_at,
            due_at=again, spans=3,
        )  # fmt: skip
        spans = [
            ClockSpan(clock_id=1, why="start", from_at=start, until_at=start + waits, due_at=due_at),
            ClockSpan(clock_id=1, why="pause", from_at=start + waits, until_at=goes_on),
            ClockSpan(clock_id=1, why="resume", from_at=goes_on, due_at=again),
        ]
        days = [day for stretch in stretches_of(office, clock, spans, []) for day in stretch.days]
        assert sum(day.minutes for day in days) == 16 * 60
        assert days[-1].date == again.astimezone(office.zone).date()


def test_a_clock_is_explained_by_the_law_that_began_it_also_when_its_state_is_gone(world: World) -> None:
    story = Story(world).up_to("accept")
    list(sweep(world.db, moment("11-17 18:00")))  # reminded and overdue
    story.at = moment("11-17 18:10")
    story.then("sign_for", "wang")
    before = explained(world, story.number)
    renamed = SOURCE.replace("assigned           = {", "appointed          = {").replace('"assigned"', '"appointed"')
    renamed = renamed.replace('label = "办理中"', 'label = "正在办理"')
    assert renamed.count("appointed") > 5 and "正在办理" in renamed
    with transaction(world.db) as db:
        publish(db, parse(renamed, "v2", vocabulary()), at=MONDAY)
        (row,) = migrate_cases(db, "proposal", 2, at=story.at + HOUR)
    assert row[4]
    after = explained(world, story.number)
    assert [(one.zh, one.law, one.rungs) for one in after] == [(one.zh, one.law, one.rungs) for one in before]
    story.at += HOUR
    story.then("report", "wang", answer="已补发工资")
    laws = {one.clock.state or "": one.law for one in explained(world, story.number)}
    assert laws == {
        "draft": "proposal v1", "in_review": "proposal v1", "": "proposal v1", "assigned": "proposal v1",
        "handling": "proposal v1", "verifying": "proposal v2",
    }  # fmt: skip


def test_a_state_that_no_law_knows_is_called_by_its_name(world: World) -> None:
    story = Story(world).up_to("accept")
    with transaction(world.db) as db:
        clock = db.merge(world.clock(story.number, "state"))
        clock.state = "elsewhere"
    (found,) = [one for one in explained(world, story.number) if one.clock.id == clock.id]
    assert (found.zh, found.en, found.rungs) == ("「elsewhere」", "elsewhere", [])
