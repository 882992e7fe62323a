"""What machines ask: lives, ready, how much is late; and the way the application is served."""

import socket
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from cases.record.database import engine, transaction
from cases.sweep import beat, last_beat
from config.settings import Settings
from tests.web.visitors import API, Office
from web.app import create_app
from web.server import serve
from workflow.errors import Refusal


def test_it_is_ready_while_its_heart_beats(office: Office) -> None:
    client = office.client()
    assert client.get("/healthz").json() == {"status": "ok"}
    silent = client.get("/readyz")
    assert (silent.status_code, silent.json()["reasons"]) == (503, ["the schedule has not beaten yet"])
    beat(office.engine, "another:1", office.at)
    assert client.get("/readyz").status_code == 503
    beat(office.engine, office.app.state.node, office.at)
    assert client.get("/readyz").json() == {"status": "ok", "reasons": []}
    office.later(seconds=29)
    assert client.get("/readyz").status_code == 200
    office.later(seconds=1)
    assert client.get("/readyz").json()["reasons"] == ["the schedule last beat 30 seconds ago"]


def test_it_is_not_ready_without_its_tables(empty_database_url: str) -> None:
    client = TestClient(create_app(Settings(database=empty_database_url)))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["the database needs `bihuan init`"])
    client.close()
    engine(empty_database_url).dispose()


def test_it_is_not_ready_without_a_database() -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    client = TestClient(create_app(Settings(database=url)))
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    client.close()


def test_the_schedule_starts_and_stops_with_the_application(office: Office) -> None:
    with TestClient(office.app) as client:
        with transaction(office.engine) as db:
            assert last_beat(db, office.app.state.node) is not None
        assert client.get("/healthz").status_code == 200


def test_nodes_that_are_gone_are_forgotten_after_a_week(office: Office) -> None:
    beat(office.engine, "old:1", office.at)
    beat(office.engine, "new:1", office.at + timedelta(days=8))
    with transaction(office.engine) as db:
        assert last_beat(db, "old:1") is None
        assert last_beat(db) == office.at + timedelta(days=8)


def test_figures_for_prometheus(office: Office) -> None:
    for _ in range(2):
        office.submitted()
    office.later(days=7)
    office.submitted()
    beat(office.engine, office.app.state.node, office.at - timedelta(seconds=5))
    lines = office.client().get("/metrics").text.splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "bihuan_open_cases 3", "bihuan_overdue_cases 2", "bihuan_heartbeat_age_seconds 5.0",
    ]  # fmt: skip


def test_the_api_describes_itself_without_an_outside_address(sqlite_office: Office) -> None:
    client = sqlite_office.client()
    paths = client.get("/api/openapi.json").json()["paths"]
    assert f"{API}/cases/{{number}}/actions/{{action}}" in paths
    assert not [path for path in paths if not path.startswith(API)]
    page = client.get("/api/docs").text
    assert "//" not in page.replace("<!doctype", "")
    assert all(path in page for path in paths)


def test_several_processes_need_postgresql_and_a_port_serves_one(migrated_sqlite_url: str) -> None:
    settings = Settings(database=migrated_sqlite_url)
    with pytest.raises(Refusal, match="PostgreSQL"):
        serve(settings, "127.0.0.1", 8000, workers=2)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Refusal, match="端口可能已被占用"):
        serve(settings, "127.0.0.1", taken.getsockname()[1])
    engine(migrated_sqlite_url).dispose()
