"""What one has just sent on is taken back while nobody has acted on it, and gives nobody time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.act import find
from cases.explaining import explain
from cases.queries import overdue
from cases.record.database import reading
from cases.timeline import as_of
from tests.cases.calendar_acts import announced, of_2027
from tests.cases.departments import of_parts, status, three_departments
from tests.cases.test_ladders import moment, short, swept
from tests.cases.voices import neighbours
from tests.cases.world import DAY, HOUR, MINUTE, Story, World
from tests.cast import MONDAY
from workflow.machine import NotByYou, NotFromHere, NotNow


def limit_of(world: World, story: Story) -> tuple[object, ...]:
    """Return the desk's running clock: of which state, since when, until when."""
    clock = world.clock(story.number, "state")
    return clock.state, clock.started_at, clock.first_due_at, clock.due_at


def test_the_submitter_takes_a_case_back_and_sends_it_again(world: World) -> None:
    story = Story(world)
    before, submitted = limit_of(world, story), MONDAY + HOUR
    story.then("submit", "zhang")
    whole = world.clock(story.number, "case").due_at
    story.then("recall", "zhang")
    assert (story.case.state, limit_of(world, story)) == ("draft", before)
    story.then("submit", "zhang")
    assert story.case.submitted_at == submitted
    assert world.clock(story.number, "case").due_at == whole  # the limit of the whole case is never begun anew
    world.check()


def test_a_reviewer_takes_an_assignment_back_and_every_part_and_clock_ends(world: World) -> None:
    story = Story(world).up_to("submit")
    before = limit_of(world, story)
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "B"])
    story.then("recall", "li")
    assert (story.case.state, story.case.lead_id, limit_of(world, story)) == ("in_review", None, before)
    assert (status(world, story), of_parts(world, story)) == ({}, {})
    story.then("accept", "li", category="工资报酬", tier="A", lead="D")  # the same lead may be named again
    assert status(world, story) == {"D": "offered"}
    world.check()


def test_a_department_takes_its_report_back_with_what_it_had_of_its_limit(world: World) -> None:
    story = Story(world).up_to("sign_for")
    before = limit_of(world, story)
    answered = story.then("report", "wang", answer="已补发工资", after=3 * DAY)
    assert answered.answered_at is not None
    story.then("recall", "wang", after=2 * DAY)
    assert (story.case.state, limit_of(world, story)) == ("handling", before)
    assert story.case.answered_at is None  # an answer that was taken back was none
    assert story.case.due_at == before[-1]
    story.then("report", "wang", answer="已补发工资和利息")
    story.then("verify", "zhao")
    world.check()


def test_a_supervisor_takes_a_verdict_back_and_the_clock_of_the_case_goes_on(world: World) -> None:
    story = Story(world).up_to("report")
    before = limit_of(world, story)
    story.then("verify", "zhao")
    assert world.clock(story.number, "case").due_at is None  # it stands still while the submitter is asked
    story.then("recall", "zhao")
    assert (story.case.state, limit_of(world, story)) == ("verifying", before)
    assert world.clock(story.number, "case").due_at is not None
    world.check()


def test_it_is_taken_back_once_and_only_by_who_sent_it(world: World) -> None:
    story = Story(world).up_to("report")
    before = world.everything()
    with pytest.raises(NotNow, match="最近一步不是您办的"):
        story.then("recall", "wu")  # of the same department, but it was wang
    with pytest.raises(NotByYou):
        story.then("recall", "zhao")
    assert world.everything() == before
    story.then("recall", "wang")
    with pytest.raises(NotFromHere):
        story.then("recall", "wang")


def test_nothing_is_taken_back_once_somebody_has_acted(world: World) -> None:
    story = Story(world).up_to("report")
    story.then("note", "wang", note="补充说明")  # one's own note changes nothing
    story.then("note", "zhao", note="正在核验")
    before = world.everything()
    with pytest.raises(NotNow, match="已有人接着办理"):
        story.then("recall", "wang")
    assert world.everything() == before


def test_a_department_that_signed_is_somebody_who_acted(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "B"])
    story.then("sign_part", "bai")
    with pytest.raises(NotNow, match="已有人接着办理"):
        story.then("recall", "li")
    assert status(world, story) == {"D": "offered", "A": "offered", "B": "signed"}


def test_the_ladder_is_nobody_who_acts(world: World) -> None:
    story = Story(world).up_to("report")
    swept(world, moment("11-20 18:00"), since=story.at)
    story.at = moment("11-20 18:00")
    story.then("recall", "wang")
    assert story.case.state == "handling"
    world.check()


def test_what_came_another_way_is_not_taken_back(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("ask_submitter", "li", reason="请补充")
    story.then("supplement", "zhang", note="已补充")
    with pytest.raises(NotNow, match="不能撤回"):
        story.then("recall", "zhang")  # it would go to a draft, where it did not come from
    assert story.case.state == "in_review"


def test_departments_and_their_clocks_go_on_while_a_report_is_taken_back(world: World) -> None:
    story = three_departments(world)
    story.then("waive_part", "zhao", part="A", reason="不需要了")
    story.then("report_part", "bai", result="完成")
    story.then("report", "wang", answer="已补发工资")
    story.then("recall", "wang")
    assert status(world, story) == {"D": "signed"}
    again = three_departments(world)
    parts, clocks = status(world, again), of_parts(world, again)
    with pytest.raises(NotFromHere):
        again.then("recall", "wang")
    assert (status(world, again), of_parts(world, again)) == (parts, clocks)
    world.check()


def test_sending_to_and_fro_gives_no_time(world: World) -> None:
    story = Story(world).up_to("sign_for")
    before = limit_of(world, story)
    for _ in range(5):
        story.then("report", "wang", answer="已补发工资", after=DAY)
        story.then("recall", "wang", after=DAY)
    assert limit_of(world, story) == before
    world.check()


def test_rungs_that_passed_meanwhile_are_not_made_up_for_and_the_last_one_never_is_silent(world: World) -> None:
    story = Story(world).up_to("sign_for")
    due = world.clock(story.number, "state").due_at
    assert due is not None
    story.at = due - 4 * DAY
    swept(world, story.at, since=MONDAY)
    story.then("report", "wang", answer="已补发工资", after=0 * DAY)
    story.at = due + 30 * DAY
    story.then("recall", "wang", after=0 * DAY)
    fired = swept(world, story.at + MINUTE, since=story.at)
    assert [row[1] for row in short(fired, world) if row[0] == "handling"] == ["climb +5wd"]
    world.check()


def test_what_was_overdue_while_it_lay_elsewhere_stays_known(world: World) -> None:
    story = Story(world).up_to("sign_for")
    due = world.clock(story.number, "state").due_at
    assert due is not None
    story.at = due - HOUR
    story.then("report", "wang", answer="已补发工资", after=0 * DAY)
    story.then("recall", "wang", after=2 * DAY)
    with reading(world.db) as db:
        late = [row.due_at for row in overdue(db, due + DAY)]  # it lay with the supervisor then
        assert as_of(db, story.case.id or 0, due + DAY)["state"] == "verifying"
        assert late == []
        assert [row.due_at for row in overdue(db, due + 2 * DAY)] == [due]


def test_the_clock_is_explained_from_its_beginning(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("report", "wang", answer="已补发工资", after=3 * DAY)
    story.then("recall", "wang", after=DAY)
    with reading(world.db) as db:
        (told,) = [one for one in explain(db, find(db, story.number)) if one.clock.state == "handling"]
    assert [stretch.why for stretch in told.stretches] == ["start", "away", "back"]
    assert told.days[-1].total_days == 15
    assert told.clock.stopped_at is None


def test_a_year_published_meanwhile_counts_for_the_clock_that_runs_on(world: World) -> None:
    story = Story(world)
    story.at = moment("12-22 09:00")
    story.up_to("sign_for")
    assert world.clock(story.number, "state").is_provisional
    story.then("report", "wang", answer="已补发工资")
    announced(world, of_2027, story.at)
    swept(world, story.at + MINUTE, since=story.at)
    story.then("recall", "wang", after=timedelta(hours=1))
    clock = world.clock(story.number, "state")
    assert not clock.is_provisional
    world.check()


def test_neither_a_voice_for_the_case_nor_a_copy_is_somebody_who_acted(world: World) -> None:
    (login,) = neighbours(world, 1)
    story = Story(world).up_to("submit")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D")
    story.then("endorse", login)
    story.then("copy_to", "zhao", person="sun")
    story.then("watch", "chen")
    assert story.then("recall", "li").state == "in_review"
    world.check()
