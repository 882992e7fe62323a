"""A case as a plain dictionary: what the engine should make of it, written from the law's text and nothing of ours.

It knows who people are by hand, reads the law with `tomllib`, walks due moments day by day, and remembers what the case
was at every moment. Whatever it and the engine disagree about is a fault of one of the two.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from tests.cases.day_walk import day, due
from tests.cases.modelled import words
from tests.cases.positions import DUTIES, HANDLERS, OVERSEERS, PARENTS, desk, up
from tests.cases.reference_deeds import Deeds, longer

CLOSED, UNKNOWN = "X", "?"


class No(Exception):
    """The model refuses; the word is the name of the class that the engine should raise."""


class Reference(Deeds):
    """One case, and what the law allows whom to do with it."""

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
        quarrelling = frozenset(part["unit"] for part in [*self.given_back(), *filter(None, [self.first()])])
        aside = frozenset({self.by, *self.barred("adjudicator")})
        is_there = any((duty, at) == ("supervisor", superior) for duty, at in DUTIES[who])
        is_partial = any(at in quarrelling for _, at in DUTIES[who])
        if who in desk(frozenset({"supervisor"}), superior, aside, quarrelling) or (is_there and not is_partial):
            held.add("adjudicator")
        return held | ({"anyone"} if self.sees(who) else set())

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
            "not_on_my_desk": role == "submitter" and self.state().get("owner") == "submitter",
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

    def holder(self) -> str | None:
        """Return who has the case and so cannot be given it: nobody while who gave it back may have it again."""
        is_given_back = self.first() and not self.row["offered"]
        return None if is_given_back else self.row["offered"] or self.row["lead"]

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

    def desks_to_urge(self, step: dict[str, Any]) -> list[tuple[str, str | None]]:
        parts = self.current("support") if "part" in step.get("takes", []) else []
        return [self.urged_desk({}), *(("support", part["unit"]) for part in parts)]
