"""The rules of the house hold in every Python file, and each rule bites."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import floors

ROOT = Path(__file__).resolve().parent.parent
FILES = list(floors.python_files(ROOT))


def states_of_laws() -> set[str]:
    laws = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "config/workflows").glob("*.toml")]
    return {state for law in laws for state in states_in(law)}


def states_in(table: object) -> Iterator[str]:
    # Assignments have a small law of their own inside the law, so tables are searched to the bottom.
    if isinstance(table, dict):
        for key, value in table.items():
            if key == "states" and isinstance(value, dict):
                yield from value
            yield from states_in(value)


def test_imports_only_go_down() -> None:
    assert [found for path, source in FILES for found in floors.imports_going_up(path, source)] == []


def test_each_fixed_package_is_imported_only_at_home() -> None:
    assert [found for path, source in FILES for found in floors.packages_away_from_home(path, source)] == []


def test_only_the_clock_reads_the_time() -> None:
    assert [found for path, source in FILES for found in floors.readings_of_the_time(path, source)] == []


def test_transactions_end_only_in_named_places() -> None:
    assert [found for path, source in FILES for found in floors.commits(path, source)] == []


def test_no_code_names_a_state_of_a_law() -> None:
    states = states_of_laws()
    assert [found for path, source in FILES for found in floors.names_of_states(path, source, states)] == []


def test_no_exception_for_a_word_outlives_its_need() -> None:
    texts = dict(FILES)
    states = states_of_laws()
    idle = [
        (path, word)
        for path, word in floors.WORDS_THAT_ARE_NOT_STATES
        if word not in states or f'"{word}"' not in texts.get(path, "")
    ]
    assert idle == []


def test_every_module_has_a_name_that_says_something() -> None:
    assert [found for path, _ in FILES for found in floors.empty_names(path)] == []


def test_every_silenced_checker_has_a_reason_on_its_line() -> None:
    assert [found for path, source in FILES for found in floors.silences_without_reason(path, source)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("config/settings.py", "from workflow.calendar import Calendar"),
        ("workflow/machine.py", "import config.clock"),
        ("workflow/proof.py", "import start"),
        ("cases/act.py", "def act():\n    from notifications import outbox"),
        ("cases/act.py", "import importlib\nimportlib.import_module('web.app')"),
        ("notifications/outbox.py", "import web"),
        ("web/app.py", "from commands import demo"),
        ("commands/demo.py", "import bihuan"),
        ("cases/act.py", "from tests.databases import Cluster"),
    ],
)
def test_an_import_that_goes_up_is_found(path: str, source: str) -> None:
    assert floors.imports_going_up(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("cases/act.py", "from config.clock import now\nfrom workflow.machine import take\nfrom cases import policy"),
        ("web/app.py", "from notifications import outbox\nfrom . import pages"),
        ("bihuan.py", "from commands import demo"),
        ("tests/test_floors.py", "import web.app"),
    ],
)
def test_an_import_that_goes_down_is_not_found(path: str, source: str) -> None:
    assert floors.imports_going_up(path, source) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("workflow/clocks.py", "from transitions import Machine"),
        ("web/app.py", "from apscheduler.schedulers.background import BackgroundScheduler"),
        ("cases/act.py", "import fastapi"),
        ("commands/serve.py", "from starlette.responses import Response"),
    ],
)
def test_a_package_away_from_home_is_found(path: str, source: str) -> None:
    assert floors.packages_away_from_home(path, source)


def test_a_package_at_home_is_not_found() -> None:
    assert floors.packages_away_from_home("workflow/machine.py", "import transitions") == []
    assert floors.packages_away_from_home("web/api/cases.py", "from fastapi import APIRouter") == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "from datetime import datetime\nfield = dict(default_factory=datetime.utcnow)",
        "import datetime as dt\ndt.datetime.now(dt.UTC)",
        "import datetime\ndatetime.date.today()",
        "from datetime import date as day\nday.today()",
        "import time\ntime.time()",
        "from time import time_ns\ntime_ns()",
        "import time as t\nt.localtime()",
        "import sqlalchemy as sa\nsa.func.now()",
        "from sqlmodel import func\nfunc.now()",
    ],
)
def test_a_reading_of_the_time_is_found(source: str) -> None:
    assert floors.readings_of_the_time("cases/act.py", source)


def test_a_measured_duration_and_our_own_clock_are_not_readings_of_the_time() -> None:
    source = "import time\nfrom config import clock\ntime.monotonic(), time.perf_counter(), time.sleep(1), clock.now()"
    assert floors.readings_of_the_time("cases/act.py", source) == []
    assert floors.readings_of_the_time("config/clock.py", "import time\ntime.time()") == []


def test_a_commit_outside_the_named_places_is_found() -> None:
    assert floors.commits("cases/act.py", "def act(db):\n    db.commit()")
    assert floors.commits("cases/record/database.py", "def act(db):\n    db.commit()") == []


def test_a_state_in_code_is_found() -> None:
    assert floors.names_of_states("web/pages.py", "if case.state == 'handling': pass", {"handling"})
    assert floors.names_of_states("cases/act.py", "match state:\n    case 'handling': pass", {"handling"})
    assert floors.names_of_states("tests/test_act.py", "state = 'handling'", {"handling"}) == []
    assert list(states_in({"states": {"draft": {}}, "assignment": {"states": {"asked": {}}}})) == ["draft", "asked"]


def test_a_name_that_says_nothing_is_found() -> None:
    assert floors.empty_names("cases/utils.py")
    assert floors.empty_names("web/helpers/forms.py")
    assert floors.empty_names("cases/database.py") == []


@pytest.mark.parametrize("comment", ["# type: ignore", "# type: ignore[attr-defined]", "# noqa", "# noqa: E402, F401"])
def test_a_silenced_checker_without_a_reason_is_found(comment: str) -> None:
    assert floors.silences_without_reason("cases/act.py", f"x = 1  {comment}\n")
    assert floors.silences_without_reason("cases/act.py", f"x = 1  {comment}  # its stubs are wrong\n") == []
