"""The index of similar cases: which pieces of text occur in which case.

These tables are made from the texts of cases and can be made again at any time; no event tells of them, and no backup
holds them.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from cases.record.columns import Id


class IndexedCase(SQLModel, table=True):
    """A case whose text is in the index, with its pieces packed as numbers of eight bytes each, in order."""

    __tablename__ = "indexed_cases"

    case_id: int = Field(
        primary_key=True, sa_type=Id, foreign_key="cases.id", sa_column_kwargs={"autoincrement": False}
    )
    grams: bytes = Field(sa_type=LargeBinary)


class CaseGram(SQLModel, table=True):
    """A piece of text that occurs in a case. There are hundreds for each case: no row has anything but its key."""

    __tablename__ = "case_grams"
    __table_args__ = ({"sqlite_with_rowid": False},)

    gram: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    case_id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})


class GramCount(SQLModel, table=True):
    """In how many cases of the index a piece of text occurs, so that a lookup asks for the rarest first."""

    __tablename__ = "gram_counts"

    gram: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    cases: int


class SimilarCursor(SQLModel, table=True):
    """The one row that says up to which event of the chain cases have been taken in, and how many are in the index."""

    __tablename__ = "similar_cursor"
    __table_args__ = (CheckConstraint("id = 1"),)

    id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=Id)
    cases: int


DERIVED = (IndexedCase, CaseGram, GramCount, SimilarCursor)
