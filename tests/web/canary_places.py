"""An installation whose every byte can be read: its database, its folder, its mail, and what was taken out of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from cases.record.database import engine
from tests.canaries import Canary, contents, hits, letters, searches
from tests.commands.test_program import Captured, run
from tests.databases import Cluster
from tests.notifications.mailbox import Mailbox


class Installation:
    """A database with a folder; `data` is where the files of the database lie, or its server's."""

    def __init__(self, url: str, data: Path, folder: Path, cluster: Cluster | None = None) -> None:
        self.url, self.data, self.folder, self.cluster = url, data, folder, cluster
        self.box = Mailbox()

    def takes_out(self, name: str, numbers: list[str], read: Iterator[tuple[str, bytes]], capsys: Captured) -> None:
        """Keep what programs read, all that commands take out, what they say meanwhile, and a backup."""
        out = self.folder / name
        out.mkdir()
        (out / "read").write_bytes(b"\n".join(path.encode() + b"\n" + content for path, content in read))
        said = ""
        for words in (
            ["export", "cases", str(out / "ledger.csv")],
            ["export", "cases", str(out / "ledger.xlsx")],
            ["export", "events", str(out / "events.jsonl")],
            *(["export", "dossier", number, str(out / f"{number}.zip")] for number in numbers),
            *(["show", number] for number in numbers),
            ["audit"],
            ["overdue"],
            ["backup", str(out / "saved.tar.gz")],
        ):
            status, told, wrong = run(capsys, *words, "--database", self.url)
            assert status == 0, (words, wrong)
            said += told + wrong
        (out / "said").write_text(said)

    def lies(self, *names: str) -> Iterator[tuple[str, bytes]]:
        """Yield all that lies here now, and what was taken out under some names."""
        yield from contents(self.data)
        if self.cluster is not None:
            yield from contents(self.cluster.log)
        yield from self.lies_outside(*names)

    def lies_outside(self, *names: str) -> Iterator[tuple[str, bytes]]:
        """Yield the files, the log, and what was taken out."""
        for name in ("files", "log", *names):
            yield from contents(self.folder / name)

    def posted(self) -> Iterator[tuple[str, bytes]]:
        """Yield all mail that left."""
        return letters((kept.to, kept.message) for kept in self.box.kept)

    def of_accounts(self, people: list[Canary], *names: str) -> list[str]:
        """Return where something of people with an account is found, besides the table of accounts."""
        places = chain(self.lies_outside(*names), self.posted())
        return hits(((place, content) for place, content in places if not _holds_accounts(place)), searches(people))

    def settles(self) -> None:
        """Have PostgreSQL write what it holds in memory to its files, and learn what stands in its columns."""
        if self.cluster is not None:
            for statement in ("ANALYZE", "CHECKPOINT"):
                self._does(statement)

    def tidies_up(self) -> None:
        """Do what docs/record.md asks for on PostgreSQL once something was erased; SQLite needs nothing."""
        if self.cluster is not None:
            for statement in ("ANALYZE", "VACUUM FULL", "SELECT pg_switch_wal()", "CHECKPOINT"):
                self._does(statement)

    def _does(self, statement: str) -> None:
        parts: Any = engine(self.url).url
        plain = parts.set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg.connect(plain, autocommit=True)) as connection:
            connection.execute(statement.encode())


def _holds_accounts(place: str) -> bool:
    """Tell whether a place is the table of accounts in a backup, or the whole of one."""
    archive, _, member = place.partition("saved.tar.gz")
    return place != archive and (member in ("", "|gunzipped") or member.endswith("|tables/users.jsonl"))
