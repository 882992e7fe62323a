"""Laws become versions; running cases keep theirs until they are moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import laws
from cases.errors import NotFound
from cases.record.database import reading, transaction
from cases.timeline import differences, events_of, replay
from cases.verifying import verify_database
from cases.words import vocabulary
from tests.cases.world import HOUR, World
from tests.cast import MONDAY, WORKFLOWS
from workflow.reading import load, parse

SOURCE = (WORKFLOWS / "proposal.toml").read_text(encoding="utf-8")


def edited(*changes: tuple[str, str]) -> str:
    """Return the proposal law with some of its text replaced."""
    text = SOURCE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


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


def test_a_version_that_was_never_published_is_named(world: World) -> None:
    with pytest.raises(NotFound, match="第 9 版"), transaction(world.db) as db:
        laws.migrate_cases(db, "proposal", 9, at=MONDAY)


def test_a_law_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"none\.toml"):
        load(tmp_path / "none.toml", vocabulary())
