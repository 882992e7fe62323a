"""The rows of clocks: what runs, what stands still, what is left, worked out by hand for one November."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from cases.queries import exceptions, overdue
from cases.record.clock import Clock, ClockSpan
from cases.record.database import reading
from tests.cases.world import DAY, HOUR, MINUTE, Story, World


def moment(text: str) -> datetime:
    """Read a wall clock time of Shanghai, such as 11-19 17:30, of 2026 unless it says another year."""
    whole = text if text.startswith("20") else f"2026-{text}"
    return datetime.fromisoformat(f"{whole}+08:00").astimezone(UTC)


def spans(world: World, clock: Clock) -> list[tuple[str, datetime, datetime | None, datetime | None]]:
    """Return the stretches of a clock: why it began, from, until, due."""
    with reading(world.db) as db:
        rows = db.exec(select(ClockSpan).where(ClockSpan.clock_id == clock.id).order_by(col(ClockSpan.id)))
        return [(row.why, row.from_at, row.until_at, row.due_at) for row in rows]


def test_a_draft_has_the_clock_of_its_desk_and_none_of_the_whole_case(world: World) -> None:
    story = Story(world)
    (clock,) = world.clocks(story.number)
    assert (clock.kind, clock.state, clock.limit, clock.round) == ("state", "draft", "30d", 1)
    assert clock.due_at == clock.first_due_at == moment("12-16 09:00")
    assert (clock.remaining, clock.stopped_at, clock.spans, clock.is_provisional) == (None, None, 0, False)
    assert story.case.first_due_at is None


def test_each_desk_has_a_clock_of_its_own_and_the_whole_case_keeps_one(world: World) -> None:
    story = Story(world).up_to("sign_for")  # Monday 16 November, 9:00, an hour a step
    assert [(c.kind, c.state, c.limit, c.due_at, c.stopped_at) for c in world.clocks(story.number)] == [
        ("state", "draft", "30d", moment("12-16 09:00"), moment("11-16 10:00")),
        ("state", "in_review", "3wd", moment("11-19 17:30"), moment("11-16 11:00")),
        ("case", None, "90d", moment("2027-02-14 10:00"), None),
        ("state", "assigned", "1wd", moment("11-17 17:30"), moment("11-16 12:00")),
        ("state", "handling", "15wd", moment("12-07 17:30"), None),
    ]


@pytest.mark.parametrize(
    ("tier", "due_at", "is_provisional"),
    [("A", "12-07 17:30", False), ("B", "12-28 17:30", False), ("C", "2027-02-08 17:30", True)],
)
def test_the_tier_sets_the_limit_of_handling_which_is_provisional_beyond_the_published_years(
    world: World, tier: str, due_at: str, is_provisional: bool
) -> None:
    story = Story(world).up_to("submit")
    story.then("accept", "li", category="其他", tier=tier, lead="D")
    story.then("sign_for", "wang")
    clock = world.clock(story.number, "state")
    assert (clock.due_at, clock.is_provisional) == (moment(due_at), is_provisional)
    assert story.case.due_at == clock.due_at


def test_the_clock_of_the_whole_case_stands_still_while_the_submitter_is_asked(world: World) -> None:
    story = Story(world).up_to("submit")
    asked_at = story.at + 2 * DAY + 5 * MINUTE
    story.then("ask_submitter", "li", after=2 * DAY + 5 * MINUTE, reason="缺材料")
    clock = world.clock(story.number, "case")
    assert (clock.due_at, clock.remaining) == (None, f"{88 * 86_400 - 300}s")
    assert story.case.due_at == world.clock(story.number, "state").due_at == moment("11-25 17:30")

    story.then("supplement", "zhang", after=3 * DAY, note="材料")
    clock = world.clock(story.number, "case")
    began, first = moment("11-16 10:00"), moment("2027-02-14 10:00")
    assert (clock.started_at, clock.first_due_at, clock.due_at) == (began, first, first + 3 * DAY)
    assert spans(world, clock) == [
        ("start", began, asked_at, first),
        ("pause", asked_at, asked_at + 3 * DAY, None),
        ("resume", asked_at + 3 * DAY, None, first + 3 * DAY),
    ]
    assert clock.spans == 3


def test_from_one_pausing_state_to_another_the_clock_goes_on_standing_still(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("put_on_account", "zhao", promise="明年", promised_on="2027-03-01")
    before = world.clock(story.number, "case")
    story.then("refer_up", "zhao", after=10 * DAY, summary="需上级协调")
    after = world.clock(story.number, "case")
    assert (after.remaining, after.spans) == (before.remaining, before.spans)
    story.then("reply_from_above", "chen", after=10 * DAY, answer="已协调")
    assert world.clock(story.number, "case").due_at == moment("2027-02-14 10:00") + 20 * DAY


def test_a_clock_that_was_late_when_it_was_paused_is_late_by_as_much_when_it_goes_on(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("put_on_account", "zhao", after=100 * DAY, promise="明年", promised_on="2028-03-01")
    assert world.clock(story.number, "case").remaining == f"-{10 * 86_400 + 2 * 3_600}s"  # since 14 February, 10:00
    case = story.then("take_off_account", "zhao", after=DAY, result="已批")
    assert case.due_at == story.at - 10 * DAY - 2 * HOUR


def test_an_extension_is_a_stretch_of_its_own_on_each_clock(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("request_extension", "wang", reason="取证", extra="3wd")
    story.then("decide_extension", "zhao", approve="yes")
    state, whole = world.clock(story.number, "state"), world.clock(story.number, "case")
    assert [(why, due_at) for why, _, _, due_at in spans(world, state)] == [
        ("start", moment("12-07 17:30")),
        ("extend", moment("12-10 17:30")),
    ]
    assert [(why, due_at) for why, _, _, due_at in spans(world, whole)] == [
        ("start", moment("2027-02-14 10:00")),  # a Sunday, so that the third working day after it is a Wednesday
        ("extend", moment("2027-02-17 17:30")),
    ]
    story.then("report", "wang", answer="已办")
    assert spans(world, state)[-1][2] == story.at  # the stretch ends with its clock
    assert spans(world, whole)[-1][2] is None


@pytest.mark.parametrize("history", ["plain", "extended", "paused"])
def test_at_its_due_moment_a_case_is_not_overdue_and_a_microsecond_later_it_is(world: World, history: str) -> None:
    story = Story(world).up_to("submit" if history == "paused" else "sign_for")
    if history == "extended":
        story.then("request_extension", "wang", reason="需要取证", extra="5wd")
        story.then("decide_extension", "zhao", approve="yes")
    if history == "paused":  # the clock of the whole case has to be the next to fall due
        story.then("ask_submitter", "li", reason="请补充劳动合同")
        story.then("supplement", "zhang", after=3 * DAY, note="见附件")
        story.then("accept", "li", after=89 * DAY, category="工资报酬", tier="A", lead="D")
        story.then("sign_for", "wang")
        assert story.case.due_at == world.clock(story.number, "case").due_at
    with reading(world.db) as db:
        due_at = story.case.due_at
        assert due_at is not None
        assert overdue(db, due_at) == []
        assert [row.number for row in overdue(db, due_at + timedelta(microseconds=1))] == [story.number]


def test_the_nearest_clock_of_a_case_may_be_that_of_the_whole_case(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("transfer", "zhao", after=89 * DAY, lead="A", reason="归人社局")
    case = story.then("sign_for", "zhou")
    assert case.due_at == world.clock(story.number, "case").due_at == moment("2027-02-14 10:00")


def test_a_second_round_and_a_second_life_have_clocks_of_their_own(world: World) -> None:
    story = Story(world).up_to("verify")
    story.then("unsatisfied", "zhang", reason="未解决")
    assert [clock.round for clock in world.clocks(story.number, running=True)] == [1, 2]  # of the case, of the desk
    story.then("report", "wang", answer="再办")
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    assert world.clocks(story.number, running=True) == []
    first_due_at = story.case.first_due_at
    case = story.then("reopen", "zhang", after=5 * DAY, reason="反复")
    assert world.clock(story.number, "case").first_due_at == story.at + 90 * DAY
    assert (case.round, case.first_due_at) == (3, first_due_at)  # the first limit stays on record


def test_no_open_case_waits_in_the_dark(world: World) -> None:
    for law in ("proposal", "grievance"):
        for action in ("submit", "accept", "report", "verify"):
            Story(world, law=law).up_to(action)
    with reading(world.db) as db:
        assert list(exceptions(db)) == []
