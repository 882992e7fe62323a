"""A session that only reads asks the same once, one that may write asks again, and neither keeps the whole record."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from cases.record.columns import table_of
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.record.statements import MOST_ANSWERS, Prepared
from tests.cases.world import World

_USERS = table_of(User)
NAME = Prepared(select(_USERS.c.name).where(_USERS.c.login == bindparam("login")))


def rename(world: World, name: str) -> None:
    with transaction(world.db) as db:
        db.get_one(User, world.people["li"]).name = name


def test_the_same_is_asked_once_in_a_transaction_that_only_reads(world: World) -> None:
    with reading(world.db) as db:
        first = NAME.rows(db, {"login": "li"})
        assert NAME.rows(db, {"login": "li"}) is first and NAME.rows(db, {"login": "wang"}) != first
        db.rollback()
        rename(world, "李新名")
        assert NAME.rows(db, {"login": "li"})[0].name == "李新名"


def test_whoever_may_write_reads_what_they_wrote(world: World) -> None:
    with transaction(world.db) as db:
        assert NAME.rows(db, {"login": "li"})[0].name == "李审议"
        db.get_one(User, world.people["li"]).name = "李新名"
        db.flush()
        assert NAME.rows(db, {"login": "li"})[0].name == "李新名"


def test_whoever_reads_very_much_keeps_little_of_it(world: World) -> None:
    with reading(world.db) as db:
        first = NAME.rows(db, {"login": "li"})
        for number in range(MOST_ANSWERS):
            NAME.rows(db, {"login": f"nobody {number}"})
        assert NAME.rows(db, {"login": "li"}) == first and NAME.rows(db, {"login": "li"}) is not first
