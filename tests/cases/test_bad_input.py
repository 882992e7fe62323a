"""What nobody should send, and databases that nobody can use: one clear sentence each, and nothing is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text, update

from cases.act import find
from cases.errors import InvalidFields, NotFound
from cases.raising import Draft, raise_case
from cases.record import database
from cases.record.columns import table_of
from cases.record.database import DatabaseError, engine, reading, release, transaction
from cases.record.people import User
from cases.record.schema import migrate, require_current
from tests.cases.test_refusals import refused
from tests.cases.world import Story, World
from tests.cast import MONDAY
from tests.databases import Cluster

NUL, SURROGATE, HUGE = "有\0字", "有\ud800字", 2**63
FORMS: tuple[tuple[str, str, str, dict[str, Any], tuple[str, ...]], ...] = (
    # how far the case has come, the action, by whom, what is wrong, and the fields that are named
    ("submit", "accept", "li", {"category": NUL}, ("category",)),
    ("submit", "accept", "li", {"category": "字" * 101}, ("category",)),
    ("submit", "accept", "li", {"category": SURROGATE, "lead": NUL}, ("category", "lead")),
    ("submit", "accept", "li", {"category": None, "tier": "", "lead": []}, ("category", "tier", "lead")),
    ("submit", "accept", "li", {"category": ["工资"]}, ("category",)),
    ("submit", "accept", "li", {"tier": "Z"}, ("tier",)),
    ("submit", "accept", "li", {"tier": HUGE}, ("tier",)),
    ("submit", "accept", "li", {"lead": "没有"}, ("lead",)),
    ("submit", "accept", "li", {"lead": "X"}, ("lead",)),
    ("submit", "accept", "li", {"lead": HUGE}, ("lead",)),
    ("submit", "accept", "li", {"lead": SURROGATE}, ("lead",)),
    ("submit", "accept", "li", {"support": "A;D"}, ("support",)),
    ("submit", "accept", "li", {"support": ["没有", "X"]}, ("support", "support")),
    ("submit", "accept", "li", {"support": [NUL]}, ("support",)),
    ("submit", "accept", "li", {"support": ["A", SURROGATE]}, ("support",)),
    ("submit", "accept", "li", {"support": [HUGE]}, ("support",)),
    ("submit", "accept", "li", {"support": [f"U{n}" for n in range(21)]}, ("support",)),
    ("submit", "accept", "li", {"shoe": "42", NUL: "1", SURROGATE: "2"}, ("shoe", "有?字", "有?字")),
    ("submit", "merge", "li", {"into": NUL}, ("into",)),
    ("submit", "merge", "li", {"into": SURROGATE}, ("into",)),
    ("submit", "merge", "li", {"into": str(HUGE)}, ("into",)),
    ("submit", "merge", "li", {"into": HUGE}, ("into",)),
    ("submit", "note", "zhang", {"note": "字" * 5_001}, ("note",)),
    ("submit", "note", "zhang", {"note": "\x1b[2J"}, ("note",)),
    ("submit", "note", "zhang", {"note": "好", "audience": "nobody"}, ("audience",)),
    ("sign_for", "report", "wang", {"answer": "字" * 20_001}, ("answer",)),
    ("sign_for", "report", "wang", {"answer": "  \n "}, ("answer",)),
    ("sign_for", "report", "wang", {"answer": {"zh": "好"}}, ("answer",)),
    ("sign_for", "request_extension", "wang", {"reason": "忙", "extra": "99999999wd"}, ("extra",)),
    ("sign_for", "request_extension", "wang", {"reason": "忙", "extra": "-5wd"}, ("extra",)),
    ("sign_for", "request_extension", "wang", {"reason": "忙", "extra": "300wd"}, ("extra",)),  # over a year
    ("sign_for", "request_extension", "wang", {"reason": "忙", "extra": "99999wd"}, ("extra",)),  # beyond the calendar
    ("sign_for", "put_on_account", "zhao", {"promise": "好", "promised_on": "2026-11-15"}, ("promised_on",)),
    ("sign_for", "put_on_account", "zhao", {"promise": "好", "promised_on": "2026-02-30"}, ("promised_on",)),
    ("sign_for", "put_on_account", "zhao", {"promise": "好", "promised_on": "9999-12-31"}, ("promised_on",)),
    ("sign_for", "put_on_account", "zhao", {"promise": "好", "promised_on": 20270301}, ("promised_on",)),
    ("verify", "satisfied", "zhang", {"rating": "splendid"}, ("rating",)),
)
ACCEPT = {"category": "其他", "tier": "A", "lead": "D"}


@pytest.mark.parametrize(("there", "action", "by", "wrong", "named"), FORMS, ids=range(len(FORMS)))
def test_a_form_that_is_wrong_is_refused_field_by_field(
    world: World, there: str, action: str, by: str, wrong: dict[str, Any], named: tuple[str, ...]
) -> None:
    story = Story(world).up_to(there)
    form = {**(ACCEPT if action == "accept" else {}), **wrong}
    refusal = refused(world, InvalidFields, lambda: story.then(action, by, **form))
    assert isinstance(refusal, InvalidFields)
    assert [error.field for error in refusal.errors] == list(named) or {e.field for e in refusal.errors} == set(named)
    assert all(error.zh and error.en for error in refusal.errors)
    for sentence in (refusal.zh, refusal.en):
        assert len(sentence) < 500 and "\0" not in sentence
        sentence.encode()  # it can be shown and logged


def test_texts_at_their_longest_are_kept_whole(world: World) -> None:
    story = Story(world).up_to("sign_for")
    story.then("note", "zhang", note="😀" * 5_000)
    story.then("report", "wang", answer="字" * 20_000)
    assert any("字" * 20_000 in row for row in world.everything()["passages"])


@pytest.mark.parametrize(
    "number", ["", "TA-2026-0000000", str(HUGE), NUL, SURROGATE, "字" * 100_000, "' OR 1=1 --"], ids=range(7)
)
def test_a_number_that_no_case_has_finds_nothing(world: World, number: str) -> None:
    Story(world)
    refusal = refused(world, NotFound, lambda: world.case(number))
    assert len(refusal.zh) < 100
    refusal.zh.encode()


@pytest.mark.parametrize(
    ("draft", "how", "named"),
    [
        (Draft("proposal", "C", "", ""), InvalidFields, ("title", "text")),
        (Draft("proposal", "C", "  ", "\n"), InvalidFields, ("title", "text")),
        (Draft("proposal", "C", "字" * 201, "字" * 20_001, "字" * 101), InvalidFields, ("title", "text", "category")),
        (Draft("proposal", "C", NUL, SURROGATE, "\x07"), InvalidFields, ("title", "text", "category")),
        (Draft("proposal", "没有", "题", "文"), InvalidFields, ("unit",)),
        (Draft("proposal", "X", "题", "文"), InvalidFields, ("unit",)),
        (Draft("proposal", NUL, "题", "文"), InvalidFields, ("unit",)),
        (Draft("proposal", SURROGATE, "题", "文"), InvalidFields, ("unit",)),
        (Draft("proposal", "C", "题", "文", identity="secret"), InvalidFields, ("identity",)),
        (Draft("", "C", "题", "文"), NotFound, ()),
        (Draft("letter", "C", "题", "文"), NotFound, ()),
        (Draft(NUL, "C", "题", "文"), NotFound, ()),
        (Draft(SURROGATE, "C", "题", "文"), NotFound, ()),
    ],
    ids=range(13),
)
def test_what_cannot_be_raised_is_refused_field_by_field(
    world: World, draft: Draft, how: type[InvalidFields] | type[NotFound], named: tuple[str, ...]
) -> None:
    def attempt() -> None:
        with transaction(world.db) as db:
            raise_case(db, draft, by=db.get_one(User, 1), at=MONDAY)

    refusal = refused(world, how, attempt)
    refusal.zh.encode()
    if isinstance(refusal, InvalidFields):
        assert tuple(error.field for error in refusal.errors) == named


# --- Databases that cannot be used


def sentence_of(attempt: Callable[[], object]) -> str:
    """Return the English sentence with which a database is refused; the Chinese one must be there too."""
    with pytest.raises(DatabaseError) as caught:
        attempt()
    assert caught.value.zh and caught.value.zh != caught.value.en
    assert "\n" not in str(caught.value)
    return caught.value.en


def test_a_database_that_is_not_set_up_says_how_to_set_it_up(empty_database_url: str) -> None:
    assert "bihuan init" in sentence_of(lambda: require_current(empty_database_url))

    def read() -> None:
        with reading(engine(empty_database_url)) as db:
            find(db, "TA-2026-0000000")

    assert "bihuan init" in sentence_of(read)
    release(empty_database_url)


def test_a_database_of_a_newer_program_is_not_touched(world: World) -> None:
    with transaction(world.db) as db:
        db.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = world.everything()
    assert "9999" in sentence_of(lambda: migrate(world.url))
    assert "9999" in sentence_of(lambda: require_current(world.url))
    assert world.everything() == before


def test_a_locked_database_says_so_when_patience_ends(
    migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 1)
    world = World(migrated_sqlite_url)
    story = Story(world)
    before = world.everything()
    with closing(sqlite3.connect(migrated_sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in sentence_of(lambda: story.then("submit", "zhang"))
        assert world.everything() == before  # who only reads is not kept waiting
        other.execute("ROLLBACK")
    assert story.then("submit", "zhang").version == 2
    release(migrated_sqlite_url)


def test_what_only_reads_writes_nothing_whatever_it_tries(world: World) -> None:
    before = world.everything()
    with pytest.raises(DatabaseError, match=r"read-only|只读"), reading(world.db) as db:
        db.connection().execute(update(table_of(User)).values(name="改"))
    assert world.everything() == before
    Story(world).then("submit", "zhang")  # the connection writes again when it is asked to


def test_a_read_only_sqlite_database_says_so(migrated_sqlite_url: str) -> None:
    world = World(migrated_sqlite_url)
    story = Story(world)
    path = migrated_sqlite_url.removeprefix("sqlite:///")
    read_only = f"sqlite:///file:{path}?mode=ro&uri=true"
    reader = engine(read_only)
    with reading(reader) as db:
        assert find(db, story.number).version == 1
    before = world.everything()

    def write() -> None:
        with transaction(reader) as db:
            raise_case(db, Draft("proposal", "C", "题", "文"), by=None, at=MONDAY)

    assert "read-only" in sentence_of(write)
    assert world.everything() == before
    release(read_only)
    release(migrated_sqlite_url)


def test_a_read_only_postgresql_database_says_so(postgres: Cluster, migrated_postgres_url: str) -> None:
    World(migrated_postgres_url)
    release(migrated_postgres_url)
    name = migrated_postgres_url.rpartition("/")[2]
    with postgres.connect() as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    reader = require_current(migrated_postgres_url)

    def write() -> None:
        with transaction(reader) as db:
            raise_case(db, Draft("proposal", "C", "题", "文"), by=None, at=MONDAY)

    assert "read-only" in sentence_of(write)
    release(migrated_postgres_url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all/bihuan.db",
        "postgresql://postgres@127.0.0.1:1/bihuan",
        "mysql://root@localhost/bihuan",
        "bihuan.db",
        "",
    ],
)
def test_a_database_that_is_not_there_says_so(url: str) -> None:
    sentence_of(lambda: require_current(url))
    sentence_of(lambda: migrate(url))
    release(url)


def test_a_file_that_is_no_database_says_so(tmp_path: Any) -> None:
    path = tmp_path / "letter.db"
    path.write_text("尊敬的工会：" * 1_000, encoding="utf-8")
    before = path.read_bytes()
    sentence_of(lambda: require_current(f"sqlite:///{path}"))
    assert path.read_bytes() == before
    release(f"sqlite:///{path}")
