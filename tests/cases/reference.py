"""A case as a plain dictionary: what the engine should make of it, written from the law's text and nothing of ours.

It knows who people are by hand, reads the law with `tomllib`, walks due moments day by day, and remembers what the case
was at every moment. Whatever it and the engine disagree about is a fault of one of the two.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.cases.day_walk import due, is_provisional
from tests.cases.modelled import law_of, starts_at, words
from tests.cases.positions import DUTIES, HANDLERS, OVERSEERS, PARENTS, desk, up

CLOSED, UNKNOWN = "X", "?"


class No(Exception):
    """The model refuses; the word is the name of the class that the engine should raise."""


@dataclass
class Snapshot:
    """What the case was from a moment on."""

    at: datetime
    row: dict[str, Any]
    dues: list[datetime]


class Reference:
    """One case. `row` has the columns of the engine's case, with codes for units and logins for people."""

    def __init__(self, law: str, unit: str, by: str | None, at: datetime) -> None:
        self.law = law_of(law)
        self.by = by
        self.parts: list[dict[str, Any]] = []
        self.clocks: list[dict[str, Any]] = []
        self.asked: tuple[str | None, str, datetime] | None = None
        self.acted: set[tuple[str | None, str]] = set()
        first = next(iter(self.law["states"]))
        self.row: dict[str, Any] = dict.fromkeys((
            "lead", "category", "tier", "urgency", "rating", "merged_into", "submitted_at", "answered_at", "due_at",
            "first_due_at", "closed_at",
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
        final = self.state().get("final", False)
        return [step for step in self.law["steps"] if starts_at(step, self.row["state"], is_final=final)]

    def roles(self, who: str | None) -> set[str]:
        """Return what a person is to the case."""
        if who is None:
            return {"system"}
        if who == "zheng":
            return set()
        if who == self.by:  # whoever raised a case is nothing else in it
            return {"submitter", "anyone"}
        unit = self.row["unit"]
        lines = [up(place) for place in (unit, *(part["unit"] for part in self.parts))]
        superior = next(place for place in lines[0] if all(place in line for line in lines))
        desks = [
            *((duty, {duty}, unit) for duty in ("reviewer", "supervisor", "leader")),
            *((f"parent.{duty}", {duty}, PARENTS[unit] or unit) for duty in ("supervisor", "leader")),
            ("lead", HANDLERS, self.row["lead"]),
            *(("support", HANDLERS, part["unit"]) for part in self.current("support")),
            ("adjudicator", {"supervisor"}, superior),
        ]
        held = {
            word
            for word, duties, place in desks
            if who in desk(frozenset(duties), place, frozenset({self.by, *self.barred(word)}))
            or any(duty in duties and at == place for duty, at in DUTIES[who])  # who is barred is told why
        }
        return held | ({"anyone"} if self.sees(who) else set())

    def barred(self, word: str) -> set[str | None]:
        """Return who acted in the case in a capacity that the law keeps apart from a role."""
        apart = [roles for roles in self.law.get("separation", {}).values() if word not in roles]
        if len(apart) == len(self.law.get("separation", {})):
            return set()
        return {who for who, role in self.acted if any(role in roles for roles in apart)}

    def sees(self, who: str) -> bool:
        """Tell whether a person may know of the case."""
        places = {place for part in self.parts for place in up(part["unit"])}
        return who == self.by or any(
            (duty in OVERSEERS and unit in up(self.row["unit"])) or (duty in HANDLERS and unit in places)
            for duty, unit in DUTIES[who]
        )

    def offers(self, at: datetime) -> list[tuple[str, str | None]]:
        """Return every action that somebody may take now, with who may."""
        found = []
        steps = self.steps()
        for who in (*DUTIES, None):
            roles = self.roles(who)
            for step in steps:
                if roles.intersection(words(step["by"])):
                    with suppress(No):
                        self.allowed(step["action"], who, at)
                        found.append((step["action"], who))
        return found

    def allowed(self, action: str, who: str | None, at: datetime) -> tuple[dict[str, Any], str]:
        """Return the arrow and the role it is taken in. Raises No."""
        if action not in {step["action"] for step in [*self.law["steps"], *self.law["beyond"]]}:
            raise No("UnknownAction")
        here = [step for step in self.steps() if step["action"] == action]
        if not here:
            raise No("NotFromHere")
        (step,) = here
        roles = self.roles(who)
        held = [word for word in words(step["by"]) if word in roles]
        if not held:
            raise No("NotByYou")
        role = next((word for word in held if who not in self.barred(word)), held[0])
        late = self.row["due_at"] is not None and at > self.row["due_at"]
        asked = self.asked if self.asked and self.asked[2] >= self.row["entered_at"] else None
        forbids = {
            "not_the_submitter": who is not None and who == self.by,
            "not_the_handler": who is not None and bool({(who, "lead"), (who, "support")} & self.acted),
            "support_done": bool(self.law.get("parts") and self.current("support")),
            "part_open": not self.current("support"),
            "part_offered": not self.mine(who, "offered"),
            "part_signed": not self.mine(who, "signed"),
            "no_extension_pending": asked is not None,
            "extension_pending": asked is None,
            "not_the_asker": asked is not None and asked[0] == who,
            "before_the_limit": late,
        }
        if "within" in step and at > due(self.row["entered_at"], step["within"]):
            raise No("NotNow")
        if any(forbids[word] for word in step.get("only_if", [])):
            raise No("NotNow")
        if who in self.barred(role):
            raise No("NotNow")
        return step, role

    def act(self, action: str, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        """Take an action whose form is sound. Raises No."""
        step, role = self.allowed(action, who, at)
        old, target = self.row["state"], step.get("to")
        for name in ("category", "tier", "urgency", "rating"):
            if name in form or name in step.get("preset", {}):
                self.row[name] = form.get(name) or step["preset"][name]
        for word in step.get("does", []):
            getattr(self, word)(who, at, form)
        self.acted.add((who, role))
        if target:
            self.move(old, target, at)
        self.row["version"] += 1
        self.row["due_at"] = self.nearest()
        self.remember(at)

    # --- what actions do

    def assign(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        wanted = {form["lead"]: "lead"} | {unit: "support" for unit in form.get("support", [])}
        for part in self.current():
            if part["kind"] == "lead" or "support" in form or part["unit"] in wanted:
                self.end_part(part, "ended", at)
        for unit, kind in wanted.items():
            self.parts.append(self.part(unit, kind, "offered"))
            for name, clock in self.law.get("parts", {}).items() if kind == "support" else ():
                self.start("beside", f"{name}@{unit}", clock["limit"], at)
        self.row["lead"] = form["lead"]

    def sign(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        for part in self.current("lead"):
            part["status"] = "signed"

    def give_back(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        for part in self.current("lead"):
            part |= {"status": "returned", "ended_at": at}
        self.row["lead"] = None

    def end_assignments(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        for part in self.current():
            self.end_part(part, "ended", at)

    def sign_part(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        part = self.mine(who, "offered")[0]
        part["status"] = "signed"
        self.stop(at, f"sign@{part['unit']}")

    def report_part(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.end_part(self.mine(who, "signed")[0], "done", at)

    def waive_part(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        (part,) = (part for part in self.current("support") if part["unit"] == form["part"])
        self.end_part(part, "waived", at)

    def mine(self, who: str | None, status: str) -> list[dict[str, Any]]:
        """Return the parts with a status that a person answers for."""
        parts = [part for part in self.current("support") if part["status"] == status]
        return [
            part
            for part in parts
            if who in desk(frozenset(HANDLERS), part["unit"], frozenset({self.by, *self.barred("support")}))
        ]

    def end_part(self, part: dict[str, Any], status: str, at: datetime) -> None:
        part |= {"status": status, "ended_at": at}
        if part["kind"] == "support":
            self.stop(at, f"sign@{part['unit']}", f"done@{part['unit']}")

    def stop(self, at: datetime, *names: str) -> None:
        for clock in self.running():
            if clock["state"] in names:
                clock["stopped_at"] = at

    def is_vain(self, action: str, at: datetime, form: dict[str, Any]) -> bool:
        """Tell whether a sound form says what cannot be: a part that nobody has, more time that is over already."""
        if action == "waive_part":
            return form["part"] not in [part["unit"] for part in self.current("support")]
        if action == "decide_extension" and form["approve"] == "yes" and self.asked:
            desk_clock = next(clock for clock in self.running() if clock["kind"] == "state")
            return due(desk_clock["due_at"], self.asked[1]) <= at
        return False

    def new_round(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.row["round"] += 1
        self.row["rating"] = form.get("rating")  # of the round that is over, unless it is what began this one
        self.take_up_again(who, at, form)

    def take_up_again(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        if self.row["lead"] and not self.current("lead"):
            self.parts.append(self.part(self.row["lead"], "lead", "signed"))

    def answer(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.row["answered_at"] = self.row["answered_at"] or at

    def appeal_to_parent(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.row["unit"] = PARENTS[self.row["unit"]] or self.row["unit"]

    def merge_into(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.row["merged_into"] = form["into"]

    def request_extension(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.asked = (who, form["extra"], at)

    def decide_extension(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        assert self.asked is not None
        extra, self.asked = self.asked[1], None
        for clock in self.running() if form["approve"] == "yes" else []:
            if clock["due_at"]:
                later = due(clock["due_at"], extra)
                clock["is_provisional"] |= is_provisional(clock["due_at"], later)
                clock["due_at"] = later

    def promise(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        """Nothing that the row shows."""

    keep_promise = promise

    # --- clocks and history

    def move(self, old: str, new: str, at: datetime) -> None:
        """Go to another state: its clock ends, the next begins, the whole case's runs, stands still or ends."""
        first, state = next(iter(self.law["states"])), self.state(new)
        final, pauses = state.get("final", False), state.get("pauses", False)
        for clock in self.running():
            if clock["kind"] == "state" or final:
                clock["stopped_at"] = at
        if self.row["submitted_at"] is None and old == first and not final:
            self.row["submitted_at"] = at
        self.row |= {"state": new, "entered_at": at, "closed_at": at if final else None}
        if final:
            return
        table = self.law["choices"].get(state["limit"])
        options: Any = table and table[self.row[state["limit"]] or table["default"]]
        self.start("state", new, options["limit"] if table else state["limit"], at)
        whole = next((clock for clock in self.running() if clock["kind"] == "case"), None)
        if whole is None:
            whole = self.start("case", None, self.law["case"]["limit"], at)
            self.row["first_due_at"] = self.row["first_due_at"] or whole["due_at"]
        if pauses and whole["left"] is None:
            whole |= {"left": whole["due_at"] - at, "due_at": None}
        elif not pauses and whole["left"] is not None:
            whole |= {"due_at": at + whole["left"], "left": None}
            whole["is_provisional"] = is_provisional(at, whole["due_at"])

    def start(self, kind: str, state: str | None, limit: str, at: datetime) -> dict[str, Any]:
        """Begin a clock."""
        moment = due(at, limit)
        clock: dict[str, Any] = {
            "kind": kind, "state": state, "round": self.row["round"], "limit": limit, "started_at": at,
            "first_due_at": moment, "due_at": moment, "left": None, "stopped_at": None,
            "is_provisional": is_provisional(at, moment),
        }  # fmt: skip
        self.clocks.append(clock)
        return clock

    def running(self) -> list[dict[str, Any]]:
        return [clock for clock in self.clocks if clock["stopped_at"] is None]

    def nearest(self) -> datetime | None:
        return min(self.dues(), default=None)

    def dues(self) -> list[datetime]:
        """Return when the case itself is due; a department's part makes nobody late but the department."""
        return [clock["due_at"] for clock in self.running() if clock["due_at"] and clock["kind"] != "beside"]

    def current(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [part for part in self.parts if part["ended_at"] is None and kind in (None, part["kind"])]

    def part(self, unit: str, kind: str, status: str) -> dict[str, Any]:
        return {"unit": unit, "kind": kind, "status": status, "round": self.row["round"], "ended_at": None}

    def remember(self, at: datetime) -> None:
        self.history.append(Snapshot(at, dict(self.row), self.dues()))

    def at(self, moment: datetime) -> Snapshot | None:
        """Return what the case was at a moment; nothing before it began."""
        return next((snapshot for snapshot in reversed(self.history) if snapshot.at <= moment), None)

    def overdue_since(self, moment: datetime) -> datetime | None:
        """Return the earliest due moment that had passed at a moment."""
        then = self.at(moment)
        return min((due_at for due_at in (then.dues if then else []) if due_at < moment), default=None)
