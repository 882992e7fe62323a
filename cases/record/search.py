"""The index that cases are searched by: the words of each case, and how far along the chain they have been taken in.

It is made from the texts of cases and can be made again at any time; no event tells of it, and no backup holds it. The
words lie in what each database has for texts, which no model describes: a table of FTS5 on SQLite, with a column for
each zone, and a `tsvector` on PostgreSQL, with a weight for each.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from cases.record.columns import Id

#: The table of words, and those that SQLite keeps it in.
DOCUMENTS = "search_documents"
#: Where a word of a case stands: whose units it concerns, what its parties read, what only staff read.
SCOPE, PARTIES, STAFF = ZONES = ("scope", "parties", "staff")


class SearchCursor(SQLModel, table=True):
    """The one row that says up to which event of the chain cases have been taken in.

    `is_to_purge` tells that words of an erased text may still lie in pages that the index has not written anew.
    """

    __tablename__ = "search_cursor"
    __table_args__ = (CheckConstraint("id = 1"),)

    id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(sa_type=Id)
    is_to_purge: bool


DERIVED = (SearchCursor,)
