"""`bihuan user deputy`, `bihuan user handover`, and what `doctor` says of desks that nobody is at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from cases.record.database import transaction
from cases.record.people import Duty, User
from commands.program import app
from tests.cases.absences import one_is_done
from tests.cases.world import Story, World
from tests.commands.test_people import last_event, person, refusal
from workflow.errors import Refusal


@pytest.fixture
def world(peopled_url: str) -> World:
    """Gives the cast in a database of this test's own, once on each engine."""
    return World(peopled_url)


def run(world: World, *words: str, at: str = "2026-11-16T09:00") -> Result:
    result = CliRunner().invoke(app, [*words, "--database", world.url, "--at", at])
    assert result.exception is None or isinstance(result.exception, Refusal | SystemExit), result.exception
    return result


def away(
    world: World, deputy: str, duty: str, absent: str, first: str = "2026-11-17", last: str = "2026-12-03"
) -> Result:
    return run(world, "user", "deputy", deputy, duty, "--for", absent, "--from", first, "--until", last)


def test_a_deputy_is_named_for_some_days_and_ended_early(world: World) -> None:
    assert "stands in for zhou" in away(world, "qian", "handler@A", "zhou").stderr
    action, role, _, data = last_event(world)
    assert (action, role) == ("name_deputy", "system")
    assert (data["user"], data["for"], data["role"], data["unit"]) == (
        world.people["qian"], world.people["zhou"], "handler", "A",
    )  # fmt: skip
    assert data["from"].startswith("2026-11-16T16:00") and data["until"].startswith("2026-12-03T16:00")
    result = run(world, "user", "deputy", "qian", "handler@A", "--for", "zhou", "--end", at="2026-11-18T09:00")
    assert "any more" in result.stderr
    assert last_event(world)[0] == "end_deputy"
    with transaction(world.db) as db:
        row = db.exec(select(Duty).where(col(Duty.deputy_of).is_not(None))).one()
        assert row.until_at is not None and row.until_at.day == 18


def test_a_deputy_who_cannot_be_is_refused_and_nothing_is_written(world: World) -> None:
    away(world, "bai", "handler@A", "zhou", "2026-12-10", "2026-12-12")
    before = world.everything()
    for result, says in (
        (away(world, "zhou", "handler@A", "zhou"), "own deputy"),
        (away(world, "zhou", "handler@A", "bai", "2026-12-11"), "before the first"),
        (away(world, "zhou", "handler@A", "bai", "2026-12-11", "2026-12-11"), "circle"),
        (away(world, "qian", "handler@A", "zhou", "2026-11-15"), "is past"),
        (away(world, "qian", "handler@A", "zhou", "soon"), "is no day"),
        (away(world, "anquan", "system_admin@C", "xitong"), "three people"),
        (run(world, "user", "deputy", "qian", "handler@A", "--for", "zhou"), "both dates"),
        (
            run(world, "user", "deputy", "qian", "handler@A", "--for", "zhou", "--end", "--from", "2026-11-17"),
            "together",
        ),
        (run(world, "user", "deputy", "qian", "handler@A", "--for", "zhou", "--end"), "does not stand in"),
    ):
        assert says in refusal(result)
    assert world.everything() == before


def test_a_hand_over_is_looked_at_and_done_in_one_act(world: World) -> None:
    one_is_done(world)
    away(world, "guo", "handler@A", "zhou")
    before = world.everything()
    shown = run(
        world, "user", "handover", "zhou", "--to", "qian", "--dry-run", "--format", "json", at="2026-11-16T18:00"
    )
    rows = json.loads(shown.stdout)
    assert [(row["what"], row["duty"], row["cases"]) for row in rows] == [
        ("desk", "handler@A", 1), ("deputy", "handler@A", None),
    ]  # fmt: skip
    assert "nobody" in rows[0]["en"] and "guo → qian" in rows[1]["en"]
    assert world.everything() == before
    done = run(world, "user", "handover", "zhou", "--to", "qian", "--disable", at="2026-11-16T18:00")
    assert done.exit_code == 0 and not person(world, "zhou").is_active
    action, _, _, data = last_event(world)
    assert (action, data["disabled"], data["duties"][0]["cases"]) == ("hand_over", True, 1)
    assert "themselves" in refusal(run(world, "user", "handover", "zhou", "--to", "zhou"))
    assert "Nobody disabled" in refusal(run(world, "user", "handover", "qian", "--to", "zhou", at="2026-11-17T09:00"))
    assert "nobody with the login" in refusal(run(world, "user", "handover", "zhou", "--to", "nobody"))
    assert "nothing to hand over" in refusal(
        run(world, "user", "handover", "zhou", "--to", "qian", at="2026-11-17T09:00")
    )


def test_who_is_disabled_leaves_desks_that_are_named_and_an_exception(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # no settings of this machine
    one_is_done(world)

    def found() -> list[str]:
        result = run(world, "doctor", "--format", "json", at="2026-11-16T18:00")
        return [f"{row['where']} {row['en']}" for row in json.loads(result.stdout) if row["kind"] == "desk"]

    assert found() == []
    assert "wang, " not in run(world, "user", "disable", "wang", at="2026-11-16T18:00").stderr
    told = run(world, "user", "disable", "zhou", at="2026-11-16T18:00").stderr
    assert "handler@A" in told and "1 open cases" in told
    (row,) = found()
    assert row.startswith("handler@A zhou is disabled") and "handover zhou" in row
    run(world, "user", "handover", "zhou", "--to", "qian", at="2026-11-16T18:00")
    assert found() == []


def test_a_case_that_nobody_is_free_to_take_on_is_told_by_doctor(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # no settings of this machine
    with transaction(world.db) as db:
        chen = db.exec(select(User).where(User.login == "chen")).one()
        db.add(Duty(user_id=chen.id or 0, unit_id=world.units["P"], role="reviewer"))
    story = Story(world, unit="P")
    story.then("submit", "zhang")
    story.then("accept", "chen", category="其他", tier="A", lead="B")
    story.then("sign_for", "bai")
    story.then("report", "bai", answer="已办")
    result = run(world, "doctor", "--format", "json", at="2026-11-16T18:00")
    assert [row["where"] for row in json.loads(result.stdout) if row["kind"] == "separation"] == [story.number]
