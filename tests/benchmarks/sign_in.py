"""Whether the time of an answer tells who exists: `python -m tests.benchmarks.sign_in [TRIES]`.

A hundred wrong passwords each for a login that exists, one that does not, and one that is disabled, in turn, at the
real cost of a hash, each from a network of its own so that nobody waits. Printed are the medians and how far the
slowest is above the fastest: below 10 % nobody learns anything (field/trust.md S10, RT CVE-2021-38562).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlmodel import select

from cases.access import Cost, hash_password
from cases.record.database import transaction
from cases.record.people import User
from cases.record.schema import migrate
from tests.cast import PASSWORD
from tests.web.visitors import Office

LOGINS = {"existing": "li", "missing": "nobody", "disabled": "zheng"}


def main(tries: int) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bihuan.db'}"
        migrate(url)
        with Office(url, Path(folder)) as office:
            office.app.state.password_cost = Cost()
            with transaction(office.engine) as db:  # what is kept was hashed at that cost as well
                for login in LOGINS.values():
                    for user in db.exec(select(User).where(User.login == login)):
                        user.password_hash = hash_password(PASSWORD, Cost())
            times: dict[str, list[float]] = {kind: [] for kind in LOGINS}
            for number in range(tries):
                office.later(hours=1)
                for kind, login in LOGINS.items():
                    client = office.client_from(f"10.{number // 250}.{number % 250}.1")
                    began = perf_counter()
                    client.post("/sign-in", data={"login": login, "password": "guess"})
                    times[kind].append(perf_counter() - began)
    medians = {kind: median(found) for kind, found in times.items()}
    for kind, found in medians.items():
        print(f"{kind:10} {found * 1000:7.2f} ms")
    print(f"apart      {max(medians.values()) / min(medians.values()) - 1:7.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
