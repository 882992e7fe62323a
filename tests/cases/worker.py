"""Raises cases and acts on them until it is killed; each line it writes is a promise that something was kept.

    python -m tests.cases.worker URL NAME ACKNOWLEDGEMENTS

A line is `case number, number of events it has now, action`, written to the disk's own hands after the commit.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

from cases.act import act, find
from cases.raising import Draft, raise_case
from cases.record.database import transaction
from cases.record.people import User
from cases.record.schema import require_current
from tests.cases.world import ROADS
from tests.cast import MONDAY


def work(url: str, name: str, acknowledgements: Path) -> None:
    """Take case after case down the straight road."""
    engine = require_current(url)
    ready = os.open(acknowledgements, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with transaction(engine) as db:
        people = {user.login: user for user in db.query(User)}
    os.write(ready, b"ready 0 ready\n")
    turn = 0
    while True:
        turn += 1
        for law, road in ROADS.items():
            at = MONDAY + timedelta(minutes=turn)
            with transaction(engine) as db:
                draft = Draft(law, "C", f"{name} {turn}", "内容" * 50)
                number = raise_case(db, draft, by=people["zhang"], at=at).number
            os.write(ready, f"{number} 1 raise\n".encode())
            for nth, (action, by, form) in enumerate(road, 2):
                with transaction(engine) as db:
                    act(db, find(db, number), action, by=people[by], at=at + timedelta(hours=nth), form=form)
                os.write(ready, f"{number} {nth} {action}\n".encode())


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
