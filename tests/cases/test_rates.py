"""Each rate has its denominator, and nobody drops out of one without being counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from cases.laws import publish
from cases.rates import rates
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.words import vocabulary
from tests.cases.world import DAY, HOUR, Story, World
from tests.cast import MONDAY, WORKFLOWS
from tests.spreadsheets.records import AT, MAPPING, run, written
from workflow.reading import parse

SINCE, UNTIL = MONDAY - DAY, MONDAY + timedelta(days=365)
IMPORTED = MAPPING.replace('unit = "U"', 'unit = "C"\nwhen_due_missing = "none"')


def closes(world: World, rating: str, *, answered: timedelta = 5 * HOUR, category: str = "工资报酬") -> str:
    """Walk a proposal to a rating and return its number."""
    number = world.raises("zhang", MONDAY)
    world.does(number, "submit", "zhang", MONDAY + HOUR)
    world.does(number, "accept", "li", MONDAY + 2 * HOUR, category=category, tier="A", lead="D")
    world.does(number, "sign_for", "wang", MONDAY + 3 * HOUR)
    world.does(number, "report", "wang", MONDAY + answered, answer="已补发")
    world.does(number, "verify", "zhao", MONDAY + answered + HOUR)
    form: dict[str, Any] = {"reason": "仍未到账"} if rating == "unsatisfied" else {}
    world.does(number, rating, "zhang", MONDAY + answered + 2 * HOUR, **form)
    return number


def counted(world: World) -> dict[str, Any]:
    """Return the one row of rates of the year."""
    with reading(world.db) as db:
        (row,) = rates(db, SINCE, UNTIL)
    return row


def publish_more(world: World, step: str) -> None:
    """Publish the law of proposals with one step more."""
    text = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8").replace("[ladders]", f"{step}\n[ladders]")
    with transaction(world.db) as db:
        publish(db, parse(text, "proposal.toml", vocabulary()), at=MONDAY)


def test_every_closed_case_is_counted_once_and_the_unrated_are_shown(world: World) -> None:
    closes(world, "satisfied")
    closes(world, "satisfied")
    closes(world, "partly_satisfied")
    closes(world, "unsatisfied")  # goes round again and is still open
    silent = world.raises("zhang", MONDAY)
    world.does(silent, "submit", "zhang", MONDAY + HOUR)
    world.does(silent, "accept", "li", MONDAY + 2 * HOUR, category="工资报酬", tier="A", lead="D")
    world.does(silent, "sign_for", "wang", MONDAY + 3 * HOUR)
    world.does(silent, "report", "wang", MONDAY + 4 * HOUR, answer="已补发")
    world.does(silent, "verify", "zhao", MONDAY + 5 * HOUR)
    world.does(silent, "close_unanswered", None, MONDAY + 30 * DAY)
    with reading(world.db) as db:
        (row,) = rates(db, SINCE, UNTIL)
        (city,) = rates(db, SINCE, UNTIL, "unit")
    assert (row["ended"], row["completed"], row["in_time"], row["late"]) == (4, 4, 4, 0)
    assert (row["rated"], row["satisfied"], row["partly_satisfied"], row["unrated"]) == (3, 2, 1, 1)
    assert (row["satisfaction_rate"], row["resolution_rate"]) == (0.6667, 1.0)
    assert (row["due"], row["answered_in_time"]) == (5, 5)
    assert (city["key"], city["ended"]) == ("D", 4)


def test_an_answer_after_the_limit_is_late_and_one_within_a_granted_extension_stands_apart(world: World) -> None:
    closes(world, "satisfied", answered=100 * DAY)
    number = world.raises("zhang", MONDAY)
    world.does(number, "submit", "zhang", MONDAY + HOUR)
    world.does(number, "accept", "li", MONDAY + 2 * HOUR, category="工资报酬", tier="A", lead="D")
    world.does(number, "sign_for", "wang", MONDAY + 3 * HOUR)
    world.does(number, "request_extension", "wang", MONDAY + 4 * HOUR, reason="需专家论证", extra="30d")
    world.does(number, "decide_extension", "sun", MONDAY + 5 * HOUR, approve="yes")
    world.does(number, "report", "wang", MONDAY + 100 * DAY, answer="已建成")
    world.does(number, "verify", "zhao", MONDAY + 101 * DAY)
    world.does(number, "satisfied", "zhang", MONDAY + 102 * DAY)
    with reading(world.db) as db:
        (row,) = rates(db, SINCE, UNTIL)
    assert (row["in_time"], row["after_extension"], row["late"]) == (0, 1, 1)


def test_an_empty_period_has_zeros_and_no_rates(world: World) -> None:
    with reading(world.db) as db:
        (row,) = rates(db, SINCE - 800 * DAY, SINCE - 700 * DAY)
    assert row["ended"] == 0
    assert row["satisfaction_rate"] is None


def test_a_late_answer_stays_late_when_the_case_is_reopened(world: World) -> None:
    number = closes(world, "satisfied", answered=100 * DAY)
    reopened = MONDAY + 110 * DAY
    world.does(number, "reopen", "zhang", reopened, reason="问题又出现了")
    world.does(number, "request_extension", "wang", reopened + HOUR, reason="需专家论证", extra="30d")
    world.does(number, "decide_extension", "sun", reopened + 2 * HOUR, approve="yes")
    world.does(number, "report", "wang", reopened + DAY, answer="已补发")
    world.does(number, "verify", "zhao", reopened + 2 * DAY)
    world.does(number, "satisfied", "zhang", reopened + 3 * DAY)
    row = counted(world)
    assert (row["due"], row["answered_in_time"]) == (1, 0)
    assert (row["completed"], row["in_time"], row["after_extension"], row["late"]) == (1, 0, 0, 1)


def test_an_answer_in_time_stays_in_time_however_long_others_take_afterwards(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", after=80 * DAY, answer="已补发")
    story.then("verify", "zhao", after=40 * DAY)  # the limit of the whole case passes meanwhile
    story.then("satisfied", "zhang", after=20 * DAY)
    row = counted(world)
    assert (row["due"], row["answered_in_time"]) == (1, 1)
    assert (row["in_time"], row["after_extension"], row["late"]) == (1, 0, 0)


def test_what_stood_still_before_the_answer_is_added_to_its_limit(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("put_on_account", "zhao", promise="明年预算解决", promised_on="2027-03-01")
    story.then("take_off_account", "zhao", after=25 * DAY, result="预算已批")
    story.then("report", "wang", after=80 * DAY, answer="已补发")
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    row = counted(world)
    assert (row["answered_in_time"], row["in_time"], row["late"]) == (1, 1, 0)


@pytest.mark.parametrize(("on_account_after", "timeliness"), [(10 * DAY, "in_time"), (100 * DAY, "late")])
def test_an_answer_while_the_clock_stands_still_is_as_late_as_the_clock_was_when_it_stopped(
    world: World, on_account_after: timedelta, timeliness: str
) -> None:
    publish_more(
        world,
        '[[steps]]\naction = "tell"\nlabel = "先行答复"\nlabel_en = "Tell"\nfrom = "on_account"\n'
        'by = "supervisor"\nneeds = ["answer"]\ndoes = ["answer"]\n',
    )
    story = Story(world).up_to("sign_for")
    story.then("put_on_account", "zhao", after=on_account_after, promise="明年预算解决", promised_on="2028-03-01")
    story.then("tell", "zhao", after=100 * DAY, answer="已列入预算")
    story.then("take_off_account", "zhao", result="预算已批")
    story.then("report", "wang", answer="已补发")
    story.then("verify", "zhao")
    story.then("satisfied", "zhang")
    row = counted(world)
    assert (row["completed"], row[timeliness], row["in_time"] + row["late"]) == (1, 1, 1)


def test_what_was_withdrawn_merged_or_rejected_is_nobodys_failure_and_is_counted_apart(world: World) -> None:
    going_on = Story(world).up_to("submit")
    Story(world).up_to("submit").then("withdraw", "zhang")
    Story(world).up_to("submit").then("reject", "li", reason="不属于受理范围")
    Story(world).up_to("submit").then("merge", "li", into=going_on.number)
    Story(world, law="grievance").up_to("accept").then("withdraw", "zhang")
    closes(world, "satisfied")
    row = counted(world)
    assert row["not_handled"] == 4
    assert (row["ended"], row["completed"], row["completion_rate"]) == (1, 1, 1.0)
    assert (row["due"], row["answered_in_time"]) == (2, 1)  # the one that is closed and the one that goes on
    assert (row["rated"], row["unrated"]) == (1, 0)

    appealed = Story(world).up_to("submit")
    appealed.then("reject", "li", reason="不属于受理范围")
    appealed.then("appeal", "zhang", reason="属于受理范围")
    assert (counted(world)["not_handled"], counted(world)["due"]) == (4, 3)


def test_a_rating_counts_for_the_round_in_which_it_was_given(world: World) -> None:
    def goes_on(number: str, at: datetime, end: str) -> None:
        world.does(number, "report", "wang", at, answer="再次办理")
        world.does(number, "verify", "zhao", at + HOUR)
        by = None if end == "close_unanswered" else "zhang"
        world.does(number, end, by, at + 30 * DAY)

    goes_on(closes(world, "unsatisfied"), MONDAY + DAY, "close_unanswered")
    reopened = closes(world, "satisfied")
    world.does(reopened, "reopen", "zhang", MONDAY + DAY, reason="问题又出现了")
    goes_on(reopened, MONDAY + 2 * DAY, "close_unanswered")
    goes_on(closes(world, "unsatisfied"), MONDAY + DAY, "satisfied")
    row = counted(world)
    assert (row["ended"], row["rated"], row["unrated"]) == (3, 1, 2)
    assert (row["satisfied"], row["unsatisfied"], row["satisfaction_rate"]) == (1, 0, 1.0)


def test_a_rating_that_is_given_again_and_ends_the_case_counts_though_it_changes_nothing(world: World) -> None:
    publish_more(
        world,
        '[[steps]]\naction = "still_unsatisfied"\nlabel = "仍不满意"\nlabel_en = "Still unsatisfied"\n'
        'from = "awaiting_feedback"\nto = "closed"\nby = "submitter"\nneeds = ["rating"]\n'
        'preset = { rating = "unsatisfied" }\ndoes = ["end_assignments"]\n',
    )
    story = Story(world).up_to("verify")
    story.then("unsatisfied", "zhang", reason="仍未到账")
    story.then("report", "wang", answer="再次办理")
    story.then("verify", "zhao")
    story.then("still_unsatisfied", "zhang")
    row = counted(world)
    assert (row["rated"], row["unsatisfied"], row["unrated"]) == (1, 1, 0)


def test_imported_cases_count_by_the_limit_of_their_source_and_the_unknown_stay_excluded(
    world: World, tmp_path: Path
) -> None:
    mapping = (
        IMPORTED + 'answered_at = "answered"\ndue_at = "due"\nstatus = "s"\nrating = "r"\n[status]\nPaid = "closed"\n'
    )
    header = ["id", "title", "text", "opened", "closed", "answered", "due", "s", "r"]
    rows = [
        ["1", "按期", "", "2026/3/1", "2026/3/20", "2026/3/9", "2026/3/10", "Paid", "满意"],
        ["2", "超期", "", "2026/3/1", "2026/3/20", "2026/3/12", "2026/3/10", "Paid", ""],
        ["3", "无期", "", "2026/3/1", "2026/3/20", "2026/3/12", "", "Paid", ""],
        ["4", "不明", "", "2026/3/1", "", "", "", "Paid", ""],
        ["5", "未答", "", "2026/3/1", "2026/3/20", "", "2026/3/10", "Paid", "不满意"],
    ]
    outcome, _ = run(world.url, written(tmp_path / "a.csv", [header, *rows]), mapping)
    assert outcome.imported == 5
    with reading(world.db) as db:
        number = db.exec(select(Case.number).where(Case.title == "不明")).one()
    world.does(number, "note", "zhao", AT + DAY, note="查无卷宗")  # the closing is no longer the last event
    with reading(world.db) as db:
        (row,) = rates(db, AT - 365 * DAY, AT + 365 * DAY)
    assert (row["excluded"], row["ended"], row["completed"]) == (1, 4, 3)
    assert (row["in_time"], row["after_extension"], row["late"], row["without_limit"]) == (1, 0, 1, 1)
    assert (row["due"], row["answered_in_time"]) == (3, 1)
    assert (row["satisfied"], row["unsatisfied"], row["unrated"]) == (1, 1, 2)  # every one that ended is in one of them
