"""A case as a plain dictionary: what the engine should make of it, written from the law's text and nothing of ours.

It knows who people are by hand, reads the law with `tomllib`, walks due moments day by day, and remembers what the case
was at every moment. Whatever it and the engine disagree about is a fault of one of the two.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.cases.day_walk import SHANGHAI, day, due, is_provisional
from tests.cases.modelled import law_of, starts_at, words
from tests.cases.positions import DUTIES, HANDLERS, OVERSEERS, PARENTS, desk, up

CLOSED, UNKNOWN = "X", "?"


def is_promise(clock: dict[str, Any]) -> bool:
    """Tell whether a clock times a promise, which runs on whatever becomes of the case."""
    return str(clock["state"]).startswith("keep@")


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
            ("lead", HANDLERS, self.row["offered"]),
            ("lead", HANDLERS, self.row["lead"]),
            *(("support", HANDLERS, part["unit"]) for part in self.current("support")),
        ]
        held = {
            word
            for word, duties, place in desks
            if who in desk(frozenset(duties), place, frozenset({self.by, *self.barred(word)}))
            or any(duty in duties and at == place for duty, at in DUTIES[who])  # who is barred is told why
        }
        quarrelling = frozenset(part["unit"] for part in self.given_back())
        aside = frozenset({self.by, *self.barred("adjudicator")})
        is_there = any((duty, at) == ("supervisor", superior) for duty, at in DUTIES[who])
        is_partial = any(at in quarrelling for _, at in DUTIES[who])
        if who in desk(frozenset({"supervisor"}), superior, aside, quarrelling) or (is_there and not is_partial):
            held.add("adjudicator")
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
        asked, caps = self.asked, self.law.get("extensions", {})
        higher = caps.get("above")
        is_much = bool(asked and higher and longer(asked[1], higher["longer_than"], asked[2]))
        offered = [part for part in self.current("lead") if part["status"] != "returned"]
        aside = frozenset({self.by, *self.barred("lead")})
        is_mine = any(who in desk(frozenset(HANDLERS), part["unit"], aside) for part in offered)
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
            "extensions_left": self.granted.count(self.row["round"]) >= caps.get("most", 99),
            "high_enough": is_much and not {"leader", "parent.supervisor"} & roles,
            "first_return": bool(self.given_back()),
            "returned_before": not self.given_back()
            or self.row["round"] in self.decided
            or bool(self.first() and not is_mine),
            "not_urged_today": all((who, *desk, day(at)) in self.urged for desk in self.desks_to_urge(step)),
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
        old, target, self.role = self.row["state"], step.get("to"), role
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
        first = self.first()
        stays = first if first and first["unit"] != form["lead"] else None
        for part in self.current():
            if part is not stays and (part["kind"] == "lead" or "support" in form or part["unit"] in wanted):
                self.end_part(part, "ended", at)
        for unit, kind in wanted.items():
            self.parts.append(self.part(unit, kind, "offered"))
            for name in ("sign", "done") if kind == "support" and "parts" in self.law else ():
                self.start("beside", f"{name}@{unit}", self.law["parts"][name]["limit"], at)
        self.row |= {"offered": form["lead"]} if stays else {"lead": form["lead"], "offered": None}

    def sign(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        first = self.first()
        offered = next((part for part in self.current("lead") if part is not first), None)
        if offered is None:
            return
        if first:
            self.end_part(first, "returned", at)
            self.row["offered"] = None
            aside = frozenset({self.by, *self.barred("lead")})
            if self.role == "lead" and who not in desk(frozenset(HANDLERS), offered["unit"], aside):
                self.end_part(offered, "ended", at)
                self.parts.append(self.part(first["unit"], "lead", "signed"))
                return
            self.row["lead"] = offered["unit"]
        offered["status"] = "signed"

    def give_back(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        first = self.first()
        for part in self.current("lead"):
            if part is not first:
                part |= {"status": "returned", "ended_at": at if first else None}
        self.row["offered"] = None

    def uphold(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        for part in self.current("lead"):
            self.end_part(part, "ended", at)
            self.parts.append(self.part(part["unit"], "lead", "offered"))

    def holder(self) -> str | None:
        """Return who has the case and so cannot be given it: nobody while who gave it back may have it again."""
        is_given_back = self.first() and not self.row["offered"]
        return None if is_given_back else self.row["offered"] or self.row["lead"]

    def first(self) -> dict[str, Any] | None:
        """Return the part of the department that gave the case back and leads until somebody else has signed."""
        return next((part for part in self.current("lead") if part["status"] == "returned"), None)

    def given_back(self) -> list[dict[str, Any]]:
        """Return the parts of those who led in this round and gave the case back."""
        mine = [part for part in self.parts if part["round"] == self.row["round"]]
        return [part for part in mine if (part["kind"], part["status"]) == ("lead", "returned")]

    def end_assignments(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        for part in self.current():
            self.end_part(part, "ended", at)

    def sign_part(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        part = self.mine(who, "offered")[0]
        part["status"] = "signed"
        self.stop(at, f"sign@{part['unit']}")

    def report_part(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        signed = self.mine(who, "signed")
        self.end_part(next(part for part in signed if part["unit"] == form.get("part", part["unit"])), "done", at)

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
        part |= {"status": "returned" if part["status"] == "returned" else status, "ended_at": at}
        if part["kind"] == "support":
            self.stop(at, f"sign@{part['unit']}", f"done@{part['unit']}")

    def stop(self, at: datetime, *names: str) -> None:
        for clock in self.running():
            if clock["state"] in names:
                clock["stopped_at"] = at

    def is_vain(self, action: str, at: datetime, form: dict[str, Any], who: str | None = None) -> bool:
        """Tell whether a sound form says what cannot be: a part that nobody has, more time that is over already."""
        if "part" in form and form["part"] not in [part["unit"] for part in self.current("support")]:
            return True
        if action == "urge" and (who, *self.urged_desk(form), day(at)) in self.urged:
            return True
        if action == "report":  # a promise has a text and a day, or there is none
            return bool(form.get("promise")) != bool(form.get("promised_on"))
        if action == "request_extension" and "extensions" in self.law:
            desk_clock = next(clock for clock in self.running() if clock["kind"] == "state")
            return longer(form["extra"], self.law["extensions"]["longest"], desk_clock["due_at"])
        if action == "report_part" and "part" in form:
            return form["part"] not in [part["unit"] for part in self.mine(who, "signed")]
        if action == "decide_extension" and form["approve"] == "yes" and self.asked:
            desk_clock = next(clock for clock in self.running() if clock["kind"] == "state")
            return due(desk_clock["due_at"], self.asked[1]) <= at
        return False

    def urge(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.urged.add((who, *self.urged_desk(form), day(at)))

    def urged_desk(self, form: dict[str, Any]) -> tuple[str, str | None]:
        """Return whom an urge is for: the desk of the case, or of the part that the form names."""
        return ("support", form["part"]) if "part" in form else (self.state().get("owner", ""), self.place())

    def desks_to_urge(self, step: dict[str, Any]) -> list[tuple[str, str | None]]:
        parts = self.current("support") if "part" in step.get("takes", []) else []
        return [self.urged_desk({}), *(("support", part["unit"]) for part in parts)]

    def place(self) -> str | None:
        """Return the unit at whose desk the case lies; nobody's where it lies with who raised it."""
        unit: str = self.row["unit"]
        owner = self.state().get("owner", "")
        lines = [up(place) for place in (unit, *(part["unit"] for part in self.parts))]
        superior = next(place for place in lines[0] if all(place in line for line in lines))
        places: dict[str, str | None] = {"submitter": None, "lead": self.row["lead"], "adjudicator": superior}
        return places.get(owner, (PARENTS[unit] or unit) if owner.startswith("parent.") else unit)

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
        desk_clock = next(clock for clock in self.running() if clock["kind"] == "state")
        self.asked = (who, form["extra"], desk_clock["due_at"])
        if caps := self.law.get("extensions"):
            is_much = longer(form["extra"], caps["above"]["longer_than"], desk_clock["due_at"])
            name = "decide_above" if is_much else "decide"
            self.start("beside", f"{name}@{self.row['unit']}", caps["decide"]["limit"], at)

    def decide_extension(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        assert self.asked is not None
        extra = self.asked[1]
        self.forget_request(at)
        if form["approve"] == "yes":
            self.granted.append(self.row["round"])
        for clock in self.running() if form["approve"] == "yes" else []:
            if clock["due_at"] and clock["kind"] != "beside":
                later = due(clock["due_at"], extra)
                clock["is_provisional"] |= is_provisional(clock["due_at"], later)
                clock["due_at"] = later

    def forget_request(self, at: datetime) -> None:
        """Whoever was to decide has nothing to decide any more."""
        self.asked = None
        for clock in self.running():
            if str(clock["state"]).startswith(("decide@", "decide_above@")):
                clock["stopped_at"] = at

    def promise(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.on_account.append(self.promised(at, form))

    def promise_in_answer(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        if form.get("promise"):
            self.promised(at, form)

    def promised(self, at: datetime, form: dict[str, Any]) -> dict[str, Any]:
        """Start the clock of a promise, which shows in no column of the case, under a law that has such clocks."""
        if "promises" not in self.law:
            return {"stopped_at": at}
        unit = self.row["lead"] or self.row["unit"]
        eve = datetime.fromisoformat(form["promised_on"]).replace(tzinfo=SHANGHAI) - timedelta(minutes=1)
        return self.start("beside", f"keep@{unit}", None, at, due(eve, "1wd"))

    def keep_promise(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        for clock in self.on_account:
            clock["stopped_at"] = clock["stopped_at"] or at

    # --- clocks and history

    def move(self, old: str, new: str, at: datetime) -> None:
        """Go to another state: its clock ends, the next begins, the whole case's runs, stands still or ends."""
        first, state = next(iter(self.law["states"])), self.state(new)
        final, pauses = state.get("final", False), state.get("pauses", False)
        if any("request_extension" in step.get("does", []) for step in self.steps_at(old)):
            self.forget_request(at)
        if self.state(old).get("owner") == "adjudicator" != state.get("owner") and not final:
            self.decided.add(self.row["round"])
        for clock in self.running():
            if (clock["kind"] == "state" or final) and not is_promise(clock):
                clock["stopped_at"] = at
        if self.row["submitted_at"] is None and old == first and not final:
            self.row["submitted_at"] = at
        self.row |= {"state": new, "entered_at": at, "closed_at": at if final else None}
        if final:
            self.row["offered"] = None
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


def longer(one: str, other: str, since: datetime) -> bool:
    """Tell whether one limit is longer than another, counted from a moment."""
    if one.lstrip("0123456789") == other.lstrip("0123456789"):
        return int(one.rstrip("wdhm")) > int(other.rstrip("wdhm"))
    return due(since, one) > due(since, other)
