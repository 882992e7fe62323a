"""Sweeps a database at one moment until nothing is due, in one or more threads; says when it begins and how it ends.

python -m tests.cases.sweeper URL MOMENT THREADS
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from cases.record.schema import require_current
from cases.sweep import sweep


def main(url: str, at: datetime, threads: int) -> None:
    """Sweep; print `begun` before the first rung and how many fired after the last."""
    engine = require_current(url)
    print("begun", flush=True)
    with ThreadPoolExecutor(threads) as pool:
        fired = list(pool.map(lambda _: sum(1 for _ in sweep(engine, at)), range(threads)))
    print("fired", *fired, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]))
