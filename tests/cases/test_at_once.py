"""What is asked at once is answered as if each statement had been asked alone, on either database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import LargeBinary, bindparam, event, literal, select, text
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_rows

from cases.policy import get_to_know
from cases.record import at_once
from cases.record.at_once import ask, gather, open_file
from cases.record.case import Case
from cases.record.clock import Clock
from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.lines import line
from cases.record.people import Unit, User, people_by_id
from cases.record.statements import OF_A_CASE, Prepared, answers_of
from cases.units import names_by_code, units_by_id
from tests.cases.test_searching import busy
from tests.cases.world import Story, World
from tests.cast import MONDAY

_USERS = table_of(User)
BY_LOGIN = Prepared(select(_USERS.c.id, _USERS.c.created_at).where(_USERS.c.login == bindparam("login")))


def alone(db: Session, prepared: Prepared, values: dict[str, Any]) -> list[Any]:
    """Ask one statement past all that is remembered."""
    return list(prepared._asked(db, values))


def test_the_file_of_a_case_holds_what_each_statement_would_find(world: World) -> None:
    busy(world)
    story = Story(world).up_to("report")
    reader_id = world.people["li"]
    with reading(world.db) as db:
        open_file(db, story.case.id or 0, reader_id)
        answers, found = answers_of(db), 0
        assert answers is not None and len(OF_A_CASE) > 20
        for prepared, (name, reader) in OF_A_CASE.items():
            values = {name: story.case.id, **({reader: reader_id} if reader else {})}
            kept = answers[prepared, tuple(values.items())]
            assert kept == alone(db, prepared, values), str(prepared.statement)
            found += len(kept)
        assert found > 20


def test_the_file_names_the_units_and_the_people_in_it(world: World) -> None:
    story = Story(world).up_to("report")
    with reading(world.db) as db:
        named = open_file(db, story.case.id or 0, 0)
        assert named["units"] == {world.units["D"]} | ({world.units["C"]} & named["units"])
        assert {world.people[login] for login in ("li", "wang")} <= named["users"]
    with transaction(world.db) as db:  # whoever may write asks for each thing when it is needed
        assert not any(open_file(db, story.case.id or 0, 0).values())


def test_values_come_back_as_they_were_whatever_their_type(world: World) -> None:
    kinds = select(
        literal(True).label("yes"),
        literal(b"\x00\xff", LargeBinary).label("bytes"),
        literal(2**53 - 1).label("large"),
        literal("五\n\"'").label("text"),
        literal(MONDAY, table_of(User).c.created_at.type).label("moment"),
        literal(date(2026, 11, 22)).label("day"),
        literal(None).label("empty"),
    )
    prepared = Prepared(kinds)
    with reading(world.db) as db:
        ask(db, [(prepared, {}), (BY_LOGIN, {"login": "li"})])
        (row,) = prepared.rows(db, {})
        assert tuple(row) == (True, b"\x00\xff", 2**53 - 1, "五\n\"'", MONDAY, date(2026, 11, 22), None)
        assert [one.id for one in BY_LOGIN.rows(db, {"login": "li"})] == [world.people["li"]]


def test_one_statement_with_several_values_is_asked_for_each(world: World) -> None:
    with reading(world.db) as db:
        ask(db, [(BY_LOGIN, {"login": login}) for login in ("li", "nobody", "zhao")])
        found = [[row.id for row in BY_LOGIN.rows(db, {"login": login})] for login in ("li", "nobody", "zhao")]
    assert found == [[world.people["li"]], [], [world.people["zhao"]]]


def test_what_is_known_is_not_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    together = at_once._together

    def counted(statements: tuple[Prepared, ...], dialect: Any) -> Any:
        asked.append(len(statements))
        return together(statements, dialect)

    monkeypatch.setattr(at_once, "_together", counted)
    with reading(world.db) as db:
        get_to_know(db, world.people["li"], MONDAY)
        get_to_know(db, world.people["li"], MONDAY, (BY_LOGIN, {"login": "li"}))
        get_to_know(db, world.people["li"], MONDAY)
    assert len(asked) == 2 and asked[1] == 1


def test_what_is_gathered_is_what_each_query_would_find_in_its_order(world: World) -> None:
    busy(world)
    late = select_rows(Case).where(col(Case.closed_at).is_(None)).order_by(col(Case.due_at).desc(), col(Case.id).desc())
    with_clocks = select_rows(Case, Clock).join(Clock, col(Clock.case_id) == Case.id).order_by(col(Clock.id).desc())
    with_leads = select_rows(User, Unit).outerjoin(Unit, col(Unit.name) == User.name).order_by(col(User.id))
    numbers = select_rows(Case.number, Case.id).order_by(Case.number)
    queries: list[Any] = [
        late.limit(5),
        with_clocks,
        with_leads,
        numbers,
        select_rows(Case.id).order_by(col(Case.id)),
        late,
    ]
    with reading(world.db) as db:
        for query, gathered in zip(queries, gather(db, queries), strict=True):
            alone = db.exec(query).all()
            assert len(alone) == len(gathered) > 3
            for one, other in zip(alone, gathered, strict=True):
                assert plain(one) == plain(other)
        assert gather(db, []) == []


def test_what_is_too_deep_for_one_statement_is_asked_alone(world: World) -> None:
    busy(world)
    deep = f"{'(' * 89}cases.round > 0{')' * 89}"  # as deep as SQLite goes: a statement around it is too deep
    query = select_rows(Case).where(text(deep)).order_by(col(Case.id))
    said: list[str] = []

    def heard(connection: object, cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    with reading(world.db) as db:
        alone = db.exec(query).all()
        event.listen(world.db, "before_cursor_execute", heard)
        gathered, numbers = gather(db, [query, select_rows(Case.number).order_by(col(Case.id))])
        event.remove(world.db, "before_cursor_execute", heard)
    assert [case.number for case in gathered] == [case.number for case in alone] == numbers and len(numbers) > 3
    assert len(said) == (3 if world.db.dialect.name == "sqlite" else 1)


def plain(row: Any) -> Any:
    """Return a row without its objects: their values, or nothing where nothing was joined."""
    if isinstance(row, SQLModel):
        return row.model_dump()
    return tuple(map(plain, row)) if isinstance(row, Sequence) and not isinstance(row, str) else row


def test_units_are_known_with_all_above_them_and_people_once(world: World) -> None:
    town, city, province = (world.units[code] for code in "TCP")
    with reading(world.db) as db:
        assert list(units_by_id(db, [town, None, 999])) == [town]
        before = [place.id for place in line(db, town)]
        assert before == [town, city, province] and names_by_code(db, ["C", "nowhere"]) == {"C": "市总工会"}
        assert people_by_id(db, [world.people["li"], None])[world.people["li"]].name == "李审议"
        assert units_by_id(db, [province])[province].parent_id is None
    with transaction(world.db) as db:
        unit = units_by_id(db, [town])[town]
        unit.name = "改名"
        db.flush()
        assert units_by_id(db, [town])[town].name == db.get_one(Unit, town).name == "改名"
        db.rollback()
