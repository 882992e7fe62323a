"""The one small world of the tests: a province, a city, a town, their people, both laws, and one Monday.

省总 P ── 市总 C ─┬─ 当湖镇 T ── 迅达快递 E
                  ├─ 权益保障部 D
                  └─ 人社局 A
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlmodel import Session

from cases.access import Cost, hash_password
from cases.laws import publish
from cases.record.people import Duty, Unit, User
from cases.words import vocabulary
from workflow.definition import Definition
from workflow.reading import load

MONDAY = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai
PASSWORD = "tests-only"
#: The lowest cost that Argon2id knows.
CHEAP = Cost(memory=8, passes=1)
WORKFLOWS = Path(__file__).resolve().parent.parent / "config" / "workflows"

UNITS = (
    ("P", "省总工会", "union", None),
    ("C", "市总工会", "union", "P"),
    ("T", "当湖镇总工会", "union", "C"),
    ("D", "权益保障部", "department", "C"),
    ("A", "人社局", "agency", "C"),
    ("E", "迅达快递工会", "enterprise", "T"),
)
PEOPLE = (
    ("zhang", "张代表", "representative@C"),
    ("qian", "钱师傅", "worker@E"),
    ("li", "李审议", "reviewer@C"),
    ("wang", "王承办", "handler@D"),
    ("zhou", "周科长", "handler@A"),
    ("wu", "吴部长", "head@D"),
    ("zhao", "赵督查", "supervisor@C"),
    ("sun", "孙主席", "leader@C"),
    ("feng", "冯审议", "reviewer@P"),
    ("chen", "陈督查", "supervisor@P"),
    ("wei", "卫主席", "leader@P"),
    ("zheng", "郑离任", "reviewer@C"),  # disabled
    ("xitong", "系统员", "system_admin@C"),
    ("anquan", "安全员", "security_admin@C"),
    ("shenji", "审计员", "audit_admin@C"),
)


def cast(db: Session, laws: Path = WORKFLOWS) -> dict[str, User]:
    """Write the world into a migrated database and return its people by login."""
    for law in read(laws):
        publish(db, law, at=MONDAY)
    units: dict[str, Unit] = {}
    for number, (code, name, kind, parent) in enumerate(UNITS, 1):
        above = units[parent] if parent else None
        place = f"{above.path if above else '/'}{number}/"
        units[code] = Unit(
            id=number, code=code, name=name, kind=kind, parent_id=above.id if above else None, path=place
        )
        db.add(units[code])
    db.flush()
    people: dict[str, User] = {}
    for number, (login, name, _) in enumerate(PEOPLE, 1):
        people[login] = User(
            id=number,
            login=login,
            name=name,
            password_hash=password_hash(),
            is_active=login != "zheng",
            created_at=MONDAY,
        )
        db.add(people[login])
    db.flush()
    for login, _, duty in PEOPLE:
        role, _, unit = duty.partition("@")
        db.add(Duty(user_id=people[login].id or 0, unit_id=units[unit].id or 0, role=role))
    db.flush()
    if db.get_bind().dialect.name == "postgresql":
        for table in ("units", "users"):
            db.connection().exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
    return people


@cache
def read(laws: Path) -> tuple[Definition, ...]:
    """Return the laws of a folder, which are read once."""
    return tuple(load(path, vocabulary()) for path in sorted(laws.glob("*.toml")))


@cache
def password_hash() -> str:
    """Return the hash of the one password at the lowest cost, so that no sign-in waits for what is slow on purpose."""
    return hash_password(PASSWORD, CHEAP)
