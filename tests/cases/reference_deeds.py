"""What actions do with a case that is a plain dictionary: a method for each effect of the law, by its word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.cases.day_walk import SHANGHAI, day, due, is_provisional
from tests.cases.positions import HANDLERS, PARENTS, desk, up
from tests.cases.reference_case import Life, is_promise


class Deeds(Life):
    """One case with what is done to it."""

    def barred(self, word: str) -> set[str | None]:
        """Return who acted in the case in a capacity that the law keeps apart from a role."""
        apart = [roles for roles in self.law.get("separation", {}).values() if word not in roles]
        if len(apart) == len(self.law.get("separation", {})):
            return set()
        return {who for who, role in self.acted if any(role in roles for roles in apart)}

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

    def urge(self, who: str | None, at: datetime, form: dict[str, Any]) -> None:
        self.urged.add((who, *self.urged_desk(form), day(at)))

    def urged_desk(self, form: dict[str, Any]) -> tuple[str, str | None]:
        """Return whom an urge is for: the desk of the case, or of the part that the form names."""
        return ("support", form["part"]) if "part" in form else (self.state().get("owner", ""), self.place())

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


def longer(one: str, other: str, since: datetime) -> bool:
    """Tell whether one limit is longer than another, counted from a moment."""
    if one.lstrip("0123456789") == other.lstrip("0123456789"):
        return int(one.rstrip("wdhm")) > int(other.rstrip("wdhm"))
    return due(since, one) > due(since, other)
