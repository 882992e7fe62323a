"""The program, or one that does what no build may: `python -m tests.web.build NAME serve …`.

Whoever searches for what must not lie anywhere has to find it in each of these but the first.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping

from sqlmodel import Session

from cases import open_raising, vault
from cases.record.news import Notification
from commands.program import main
from config import clock

#: Keeps what somebody tells of themselves with a case: session, id of the case, fields, officer.
Keep = Callable[[Session, int, Mapping[str, str], str], None]

log = logging.getLogger(__name__)


def sound() -> None:
    """Change nothing."""


def names_in_the_log() -> None:
    """Write a line to the log for each case, with who raises it."""

    def kept(keep: Keep, db: Session, case_id: int, fields: Mapping[str, str], officer: str = "") -> None:
        log.warning("case %s of %s", case_id, fields.get("name"))
        keep(db, case_id, fields, officer)

    wrap(kept)


def names_in_the_news() -> None:
    """Keep who raises a case with a notification of it."""

    def kept(keep: Keep, db: Session, case_id: int, fields: Mapping[str, str], officer: str = "") -> None:
        keep(db, case_id, fields, officer)
        now, answer = clock.now(), fields.get("name")
        row = Notification(
            kind="task", case_id=case_id, user_id=1, channel="mail", state="sent", made_at=now, answer=answer
        )
        db.add(row)

    wrap(kept)


def wrap(kept: Callable[..., None]) -> None:
    """Put something in the place of what keeps identities, which is given that first."""
    setattr(open_raising, "keep", lambda *given: kept(vault.keep, *given))  # noqa: B010  # it is not exported there


BUILDS: Mapping[str, Callable[[], None]] = {one.__name__: one for one in (sound, names_in_the_log, names_in_the_news)}

if __name__ == "__main__":
    BUILDS[sys.argv[1]]()
    main(sys.argv[2:])
