"""What a system administrator sees to."""

from __future__ import annotations

from sqlmodel import col, select

from cases.heartbeat import beat
from cases.record.clock import Clock, Parked
from cases.record.database import transaction
from cases.sweep import sweep
from tests.web.visitors import Office


def test_an_administrator_sees_what_is_parked_and_releases_it_and_nobody_else_does(office: Office) -> None:
    number = office.submitted()
    with transaction(office.engine) as db:
        clock = db.exec(select(Clock).where(Clock.kind == "state", col(Clock.stopped_at).is_(None))).one()
        clock.calendar = "no-such-calendar"
        db.add(clock)
    assert list(sweep(office.engine, office.later(days=10))) == []
    beat(office.engine, "node:1", office.at)

    assert office.browser("zhao").client.get("/admin").status_code == 403
    admin = office.browser("xitong")
    page = admin.get("/admin")
    assert number in page and "no-such-calendar" in page and "node:1" in page
    with transaction(office.engine) as db:
        clock = db.get_one(Clock, clock.id)
        clock.calendar = "cn-office"
        db.add(clock)
        parked = db.exec(select(Parked)).one().id
    release = f"/admin/parked/{parked}/release"
    assert admin.send(release).status_code == 303
    assert "没有搁置的时钟" in admin.get("/admin")
    assert [fired.rung.split()[0] for fired in sweep(office.engine, office.at)][:2] == ["remind", "overdue"]
