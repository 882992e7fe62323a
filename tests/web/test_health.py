"""What machines ask: lives, ready, how much is late; and the way the application is served."""

import socket
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from cases.heartbeat import beat, last_beat
from cases.record.case import KeptAnswer
from cases.record.database import engine, transaction
from cases.record.people import SignIn
from config.settings import Settings
from tests.web.visitors import API, SUBMISSION, Office, taken
from web.app import create_app
from web.schedule import Schedule
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


def test_what_nobody_can_use_any_more_is_forgotten(office: Office) -> None:
    def left() -> tuple[list[str], int]:
        with transaction(office.engine) as db:
            return sorted(db.exec(select(KeptAnswer.key)).all()), len(db.exec(select(SignIn)).all())

    def submit(key: str) -> None:
        answer = office.program("zhang").post(f"{API}/cases", json=SUBMISSION, headers={"idempotency-key": key})
        assert answer.status_code == 201

    submit("old")
    office.browser("li")
    beat(office.engine, "a:1", office.later(minutes=29))
    assert left() == (["old"], 1)
    beat(office.engine, "a:1", office.later(minutes=1))
    assert left() == (["old"], 0)
    office.later(days=6)
    submit("new")
    beat(office.engine, "a:1", office.later(hours=23, minutes=30))
    assert left() == (["new", "old"], 0)
    beat(office.engine, "a:1", office.later(seconds=1))
    assert left() == (["new"], 0)


def test_a_clock_that_is_not_believed_makes_nothing_old(office: Office) -> None:
    office.browser("li")
    beat(office.engine, "another:1", office.at)
    schedule = Schedule(office.engine, "ahead:1", Settings())
    schedule.ahead = timedelta(days=3650)
    beat(office.engine, "ahead:1", office.at + schedule.ahead, schedule.ahead, is_trusted=schedule.is_trusted())
    with transaction(office.engine) as db:
        assert last_beat(db, "another:1") == office.at
        assert len(db.exec(select(SignIn)).all()) == 1
    beat(office.engine, "ahead:1", office.at + schedule.ahead)
    with transaction(office.engine) as db:
        assert last_beat(db, "another:1") is None
        assert not db.exec(select(SignIn)).all()


def test_that_a_clock_was_set_is_told_for_a_day(office: Office) -> None:
    beat(office.engine, "node:1", office.at, timedelta(hours=-2))
    for hours, told in ((0, True), (23, True), (1, False)):
        office.later(hours=hours)
        assert f"bihuan_clock_jumps {told:d}" in office.client_from("127.0.0.1").get("/metrics").text
        assert ("被调整 -7200 秒" in office.browser("xitong").get("/admin")) is told


def test_figures_for_prometheus(office: Office) -> None:
    for _ in range(2):
        office.submitted()
    office.later(days=7)
    office.submitted()
    beat(office.engine, office.app.state.node, office.at - timedelta(seconds=5))
    lines = office.client_from("127.0.0.1").get("/metrics").text.splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "bihuan_open_cases 3", "bihuan_overdue_cases 2", "bihuan_waiting_clocks 2", "bihuan_parked_clocks 0",
        "bihuan_rung_lateness_seconds 0", "bihuan_untold_events 8", "bihuan_untold_seconds 604800",
        "bihuan_untellable_events 0", "bihuan_overdue_held_messages 0",
        "bihuan_waiting_messages 0", "bihuan_parked_messages 0",
            "bihuan_oldest_message_seconds 0", "bihuan_clock_jumps 0", "bihuan_heartbeat_age_seconds 5.0",
    ]  # fmt: skip


def test_the_api_describes_itself_without_an_outside_address(sqlite_office: Office) -> None:
    client = sqlite_office.client()
    paths = client.get("/api/openapi.json").json()["paths"]
    assert f"{API}/cases/{{number}}/actions/{{action}}" in paths
    assert not [path for path in paths if not path.startswith(API)]
    page = client.get("/api/docs").text
    assert "//" not in page.replace("<!doctype", "")
    assert all(path in page for path in paths)


def test_the_description_says_who_may_ask_and_how_a_problem_looks(sqlite_office: Office) -> None:
    schema = sqlite_office.client().get("/api/openapi.json").json()
    schemes = schema["components"]["securitySchemes"]
    assert schema["security"] == [{name: []} for name in schemes]
    assert [(one["type"], one.get("scheme"), one.get("name")) for one in schemes.values()] == [
        ("http", "bearer", None), ("apiKey", None, "bihuan"),
    ]  # fmt: skip
    answers = {
        (method, path.removeprefix(API)): {
            status for status, answer in call["responses"].items() if "problem" in str(resolved(schema, answer))
        }
        for path, calls in schema["paths"].items()
        for method, call in calls.items()
    }
    assert answers["get", "/rates"] == {"401", "422", "503"}
    assert answers["get", "/overdue"] == {"401", "404", "422", "503"}
    assert answers["get", "/cases/{number}"] == {"401", "404", "422", "503"}
    assert answers["post", "/cases"] == {"400", "401", "403", "404", "409", "413", "422", "503"}
    assert answers["post", "/cases/{number}/actions/{action}"] == answers["post", "/cases"] | {"428"}
    assert "HTTPValidationError" not in str(schema)
    problem = sqlite_office.client().get(f"{API}/cases").json()
    assert set(schema["components"]["schemas"]["Problem"]["required"]) == set(problem)


def resolved(schema: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Follows a reference to what all calls share."""
    if "$ref" in answer:
        answer = schema["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return answer


def test_several_processes_need_postgresql_and_a_port_serves_one(migrated_sqlite_url: str) -> None:
    settings = Settings(database=migrated_sqlite_url)
    with pytest.raises(Refusal, match="PostgreSQL"):
        serve(settings, "127.0.0.1", 8000, workers=2)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Refusal, match="端口可能已被占用"):
        serve(settings, "127.0.0.1", taken.getsockname()[1])
    engine(migrated_sqlite_url).dispose()


def test_a_jump_that_the_watch_has_not_yet_noticed_is_not_believed_either(sqlite_office: Office) -> None:
    schedule = Schedule(sqlite_office.engine, "unaware:1", Settings())
    assert schedule.is_trusted()
    schedule._parted -= timedelta(days=3650)  # as if the wall clock had been set ahead a moment ago
    assert not schedule.is_trusted()


def test_nothing_is_recorded_by_a_clock_that_is_not_believed(office: Office) -> None:
    number = office.submitted()
    browser, program = office.browser("li"), office.program("li")
    schedule = Schedule(office.engine, "ahead:1", Settings())
    schedule.ahead = timedelta(days=3650)
    office.app.state.schedule = schedule
    fields = {"category": "工资", "tier": "A", "lead": "D"}
    refused = taken(program, number, "accept", fields)
    assert (refused.status_code, refused.json()["title"] != "") == (503, True)
    assert "服务器时间" in refused.json()["detail"]
    assert browser.client.get(f"/cases/{number}").status_code == 200  # it can still be read
    office.app.state.schedule = None
    assert taken(program, number, "accept", fields).status_code == 200


def test_how_much_there_is_to_do_is_told_to_nobody_else(office: Office) -> None:
    office.submitted()
    for client in (office.client(), office.client_from("10.1.2.3")):
        told = client.get("/metrics").text
        assert "bihuan_heartbeat_age_seconds" in told and "cases" not in told and "messages" not in told
    behind = office.client_from("127.0.0.1").get("/metrics", headers={"x-forwarded-for": "10.1.2.3"}).text
    assert "cases" not in behind  # through a proxy that nobody has named everybody comes from here
    assert "bihuan_open_cases 1" in office.client_from("::1").get("/metrics").text
    office.app.state.settings = replace(office.app.state.settings, metrics_from="10.1.0.0/16")
    assert "bihuan_open_cases 1" in office.client_from("10.1.2.3").get("/metrics").text
    assert "cases" not in office.client_from("127.0.0.1").get("/metrics").text
