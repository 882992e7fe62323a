"""What becomes of a case: each test is the story of one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cases.capabilities.promises import promises_of
from cases.record.database import reading
from tests.cases.world import DAY, HOUR, Story, Turn, World
from workflow.machine import NotByYou, NotFromHere, NotNow


def test_a_proposal_goes_through_its_five_stages_and_is_closed_by_the_one_who_raised_it(world: World) -> None:
    story = Story(world)
    stages = [story.case.stage]
    road: tuple[Turn, ...] = (
        ("submit", "zhang", {}),
        ("accept", "li", {"category": "工资报酬", "tier": "A", "lead": "D", "support": "A"}),
        ("sign_for", "wang", {}),
        ("sign_part", "zhou", {}),
        ("report_part", "zhou", {"result": "已督促单位补缴"}),
        ("report", "wang", {"answer": "已补发工资"}),
        ("verify", "zhao", {}),
        ("satisfied", "zhang", {}),
    )
    for step, by, form in road:
        stages.append(story.then(step, by, **form).stage)

    case = story.case
    assert stages == ["submit", "review", *["handle"] * 4, "supervise", "feedback", "feedback"]
    assert (case.state, case.version, case.round, case.rating) == ("closed", 9, 1, "satisfied")
    assert (case.category, case.tier, case.lead_id) == ("工资报酬", "A", world.units["D"])
    assert (case.closed_at, case.due_at) == (story.at, None)
    assert (case.submitted_at, case.answered_at) == (story.at - 7 * HOUR, story.at - 2 * HOUR)
    assert world.parts(story.number) == [("D", "lead", "ended", False), ("A", "support", "done", False)]
    world.check()


def test_a_grievance_goes_straight_to_its_department_and_its_urgency_sets_the_limit(world: World) -> None:
    for urgency, due_at in (
        ("2h", datetime(2026, 11, 16, 5, 0, tzinfo=UTC)),
        ("24h", datetime(2026, 11, 17, 3, 0, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 23, 3, 0, tzinfo=UTC)),
        ("15d", datetime(2026, 12, 1, 3, 0, tzinfo=UTC)),
    ):
        story = Story(world, law="grievance", by="qian", unit="E").up_to("submit")
        case = story.then("accept", "tang", category="劳动安全", urgency=urgency, tier="A", lead="G")
        assert (case.state, case.urgency, case.due_at) == ("handling", urgency, due_at)
    story.then("report", "guo", answer="已整改")
    story.then("verify", "du")
    assert story.then("partly_satisfied", "qian").rating == "partly_satisfied"
    world.check()


def test_an_answer_that_does_not_satisfy_sends_the_case_round_again(world: World) -> None:
    story = Story(world).up_to("verify")
    case = story.then("unsatisfied", "zhang", reason="工资仍未到账")
    assert (case.state, case.round, case.rating, case.closed_at) == ("handling", 2, "unsatisfied", None)
    assert case.lead_id == world.units["D"]
    assert world.clock(story.number, "state").round == 2

    story.then("report", "wang", answer="已到账")
    story.then("verify", "zhao")
    assert story.then("satisfied", "zhang").round == 2
    world.check()


def test_a_closed_case_is_taken_up_again_on_the_thirtieth_day_and_not_on_the_thirty_first(world: World) -> None:
    story = Story(world).up_to("satisfied")
    with pytest.raises(NotNow) as refused:
        story.then("reopen", "zhang", after=30 * DAY + HOUR, reason="问题又出现了")
    assert "30d" in refused.value.zh and "30d" in refused.value.en
    story.at -= 30 * DAY + HOUR

    case = story.then("reopen", "zhang", after=30 * DAY, reason="问题又出现了")
    assert (case.state, case.round, case.closed_at) == ("handling", 2, None)
    assert world.parts(story.number) == [("D", "lead", "ended", False), ("D", "lead", "signed", True)]
    assert world.clock(story.number, "case").started_at == story.at
    story.then("report", "wang", answer="再次解决")
    world.check()


def test_an_appeal_within_five_working_days_is_reviewed_by_the_union_above(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("reject", "li", reason="不属于受理范围")
    case = story.then("appeal", "zhang", after=7 * DAY, reason="属于受理范围")
    assert (case.state, case.unit_id, case.closed_at) == ("in_review", world.units["P"], None)
    with pytest.raises(NotByYou):
        story.then("accept", "li", category="其他", tier="A", lead="D")
    case = story.then("accept", "feng", category="其他", tier="A", lead="B")
    assert (case.state, case.lead_id) == ("assigned", world.units["B"])
    world.check()


def test_an_appeal_is_too_late_after_the_fifth_working_day(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("reject", "li", reason="不属于受理范围")  # on a Monday; the fifth working day ends next Monday at 17:30
    with pytest.raises(NotNow):
        story.then("appeal", "zhang", after=7 * DAY + 7 * HOUR, reason="属于受理范围")
    assert story.case.state == "rejected"


def test_what_a_department_gives_back_is_assigned_by_the_common_superior(world: World) -> None:
    story = Story(world, unit="T").up_to("submit")
    story.then("accept", "tang", category="工资报酬", tier="B", lead="G", support="A")
    case = story.then("return", "guo", reason="不归我办管", rule="三定方案第五条")
    assert (case.state, case.lead_id) == ("redispatching", world.units["G"])
    story.then("uphold", "du", reason="属镇劳动办职责")
    case = story.then("dispute", "guo", reason="确不归我办管", rule="三定方案第五条")
    assert (case.state, case.lead_id) == ("adjudicating", world.units["G"])
    with pytest.raises(NotByYou):  # the town's supervisor does not stand above the city's agency
        story.then("adjudicate", "du", lead="D", reason="归权益部")
    case = story.then("adjudicate", "zhao", lead="D", reason="归权益部")
    assert (case.state, case.lead_id, case.offered_id) == ("assigned", world.units["G"], world.units["D"])
    assert world.parts(story.number) == [
        ("G", "lead", "returned", False), ("A", "support", "offered", True), ("G", "lead", "returned", True),
        ("D", "lead", "offered", True),
    ]  # fmt: skip
    case = story.then("sign_for", "wang")
    assert (case.state, case.lead_id, case.offered_id) == ("handling", world.units["D"], None)
    assert world.parts(story.number)[2:] == [("G", "lead", "returned", False), ("D", "lead", "signed", True)]
    world.check()


def test_a_transferred_case_must_be_signed_for_by_its_new_department(world: World) -> None:
    story = Story(world).up_to("sign_for")
    case = story.then("transfer", "zhao", lead="A", reason="属人社局职责")
    assert (case.state, case.lead_id) == ("assigned", world.units["A"])
    with pytest.raises(NotByYou):
        story.then("sign_for", "wang")
    assert story.then("sign_for", "zhou").state == "handling"
    assert world.parts(story.number) == [("D", "lead", "ended", False), ("A", "lead", "signed", True)]
    world.check()


def test_more_time_that_is_granted_moves_both_clocks_and_keeps_the_first_limit_on_record(world: World) -> None:
    story = Story(world).up_to("sign_for")
    before = story.case
    state, whole = world.clock(story.number, "state"), world.clock(story.number, "case")
    story.then("request_extension", "wang", reason="需要取证", extra="5wd")
    with pytest.raises(NotNow):
        story.then("request_extension", "wu", reason="再申请", extra="5wd")
    case = story.then("decide_extension", "zhao", approve="yes")

    after_state, after_whole = world.clock(story.number, "state"), world.clock(story.number, "case")
    assert state.due_at and after_state.due_at and after_whole.due_at and whole.due_at
    assert after_state.due_at == datetime(2026, 12, 14, 9, 30, tzinfo=UTC)  # 5 working days after 7 December
    assert after_whole.due_at > whole.due_at
    assert (after_state.first_due_at, after_whole.first_due_at) == (state.due_at, whole.due_at)
    assert (case.state, case.due_at, case.first_due_at) == ("handling", after_state.due_at, before.first_due_at)
    with pytest.raises(NotNow):
        story.then("decide_extension", "zhao", approve="yes")
    world.check()


def test_more_time_that_is_refused_leaves_the_clocks_alone(world: World) -> None:
    story = Story(world).up_to("sign_for")
    before = [(clock.kind, clock.due_at, clock.spans) for clock in world.clocks(story.number, running=True)]
    story.then("request_extension", "wang", reason="需要取证", extra="5wd")
    story.then("decide_extension", "zhao", approve="no", reason="理由不足")
    assert [(clock.kind, clock.due_at, clock.spans) for clock in world.clocks(story.number, running=True)] == before
    story.then("request_extension", "wang", reason="补充理由", extra="2wd")
    world.check()


def test_what_cannot_be_solved_now_goes_on_account_and_comes_back(world: World) -> None:
    story = Story(world).up_to("sign_for")
    case = story.then("put_on_account", "zhao", promise="明年预算解决", promised_on="2027-03-01")
    assert (case.state, case.due_at) == ("on_account", story.at + 30 * DAY)
    assert world.clock(story.number, "case").due_at is None
    case = story.then("take_off_account", "zhao", after=20 * DAY, result="预算已批")
    assert case.state == "handling"
    assert world.clock(story.number, "case").due_at == datetime(2027, 2, 14, 2, 0, tzinfo=UTC) + 20 * DAY
    with reading(world.db) as db:
        (promise,) = promises_of(db, story.case)
    assert (promise.kept_at, promise.broken_at) == (story.at, None)
    world.check()


def test_what_is_beyond_a_union_is_referred_up_and_answered_from_above(world: World) -> None:
    story = Story(world).up_to("sign_for")
    assert story.then("refer_up", "zhao", summary="需省级协调").state == "referred_up"
    with pytest.raises(NotByYou):
        story.then("reply_from_above", "zhao", answer="自己答复自己")
    assert story.then("reply_from_above", "chen", answer="省总已协调").state == "handling"
    assert story.then("report", "wang", answer="按省总意见办结").state == "verifying"
    world.check()


def test_the_same_matter_told_twice_is_merged_into_the_first_case(world: World) -> None:
    first, second = Story(world).up_to("submit"), Story(world).up_to("submit")
    case = second.then("merge", "li", into=first.number)
    assert (case.state, case.merged_into_id) == ("merged", first.case.id)
    assert (case.closed_at, world.clocks(second.number, running=True)) == (second.at, [])
    assert first.case.state == "in_review"
    world.check()


def test_a_case_is_withdrawn_by_the_one_who_raised_it_as_long_as_nobody_works_on_it(world: World) -> None:
    story = Story(world).up_to("accept")
    with pytest.raises(NotByYou):
        story.then("withdraw", "li")
    assert story.then("withdraw", "zhang", reason="已私下解决").state == "withdrawn"
    assert world.parts(story.number) == [("D", "lead", "ended", False)]

    story = Story(world).up_to("sign_for")
    with pytest.raises(NotFromHere):
        story.then("withdraw", "zhang")
    world.check()


def test_a_draft_that_is_withdrawn_was_never_submitted(world: World) -> None:
    case = Story(world).then("withdraw", "zhang")
    assert (case.state, case.submitted_at, case.first_due_at) == ("withdrawn", None, None)
    assert case.closed_at is not None
    world.check()


def test_what_does_not_pass_the_check_goes_back_to_the_same_department(world: World) -> None:
    story = Story(world).up_to("report")
    case = story.then("send_back", "zhao", reason="缺少凭证")
    assert (case.state, case.round, case.lead_id) == ("handling", 1, world.units["D"])
    answered_at = case.answered_at
    case = story.then("report", "wang", answer="补齐凭证")
    assert (case.state, case.answered_at) == ("verifying", answered_at)
    world.check()


def test_a_case_that_nobody_rates_is_closed_by_the_system_and_by_nobody_else(world: World) -> None:
    story = Story(world).up_to("verify")
    for login in world.people:
        with pytest.raises(NotByYou):
            story.then("close_unanswered", login)
    case = story.then("close_unanswered", None)
    assert (case.state, case.rating) == ("closed", None)
    world.check()


def test_an_urge_and_a_note_leave_the_state_and_the_clocks_alone(world: World) -> None:
    story = Story(world).up_to("sign_for")
    before, clocks = story.case, [repr(clock) for clock in world.clocks(story.number)]
    words: tuple[Turn, ...] = (
        ("urge", "zhang", {}),
        ("urge", "sun", {"reason": "请抓紧"}),
        ("note", "wang", {"note": "已联系企业", "audience": "staff"}),
        ("note", "zhang", {"note": "谢谢"}),
    )
    for action, by, form in words:
        story.then(action, by, **form)
    case = story.case
    assert case.version == before.version + 4
    assert case.model_dump(exclude={"version"}) == before.model_dump(exclude={"version"})
    assert [repr(clock) for clock in world.clocks(story.number)] == clocks
    world.check()
