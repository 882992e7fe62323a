"""The machine's databases, browser and data as fixtures; what is absent is skipped by name or fails on demand."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest

from cases.record.database import release
from cases.record.schema import migrate
from tests.browsers import find_chromium
from tests.cases.world import World
from tests.compiling import compile_once
from tests.databases import DURABLE, Cluster, find_programs, quick_place
from tests.requirements import absent

# A shared machine is slow at times; slowness is measured in tests/benchmarks and never asserted.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

# One key for the tests and every process that they start.
os.environ.setdefault("BIHUAN_KEY", "5e" * 32)

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")
serials = count(1)


def prepare(url: str) -> None:
    """Brings an empty database to the newest schema."""
    migrate(url)
    release(url)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Lets what was compiled for one test's database serve the next."""
    with pytest.MonkeyPatch.context() as patch:
        compile_once(patch)
        yield


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """Gives the directory of PostgreSQL's server programs."""
    programs = find_programs()
    if programs is None:
        absent("postgres", "no server programs of PostgreSQL 15 or newer were found")
    return programs


@pytest.fixture(scope="session")
def postgres(postgres_programs: Path) -> Iterator[Cluster]:
    """Runs one PostgreSQL for all tests of this process, without waiting for disks."""
    cluster = Cluster(postgres_programs)
    yield cluster
    cluster.remove()


@pytest.fixture
def durable_postgres(postgres_programs: Path) -> Iterator[Cluster]:
    """Runs a PostgreSQL of this test's own that keeps its promises, to be killed and started again."""
    cluster = Cluster(postgres_programs, DURABLE)
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def postgres_url(postgres: Cluster) -> str:
    """Gives the URL of the cluster's first database."""
    return postgres.url()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Makes one SQLite database with the newest schema, for tests to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Cluster) -> str:
    """Makes one PostgreSQL database with the newest schema, for tests to copy, and names it."""
    prepare(postgres.create("template_bihuan"))
    return "template_bihuan"


@pytest.fixture
def empty_postgres_url(postgres: Cluster) -> Iterator[str]:
    """Gives a PostgreSQL database of this test's own without a table."""
    yield from fresh(postgres, "template1")


@pytest.fixture
def migrated_postgres_url(postgres: Cluster, migrated_postgres: str) -> Iterator[str]:
    """Gives a PostgreSQL database of this test's own with the newest schema."""
    yield from fresh(postgres, migrated_postgres)


@pytest.fixture
def database_folder() -> Iterator[Path]:
    """Gives a folder for this test's database files, in memory where there is one: no test waits for a disk."""
    with TemporaryDirectory(prefix="bihuan-db-", dir=quick_place()) as folder:
        yield Path(folder)


@pytest.fixture
def empty_sqlite_url(database_folder: Path) -> str:
    """Gives a SQLite database of this test's own without a table."""
    return f"sqlite:///{database_folder / 'bihuan.db'}"


@pytest.fixture
def migrated_sqlite_url(database_folder: Path, migrated_sqlite: Path) -> str:
    """Gives a SQLite database of this test's own with the newest schema."""
    path = database_folder / "bihuan.db"
    copy_sqlite(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Gives an empty database, once on each engine."""
    url = str(request.getfixturevalue(f"empty_{short(request.param)}_url"))
    yield url
    release(url)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Gives a database with the newest schema and no row, once on each engine."""
    url = str(request.getfixturevalue(f"migrated_{short(request.param)}_url"))
    yield url
    release(url)


@pytest.fixture(scope="session")
def peopled_sqlite(migrated_sqlite: Path) -> Path:
    """Makes one SQLite database with the cast in it, for tests to copy."""
    path = migrated_sqlite.with_name("peopled.db")
    copy_sqlite(migrated_sqlite, path)
    people(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def peopled_postgres(postgres: Cluster, migrated_postgres: str) -> str:
    """Makes one PostgreSQL database with the cast in it, for tests to copy, and names it."""
    people(postgres.create("template_peopled", migrated_postgres))
    return "template_peopled"


@pytest.fixture
def peopled_sqlite_url(database_folder: Path, peopled_sqlite: Path) -> str:
    """Gives a SQLite database of this test's own with the cast in it."""
    path = database_folder / "bihuan.db"
    copy_sqlite(peopled_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def peopled_postgres_url(postgres: Cluster, peopled_postgres: str) -> Iterator[str]:
    """Gives a PostgreSQL database of this test's own with the cast in it."""
    yield from fresh(postgres, peopled_postgres)


@pytest.fixture(params=ENGINES)
def peopled_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Gives a database with the cast in it, once on each engine."""
    url = str(request.getfixturevalue(f"peopled_{short(request.param)}_url"))
    yield url
    release(url)


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Gives the system's Chromium."""
    path = find_chromium()
    if path is None:
        absent("browser", "no Chromium was found on the PATH")
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Gives the directory of real input beside the repository."""
    path = Path(os.environ.get("BIHUAN_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        absent("data", f"no directory {path} (BIHUAN_SHARED_DATA names another)")
    return path


def people(url: str) -> None:
    """Writes the cast into a database that nobody is connected to afterwards."""
    World(url)
    release(url)


def fresh(cluster: Cluster, template: str) -> Iterator[str]:
    """Makes a copy of a template, lends it, and drops it with whoever is still connected."""
    name = f"test_{next(serials)}"
    yield cluster.create(name, template)
    cluster.drop(name)


def copy_sqlite(source: Path, target: Path) -> None:
    """Copies a SQLite database through SQLite itself, so that what still lies in its log comes along."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def short(engine: str) -> str:
    """Shortens an engine's name to the word that the fixtures use."""
    return engine.replace("postgresql", "postgres")
