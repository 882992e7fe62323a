"""Laws become versions; running cases keep theirs until they are moved."""

from __future__ import annotations

import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from sqlmodel import col, select

from cases import laws
from cases.act import act, find
from cases.errors import NotFound
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.timeline import differences, events_of, replay
from cases.verifying import verify_database
from cases.words import vocabulary
from tests.cases.world import DAY, HOUR, Story, World
from tests.cast import MONDAY, WORKFLOWS
from tests.workflow.words import WORDS
from workflow.reading import load, parse

SOURCE = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")
#: Long enough for another thread to come to the lock that it has to wait for.
MEANWHILE = 0.5


def edited(*changes: tuple[str, str]) -> str:
    """Return the proposal law with some of its text replaced."""
    text = SOURCE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def publish(world: World, text: str) -> int:
    """Publish a text as the next version of its law and return the version."""
    with transaction(world.db) as db:
        return laws.publish(db, parse(text, "edited.toml", vocabulary()), at=MONDAY).version


def test_what_an_effect_requires_is_registered_and_the_same_in_the_tests_of_the_law() -> None:
    known = vocabulary()
    assert WORDS.effects == known.effects
    for word, requires in known.effects.items():
        assert set(requires.needs) <= set(known.fields), word
        assert set(requires.only_if) <= known.conditions, word


def test_a_word_whose_field_is_not_asked_for_is_not_published(world: World) -> None:
    broken = edited(('needs = ["into"]\ntakes = ["reason"]', 'takes = ["into", "reason"]'))
    with pytest.raises(laws.UnsoundLaw, match="merge_into without into"):
        publish(world, broken)


def test_of_two_who_publish_at_once_the_second_gets_the_next_version(world: World) -> None:
    one, other = edited(("提案办理", "提案甲")), edited(("提案办理", "提案乙"))
    with ThreadPoolExecutor(1) as pool:
        with transaction(world.db) as db:
            first = laws.publish(db, parse(one, "one.toml", vocabulary()), at=MONDAY)
            second: Future[int] = pool.submit(publish, world, other)
            sleep(MEANWHILE)
            assert not second.done()
        assert (first.version, second.result()) == (2, 3)
    with reading(world.db) as db:
        assert laws.latest(db, "proposal").source == other
        assert verify_database(db) > 0


def test_the_same_text_twice_is_the_same_version(world: World) -> None:
    with transaction(world.db) as db:
        again = laws.publish(db, load(WORKFLOWS / "proposal.toml", vocabulary()), at=MONDAY)
    assert again.version == 1


def test_a_law_that_could_strand_a_case_is_not_published(world: World) -> None:
    stranded = edited(('from = "verifying"\nto = "awaiting_feedback"', 'from = "verifying"\nto = "verifying"'))
    with pytest.raises(laws.UnsoundLaw, match=r"第 \d+ 行.*line \d+"), transaction(world.db) as db:
        laws.publish(db, parse(stranded, "edited.toml", vocabulary()), at=MONDAY)
    with reading(world.db) as db:
        assert laws.latest(db, "proposal").version == 1


def test_a_running_case_keeps_the_version_it_began_with(world: World) -> None:
    old = world.raises("zhang", MONDAY)
    with transaction(world.db) as db:
        laws.publish(
            db,
            parse(
                edited(('limit = "3wd",  ladder = "desk" }\nawaiting', 'limit = "5wd",  ladder = "desk" }\nawaiting')),
                "v2",
                vocabulary(),
            ),
            at=MONDAY,
        )
    new = world.raises("zhang", MONDAY)
    for number in (old, new):
        world.does(number, "submit", "zhang", MONDAY + HOUR)
    assert world.clock(old, "state").limit == "3wd"
    assert world.clock(new, "state").limit == "5wd"


def test_moving_cases_tells_case_by_case_what_would_change_and_a_dry_run_changes_nothing(world: World) -> None:
    waiting = world.raises("zhang", MONDAY)
    moved = world.raises("zhang", MONDAY)
    world.does(moved, "submit", "zhang", MONDAY + HOUR)
    text = edited(
        ("draft              = {", "writing            = {"),
        ('from = "draft"', 'from = "writing"'),
        ('to = "draft"', 'to = "writing"'),
        ('["draft", ', '["writing", '),
    )  # fmt: skip
    with transaction(world.db) as db:
        laws.publish(db, parse(text, "v2", vocabulary()), at=MONDAY)
    with transaction(world.db) as db:
        rows = laws.migrate_cases(db, "proposal", 2, at=MONDAY + 2 * HOUR, is_dry_run=True)
    assert [(number, is_moved) for number, _, _, _, is_moved, _ in rows] == [(waiting, False), (moved, True)]
    assert world.case(moved).version == 2

    with transaction(world.db) as db:
        laws.migrate_cases(db, "proposal", 2, at=MONDAY + 2 * HOUR)
    assert world.case(moved).version == 3
    assert world.case(waiting).version == 1
    world.does(moved, "ask_submitter", "li", MONDAY + 3 * HOUR, reason="请补充人数")
    with reading(world.db) as db:
        case = world.case(moved)
        assert differences(case, replay(events_of(db, case.id or 0))) == {}
        assert verify_database(db) > 0


def test_a_case_whose_option_or_table_is_not_in_the_other_version_stays(world: World) -> None:
    near, far, undecided = (Story(world).up_to("submit") for _ in range(3))
    for story, tier in ((near, "A"), (far, "C")):
        story.then("accept", "li", category="其他", tier=tier, lead="D")
    without_c = re.sub(r"\nC = \{.*", "", SOURCE)
    without_table = re.sub(r"\[choices\.tier\](.*\n)+?\n", "", without_c)
    without_table = without_table.replace('limit = "tier"', 'limit = "11wd"').replace(
        '"category", "tier"', '"category"'
    )
    publish(world, without_c)
    publish(world, without_table)

    with transaction(world.db) as db:
        rows = {row[0]: row for row in laws.migrate_cases(db, "proposal", 3, at=far.at + HOUR, is_dry_run=True)}
    assert [rows[story.number][4] for story in (near, far, undecided)] == [False, False, True]
    assert "没有选项表 tier / the other version has no table tier" in rows[far.number][5]

    with transaction(world.db) as db:
        rows = {row[0]: row for row in laws.migrate_cases(db, "proposal", 2, at=far.at + HOUR)}
    assert [rows[story.number][4] for story in (near, far, undecided)] == [True, False, True]
    assert "tier 没有选项 C / tier has no option C" in rows[far.number][5]
    for story in (near, far):
        story.then("sign_for", "wang", after=2 * HOUR)
    assert world.clock(far.number, "state").limit == "60wd"
    world.check()


def test_who_moves_cases_stands_in_their_events_which_stay_in_order(world: World) -> None:
    story = Story(world).up_to("submit")
    story.then("note", "zhang", after=2 * DAY, note="另有三人")
    for version, by in ((2, world.people["xitong"]), (3, None)):
        publish(world, edited(("提案办理", f"提案 {version}")))
        with transaction(world.db) as db:
            laws.migrate_cases(db, "proposal", version, at=MONDAY, by=by)
    with reading(world.db) as db:
        *_, note, named, unnamed = events_of(db, story.case.id or 0)
    assert [(named.actor_id, named.role), (unnamed.actor_id, unnamed.role)] == [
        (world.people["xitong"], "administrator"), (None, "system"),
    ]  # fmt: skip
    assert note.at == named.at == unnamed.at
    world.check()


def test_moving_cases_waits_for_who_acts_on_one_and_does_not_hold_them_up(world: World) -> None:
    free, held = Story(world).up_to("submit"), Story(world).up_to("submit")
    publish(world, edited(("提案办理", "提案甲")))

    def move() -> list[bool]:
        with transaction(world.db) as db:
            return [row[4] for row in laws.migrate_cases(db, "proposal", 2, at=held.at)]

    with ThreadPoolExecutor(1) as pool:
        with transaction(world.db) as db:
            db.exec(select(Case).where(col(Case.number) == held.number).with_for_update()).one()
            moving = pool.submit(move)
            sleep(MEANWHILE)
            assert not moving.done()
            # Needs the chain, which the one who waits must not have taken for the case before.
            person = db.get_one(User, world.people["zhang"])
            act(db, find(db, held.number), "note", by=person, at=held.at, form={"note": "快些"})
        # Only a database with more than one writer lets them meet at the same version.
        assert moving.result() == [True, world.db.dialect.name == "sqlite"]
    assert (free.case.version, held.case.version) == (3, 4 if world.db.dialect.name == "sqlite" else 3)
    world.check()


def test_a_version_that_was_never_published_is_named(world: World) -> None:
    with pytest.raises(NotFound, match="第 9 版"), transaction(world.db) as db:
        laws.migrate_cases(db, "proposal", 9, at=MONDAY)


def test_a_law_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"none\.toml"):
        load(tmp_path / "none.toml", vocabulary())
