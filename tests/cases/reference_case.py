"""A case as a plain dictionary: its row, parts and clocks, and what it was at every moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.cases.day_walk import due, is_provisional
from tests.cases.modelled import law_of, starts_at


def is_promise(clock: dict[str, Any]) -> bool:
    """Tell whether a clock times a promise, which runs on whatever becomes of the case."""
    return str(clock["state"]).startswith("keep@")


@dataclass
class Snapshot:
    """What the case was from a moment on."""

    at: datetime
    row: dict[str, Any]
    dues: list[datetime]


class Life:
    """One case. `row` has the columns of the engine's case, with codes for units and logins for people."""

    def __init__(self, law: str, unit: str, by: str | None, at: datetime) -> None:
        self.law = law_of(law)
        self.by = by
        self.parts: list[dict[str, Any]] = []
        self.clocks: list[dict[str, Any]] = []
        self.asked: tuple[str | None, str, datetime] | None = None  # by whom, how much, and the limit that stood
        self.granted: list[int] = []
        self.decided: set[int] = set()
        self.role = ""
        self.acted: set[tuple[str | None, str]] = set()
        self.on_account: list[dict[str, Any]] = []
        self.urged: set[tuple[str | None, str, str | None, date]] = set()
        first = next(iter(self.law["states"]))
        self.row: dict[str, Any] = dict.fromkeys((
            "lead", "category", "tier", "urgency", "rating", "merged_into", "submitted_at", "answered_at", "due_at",
            "first_due_at", "closed_at", "offered",
        ))  # fmt: skip
        self.row |= {"unit": unit, "state": first, "round": 1, "version": 1, "entered_at": at}
        self.start("state", first, self.state(first)["limit"], at)
        self.row["due_at"] = self.nearest()
        self.history: list[Snapshot] = []
        self.remember(at)

    def state(self, name: str | None = None) -> dict[str, Any]:
        """Return what the law says of a state."""
        found: dict[str, Any] = self.law["states"][name or self.row["state"]]
        return found

    def steps(self) -> list[dict[str, Any]]:
        """Return the arrows that start where the case lies."""
        return self.steps_at(self.row["state"])

    def steps_at(self, state: str) -> list[dict[str, Any]]:
        """Return the arrows that start at a state."""
        final = self.state(state).get("final", False)
        return [step for step in self.law["steps"] if starts_at(step, state, is_final=final)]

    def start(
        self, kind: str, state: str | None, limit: str | None, at: datetime, until: datetime | None = None
    ) -> dict[str, Any]:
        """Begin a clock with a limit, or one that runs until a moment which is given."""
        moment = until or due(at, limit or "")
        clock: dict[str, Any] = {
            "kind": kind, "state": state, "round": self.row["round"], "limit": limit, "started_at": at,
            "first_due_at": moment, "due_at": moment, "left": None, "stopped_at": None,
            "is_provisional": until is None and is_provisional(at, moment),
        }  # fmt: skip
        self.clocks.append(clock)
        return clock

    def running(self) -> list[dict[str, Any]]:
        return [clock for clock in self.clocks if clock["stopped_at"] is None]

    def dues(self) -> list[datetime]:
        """Return when the case itself is due; a department's part makes nobody late but the department."""
        return [clock["due_at"] for clock in self.running() if clock["due_at"] and clock["kind"] != "beside"]

    def nearest(self) -> datetime | None:
        return min(self.dues(), default=None)

    def stop(self, at: datetime, *names: str) -> None:
        for clock in self.running():
            if clock["state"] in names:
                clock["stopped_at"] = at

    def current(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [part for part in self.parts if part["ended_at"] is None and kind in (None, part["kind"])]

    def part(self, unit: str, kind: str, status: str) -> dict[str, Any]:
        return {"unit": unit, "kind": kind, "status": status, "round": self.row["round"], "ended_at": None}

    def end_part(self, part: dict[str, Any], status: str, at: datetime) -> None:
        part |= {"status": "returned" if part["status"] == "returned" else status, "ended_at": at}
        if part["kind"] == "support":
            self.stop(at, f"sign@{part['unit']}", f"done@{part['unit']}")

    def remember(self, at: datetime) -> None:
        self.history.append(Snapshot(at, dict(self.row), self.dues()))

    def at(self, moment: datetime) -> Snapshot | None:
        """Return what the case was at a moment; nothing before it began."""
        return next((snapshot for snapshot in reversed(self.history) if snapshot.at <= moment), None)

    def overdue_since(self, moment: datetime) -> datetime | None:
        """Return the earliest due moment that had passed at a moment."""
        then = self.at(moment)
        return min((due_at for due_at in (then.dues if then else []) if due_at < moment), default=None)
