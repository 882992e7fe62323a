"""Files, clocks, parts and the end of the chain: whatever is not as the events have it is found and named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from cases import audit
from cases.act import find
from cases.attachments import StoredFile, attach
from cases.broken import ChainBroken
from cases.raw import snapshot
from cases.record.database import is_sqlite, transaction
from cases.record.people import User
from cases.spreadsheets.importing import import_cases
from cases.spreadsheets.mapping import parse
from cases.verifying import verify_database
from tests.cases.attacks import run
from tests.cases.tampering import TRIGGERS, tampering
from tests.cases.world import HOUR, Story, World
from tests.cast import MONDAY

FILE_COLUMNS = "case_id, version, name, salt, media_type, size, digest, place, added_at"
PART_COLUMNS = "unit_id, kind, status, round, assigned_at"
CLOCK_COLUMNS = (
    '"case_id", "kind", "round", "limit", "calendar", "is_provisional", "started_at", "spans", "term", "rung"'
)


@pytest.fixture
def lived(world: World) -> World:
    """Gives a world with a clock that was paused and extended, one that has stopped, a file, an event of no case."""
    story = Story(world).up_to("submit")
    story.then("ask_submitter", "li", reason="缺材料")
    story.then("supplement", "zhang", note="材料")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D")
    story.then("sign_for", "wang")
    story.then("request_extension", "wang", reason="取证", extra="3wd")
    story.then("decide_extension", "zhao", approve="yes")
    with transaction(world.db) as db:
        file = StoredFile("张三的工资单.pdf", "application/pdf", 1234, "ab" * 32, "cd" * 16)
        attach(db, find(db, story.number), file, by=db.get_one(User, world.people["zhang"]), at=story.at + HOUR)
    with transaction(world.db) as db:
        audit.append(db, [audit.Entry(at=story.at + 2 * HOUR, action="change_duty", role="system", data={"user": 1})])
    with world.db.connect() as connection:
        for statement in TRIGGERS[world.db.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.commit()
    return world


def later(db: Session, column: str) -> str:
    """Return the words that move a moment by a day."""
    if is_sqlite(db):
        return f"strftime('%Y-%m-%d %H\\:%M\\:%S', {column}, '+1 day') || '.000000'"
    return f"{column} + interval '1 day'"


def said(db: Session) -> tuple[str, str]:
    """Return how a broken record is named, in Chinese and English."""
    with pytest.raises(ChainBroken) as caught:
        verify_database(db)
    return caught.value.zh, caught.value.en


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ("DELETE FROM attachments", "附件缺失", "the attached file is missing"),
        ("UPDATE attachments SET name = '工资.pdf'", "附件的名称被改动", "the name of an attached file was changed"),
        ("UPDATE attachments SET salt = '0'", "附件的名称被改动", "the name of an attached file was changed"),
        ("UPDATE attachments SET name = ''", "附件的名称被改动", "the name of an attached file was changed"),
        ("UPDATE attachments SET place = 'ab'", "附件与记录不符", "not the one that was added"),
        ("UPDATE attachments SET size = 1", "附件与记录不符", "not the one that was added"),
        ("UPDATE attachments SET added_at = {added_at}", "附件的时间被改动", "when the file was attached was changed"),
        (
            "UPDATE attachments SET assignment_id = 1",
            "哪个单位的承办被改动",
            "which part the file belongs to was",
        ),
        ("UPDATE assignments SET progress = 90", "（progress）", "a row of assignments disagrees with it (progress)"),
        ("UPDATE attachments SET version = 1", "有未经记录的附件", "knows nothing of an attached file"),
        (
            f"INSERT INTO attachments (id, {FILE_COLUMNS}) SELECT 99, {FILE_COLUMNS} FROM attachments",
            "有未经记录的附件",
            "knows nothing of an attached file",
        ),
        ("DELETE FROM clock_spans; DELETE FROM clocks", "时限「draft」缺失", "the clock of draft is missing"),
        ("DELETE FROM clock_spans", "（clock_spans）", "the clock of case disagrees with it (clock_spans)"),
        ("UPDATE clocks SET due_at = {due_at} WHERE state = 'handling'", "「handling」", "of handling disagrees"),
        (
            "UPDATE clocks SET due_at = {due_at} WHERE state = 'draft'",
            "（due_at）",
            "of draft disagrees with it (due_at",
        ),
        ("UPDATE clocks SET first_due_at = {first_due_at} WHERE kind = 'case'", "（first_due_at）", "(first_due_at)"),
        ("UPDATE clocks SET stopped_at = NULL WHERE state = 'assigned'", "（stopped_at）", "(stopped_at)"),
        ("UPDATE clocks SET stopped_at = started_at WHERE kind = 'case'", "（stopped_at）", "(stopped_at)"),
        ("UPDATE clocks SET \"limit\" = '90wd' WHERE state = 'assigned'", "（limit）", "(limit)"),
        ("UPDATE clocks SET state = 'draft' WHERE state = 'assigned'", "（state）", "(state)"),
        ("UPDATE clocks SET remaining = '1s' WHERE kind = 'case'", "（remaining）", "(remaining)"),
        ("UPDATE clocks SET spans = 0 WHERE kind = 'case'", "（spans）", "(spans)"),
        (
            f"INSERT INTO clocks (id, {CLOCK_COLUMNS}) SELECT 99, {CLOCK_COLUMNS} FROM clocks WHERE kind = 'case'",
            "有未经记录的时限",
            "a clock that no event knows",
        ),
        ("UPDATE clock_spans SET due_at = {due_at} WHERE why = 'extend'", "（clock_spans）", "(clock_spans)"),
        ("UPDATE clock_spans SET due_at = from_at WHERE why = 'pause'", "（clock_spans）", "(clock_spans)"),
        ("UPDATE clock_spans SET until_at = {until_at} WHERE why = 'pause'", "（clock_spans）", "(clock_spans)"),
        (
            "UPDATE assignments SET unit_id = 1",
            "assignments 的一行与其事件不符（unit_id）",
            "disagrees with it (unit_id)",
        ),
        ("UPDATE assignments SET signed_at = assigned_at", "（signed_at）", "a row of assignments disagrees"),
        ("DELETE FROM assignments", "assignments 缺少一行", "a row of assignments is missing"),
        (
            f"INSERT INTO assignments (id, case_id, {PART_COLUMNS})"
            f" SELECT 99, case_id, {PART_COLUMNS} FROM assignments",
            "有未经记录的一行（assignments）",
            "it knows nothing of a row of assignments",
        ),
        ("UPDATE extensions SET is_granted = NOT is_granted", "（is_granted）", "a row of extensions disagrees"),
        ("UPDATE extensions SET extra = '9wd'", "（extra）", "a row of extensions disagrees with it (extra)"),
        ("UPDATE extensions SET decided_by = asked_by", "（decided_by）", "disagrees with it (decided_by)"),
        (
            f"INSERT INTO assignments (id, case_id, {PART_COLUMNS}) SELECT 99, 77, {PART_COLUMNS} FROM assignments",
            "不属于任何案件",
            "belongs to no case",
        ),
        ("UPDATE clock_spans SET clock_id = 77", "（clock_spans）", "(clock_spans)"),
    ],
)
def test_a_row_that_is_not_what_was_recorded_is_found_and_named(lived: World, change: str, zh: str, en: str) -> None:
    with tampering(lived) as db:
        if not is_sqlite(db):  # whoever owns the tables owns their constraints
            run(db, "ALTER TABLE assignments DROP CONSTRAINT assignments_case_id_fkey")
            run(db, "ALTER TABLE clock_spans DROP CONSTRAINT clock_spans_clock_id_fkey")
        moments = ("added_at", "due_at", "first_due_at", "until_at")
        for statement in change.format(**{name: later(db, name) for name in moments}).split("; "):
            run(db, statement)
        told = said(db)
        assert zh in told[0]
        assert en in told[1]


def test_an_erased_file_name_leaves_the_record_whole(lived: World) -> None:
    with tampering(lived) as db:
        run(db, "UPDATE attachments SET name = '', salt = NULL")
        verify_database(db)


def test_no_event_holds_the_name_of_a_file(lived: World) -> None:
    with snapshot(lived.db) as db:
        assert run(db, "SELECT count(*) FROM events WHERE data LIKE '%工资单%' OR data LIKE '%.pdf%'").scalar_one() == 0


def test_a_clock_is_named_with_the_event_that_spoke_of_it_last(lived: World) -> None:
    with tampering(lived) as db:
        seq = run(db, "SELECT seq FROM events WHERE action = 'decide_extension'").scalar_one()
        run(db, f"UPDATE clocks SET due_at = {later(db, 'due_at')} WHERE state = 'handling'")
        assert f"event {seq} " in said(db)[1]


def test_the_last_event_is_missed_whatever_it_was_about(lived: World) -> None:
    with tampering(lived) as db:
        last, action = run(db, "SELECT seq, action FROM events ORDER BY seq DESC LIMIT 1").one()
        assert action == "change_duty"
        run(db, "DELETE FROM events WHERE seq = :seq", seq=last)
        assert f"event {last}: is missing: the end of the chain was cut off" in said(db)[1]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE chain_head SET seq = seq - 1",
        "UPDATE chain_head SET hash = previous FROM events WHERE events.seq = chain_head.seq",
        "DELETE FROM chain_head",
    ],
)
def test_a_head_that_is_not_where_the_chain_ends_is_found(lived: World, change: str) -> None:
    with tampering(lived) as db:
        run(db, change)
        assert "as the row of its head has it" in said(db)[1]


def test_nothing_is_recorded_once_the_head_of_the_chain_is_gone(world: World) -> None:
    with world.db.begin() as connection:
        connection.exec_driver_sql("DELETE FROM chain_head")
    with pytest.raises(Exception, match="The head of the chain is missing"):
        Story(world)


def test_the_clocks_of_imported_history_are_verified_like_any_others(world: World, tmp_path: Path) -> None:
    mapping = """
        timezone = "Asia/Shanghai"
        moments = ["%Y-%m-%d"]
        workflow = "proposal"
        source = "old"
        when_due_missing = "law"
        unit = "T"
        [columns]
        title = "title"
        submitted_at = "from"
        closed_at = "to"
    """
    path = tmp_path / "old.csv"
    path.write_text("title,from,to\n驿站,2026-01-05,2026-02-05\n工资,2026-01-06,\n", encoding="utf-8")
    outcome = import_cases(world.db, path, parse(mapping, "old.toml", "old"), at=MONDAY + timedelta(days=2))
    assert (outcome.imported, outcome.bad) == (2, 0)
    with world.db.connect() as connection:
        for statement in TRIGGERS[world.db.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.commit()
    with snapshot(world.db) as db:
        assert verify_database(db) >= 3
    for change in (
        "UPDATE clocks SET due_at = {due_at} WHERE stopped_at IS NULL AND kind = 'case'",
        "UPDATE clocks SET stopped_at = due_at WHERE stopped_at IS NOT NULL",
        "DELETE FROM clocks",
    ):
        with tampering(world) as db:
            run(db, change.format(due_at=later(db, "due_at")))
            assert "the clock of" in said(db)[1]
    with tampering(world) as db:
        last = run(db, "SELECT max(seq) FROM events").scalar_one()
        run(db, "DELETE FROM events WHERE seq = :seq", seq=last)
        assert f"event {last}: is missing" in said(db)[1]
