"""Statements are compiled once in a process of the tests, as in an installation, though each test has its database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from cases.record import database

#: How many statements are kept: more than there are.
MOST = 3_000


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """Let every engine that is made from now on find what another one has compiled for the same kind of database."""
    compiled: LRUCache[Any, Any] = LRUCache(MOST)
    make = database._made

    def sharing(url: str) -> Engine:
        made = make(url)
        made.update_execution_options(compiled_cache=compiled)
        return made

    patch.setattr(database, "_made", sharing)
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # by which what was compiled is found
        patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(dialect, "__hash__", lambda one: hash(type(one)))
