"""Invented people who raise cases: what they told of themselves lies nowhere but sealed, whatever is done with it.

A real server works for them, with its mails, its errors and its log; then all that the installation has left behind is
searched as bytes, as it is and inside of archives, for every name and number in every way in which programs write it.
After an erasure what they wrote is searched for as well, and so is what lay sealed.

Whoever has an account has a row of their own in `users`, where their name belongs: of them the database is searched
table by table, as a backup holds it. `BIHUAN_TEST_EXAMPLES` says how many people.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from sqlmodel import col, select

from cases.record.case import Case
from cases.record.database import engine, reading, release, transaction
from cases.record.schema import migrate
from cases.record.vault import Sealed
from cases.verifying import verify_database
from tests.canaries import Bytes, Search, hits, searches
from tests.cast import cast
from tests.commands.test_program import Captured
from tests.databases import FAST, Cluster
from tests.web.canary_places import Installation
from tests.web.canary_work import ACCOUNT, Raised, Work, invented
from tests.web.served import Served
from tests.web.test_postman import until

PEOPLE = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "16"))
SEED = int(os.environ.get("BIHUAN_TEST_SEED", "20261121"))
#: Of whose erased identities the sealed bytes are searched for.
FEW = min(40, PEOPLE // 4)
CLEAR = "what is there"


@pytest.fixture
def on_sqlite(migrated_sqlite_url: str, database_folder: Path, tmp_path: Path) -> Iterator[Installation]:
    """Gives an installation on SQLite with the cast in it."""
    yield from installed(Installation(migrated_sqlite_url, database_folder, tmp_path))


@pytest.fixture
def on_postgresql(postgres_programs: Path, tmp_path: Path) -> Iterator[Installation]:
    """Gives an installation on a PostgreSQL of its own, set as docs/record.md says."""
    settings = {"wal_recycle": "off", "min_wal_size": "32MB", "log_error_verbosity": "terse"}
    cluster = Cluster(postgres_programs, {**FAST, **settings})
    try:
        migrate(url := cluster.create("bihuan"))
        yield from installed(Installation(url, cluster.data, tmp_path, cluster))
    finally:
        cluster.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """Gives an installation, once on each engine."""
    found = request.getfixturevalue(f"on_{request.param}")
    assert isinstance(found, Installation)
    return found


def installed(installation: Installation) -> Iterator[Installation]:
    """Write the cast, and lend the installation with its mail server."""
    with transaction(engine(installation.url)) as db:
        cast(db)
    with installation.box:
        yield installation
    release(installation.url)


def test_nobody_s_name_lies_anywhere_but_sealed_and_after_an_erasure_nothing_does(
    installation: Installation, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_FILES", str(installation.folder / "files"))
    people, dice = invented(SEED, PEOPLE), random.Random(SEED)
    with Served(installation.url, installation.folder, **installation.box.settings) as served:
        work = Work(served, people)
        work.prepare()
        work.raise_all(dice)
        work.break_down(2)
        work.handle()
        work.write(every=4)
        until(lambda: len(installation.box.kept) >= 3)
        numbers = [one.number for one in work.raised[:3:2]]
        installation.takes_out("before", numbers, work.read_out(), capsys)
        installation.settles()
        unknown = searches(one.who for one in work.raised if one.kind != ACCOUNT)
        accounts = [one.who for one in work.raised if one.kind == ACCOUNT]
        clear = {CLEAR: Search([work.raised[0].who.text], is_whole=True)}  # what lies there openly, to be found
        found = hits(chain(installation.lies("before"), installation.posted()), unknown | clear)
        assert "\n".join(one for one in found if CLEAR not in one) == ""
        assert all(any(place in one for one in found) for place in ("saved.tar.gz|", "ledger.xlsx|"))
        assert installation.of_accounts(accounts, "before") == []
        hidden = [one.who.text for one in work.raised if one.mode == "confidential"]
        assert hits(installation.posted(), {"text": Search(hidden, is_whole=True)}) == []

        gone = [one for place, one in enumerate(work.raised) if place % 3 != 1]
        seals = Bytes(sealed(served, gone))
        work.erase(gone)
        installation.takes_out("after", numbers, work.read_out(), capsys)
        installation.tidies_up()
        written = {"text": Search([one.who.text for one in gone], is_whole=True), "seal": seals}
        clear = {CLEAR: Search([one.who.text for one in work.raised if one not in gone], is_whole=True)}
        found = hits(installation.lies("after"), unknown | written | clear)
        assert "\n".join(one for one in found if CLEAR not in one) == ""
        assert any("saved.tar.gz|" in one for one in found)
        assert installation.of_accounts(accounts, "after") == []
    with reading(served.engine) as db:
        verify_database(db)
    print(f"BIHUAN_TEST_SEED={SEED}: {PEOPLE} people, {work.seen} looks, {len(installation.box.kept)} mails,", end=" ")
    print(f"{len(gone)} erased, {sum(len(content) for _, content in installation.lies('before', 'after')):,} bytes")


def sealed(served: Served, gone: list[Raised]) -> list[bytes]:
    """Return what lies sealed of a few of those who will be erased."""
    numbers = [one.number for one in gone if one.kind != ACCOUNT][:FEW]
    with reading(served.engine) as db:
        wanted = select(Sealed.sealed).join(Case, col(Case.id) == Sealed.case_id).where(col(Case.number).in_(numbers))
        found = [text.encode() for text in db.exec(wanted)]
    assert len(found) == 4 * len(numbers)
    return found


@pytest.mark.parametrize("build", ["names_in_the_log", "names_in_the_news"])
def test_a_build_that_writes_a_name_where_none_belongs_is_found(on_sqlite: Installation, build: str) -> None:
    people = invented(SEED, 4)
    with Served(on_sqlite.url, on_sqlite.folder, build) as served:
        work = Work(served, people)
        work.prepare()
        work.raise_all(random.Random(SEED))
        found = hits(on_sqlite.lies(), searches(one.who for one in work.raised if one.kind != ACCOUNT))
    place = {"names_in_the_log": "/log: name as", "names_in_the_news": "/bihuan.db"}[build]
    assert any(place in one for one in found), found
