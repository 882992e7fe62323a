"""Walks the cases of a demonstration through the one door, in the order of a simulated time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from cases.act import act, find
from cases.apart import passed_over
from cases.capabilities.assignments import LEAD
from cases.climbing import level_of, post_of
from cases.clocks import STATE, running_clocks
from cases.errors import InvalidFields
from cases.firing import Fired
from cases.laws import law_of
from cases.raising import Draft, raise_case
from cases.record.case import Case
from cases.record.people import User
from cases.seats import people_at, posts
from cases.sweep import sweep_through
from cases.veil import raiser
from cases.words import ANYONE, SUBMITTER
from commands.demonstration import accused, departments, panels, voices
from commands.demonstration.forms import form_of
from commands.demonstration.matters import Matter
from commands.demonstration.pace import Turn
from commands.demonstration.stories import Story
from workflow.calendar import Calendar
from workflow.definition import SYSTEM, Definition
from workflow.machine import ActionNotAllowed
from workflow.review_rules import VOTE

#: How often the department's second in line acts instead of the first.
STAND_IN = 0.12
#: How often somebody acknowledges what has climbed to them before it climbs on.
ACKNOWLEDGED = 0.8
SUPERVISOR, CLIMBED_TO = "supervisor", "climbed_to"


@dataclass
class Walker:
    """One story on its way: its case, who acted in which role so far, and what is still to come."""

    story: Story
    turns: list[Turn]
    rng: random.Random
    case: Case | None = None
    answered: int = 0
    done: set[str] = field(default_factory=set)
    actors: dict[str, User] = field(default_factory=dict)


@dataclass
class Walk:
    """All stories, taken forward together so that the record grows in the order of time."""

    db: Session
    laws: Mapping[str, Definition]
    people: Mapping[str, User]
    calendar: Calendar
    at: datetime
    seed: int
    stranded: list[str] = field(default_factory=list)
    knocks: list[tuple[datetime, str]] = field(default_factory=list)
    errands: list[departments.Errand] = field(default_factory=list)
    matters: dict[str, Matter] = field(default_factory=dict)
    is_promised: bool = False

    def go(self, stories: Sequence[Story], tick: Callable[[], None] = lambda: None) -> None:
        """Take every story to its end, or to the moment at which the demonstration stands; `tick` once a case."""
        walkers = [Walker(one, list(one.turns), random.Random(f"{self.seed}:{one.index}")) for one in stories]
        begin = self.calendar.add_working_minutes
        coming = [(begin(self.at, -one.begins), one.index) for one in stories]
        heapq.heapify(coming)
        while coming:
            moment, index = heapq.heappop(coming)
            self._let_pass(moment)
            walker = walkers[index]
            if walker.case is None:
                self._raise(walker, moment)
                tick()
            else:
                turn = walker.turns.pop(0)
                if not self._take(walker, turn, walkers, moment) and turn.step.targets:
                    # The case stays where it is, as cases do; what would not have moved it is merely left out.
                    self.stranded.append(f"{walker.case.number} {turn.step.action}")
                    continue
            later = self._moment_of_next(walker, moment)
            if later is not None and later <= self.at:
                heapq.heappush(coming, (later, index))
        self._let_pass(self.at)
        departments.show(self.db, self.at, self.matters)

    def _let_pass(self, until: datetime) -> None:
        """Let happen what happens by itself; whoever a case climbs to mostly acknowledges it within the day."""
        while True:
            knock = self.knocks[0][0] if self.knocks else None
            errand = self.errands[0][0] if self.errands else None
            first = min((moment for moment in (knock, errand) if moment and moment <= until), default=None)
            fired = next(sweep_through(self.db, first or until), None)
            if fired is not None:
                self._wake(fired)
            elif first is None:
                return
            elif first == knock:
                self._acknowledge(*heapq.heappop(self.knocks))
            else:
                one = heapq.heappop(self.errands)
                if one[2] == VOTE:
                    panels.run(self.db, one)
                elif one[2] in (voices.ENDORSE, voices.BREAK):
                    voices.run(self.db, one, self.people)
                else:
                    departments.run(self.db, one, self.matters[one[1]])

    def _wake(self, fired: Fired) -> None:
        """Let whoever a case has just climbed to look at it some office time later, or never."""
        dice = random.Random(f"{self.seed}:{fired.number}:{fired.due_at}")
        if fired.rung.startswith("climb") and dice.random() < ACKNOWLEDGED:
            moment = self.calendar.add_working_minutes(fired.due_at, dice.randrange(20, 400))
            heapq.heappush(self.knocks, (moment, fired.number))

    def _acknowledge(self, moment: datetime, number: str) -> None:
        """Let whoever a case has climbed to acknowledge it, unless it has moved since."""
        case = find(self.db, number)
        level = level_of(self.db, case)
        steps = [
            step for step in law_of(self.db, case.law_id).definition.steps_from(case.state) if CLIMBED_TO in step.by
        ]
        if level is None or level.acknowledged_at is not None or not steps:
            return
        _, people = people_at(self.db, post_of(level), moment, besides=raiser(self.db, case))
        measure = random.Random(f"{self.seed}:{number}").choice(("urge", "order"))
        act(self.db, case, steps[0].action, by=people[0], at=moment, form={"measure": measure})

    def _raise(self, walker: Walker, moment: datetime) -> None:
        story, one = walker.story, walker.story.matter
        raised_by = self.people[story.submitter]
        # A worker who writes for the first time seldom knows the category; a representative does.
        category = None if one.urgency else one.category
        draft = Draft(story.law, one.unit, one.title, one.text, category, story.identity)
        walker.case = raise_case(self.db, draft, by=raised_by, at=moment)
        self.matters[walker.case.number] = one

    def _take(self, walker: Walker, turn: Turn, walkers: Sequence[Walker], moment: datetime) -> bool:
        """Take the next action as somebody who may; False where nobody may."""
        story = walker.story
        assert walker.case is not None
        case = walker.case = find(self.db, walker.case.number)  # the ladder may have told of it since
        if turn.rung is not None:
            return case.state in turn.step.targets
        if "support_done" in turn.step.only_if:
            departments.finish(self.db, case, moment, story.matter)
        panels.finish(self.db, case, turn.step, moment)
        accused.look(self.db, case, turn.step, moment)
        given = dict(turn.fields)
        if not self.is_promised:
            given |= voices.promised(turn.step, moment, story.ends)
        if story.into is not None and "into" in turn.step.needs:
            host = walkers[story.into].case
            if host is None or host.closed_at is not None:
                return False
            given["into"] = host.number
        for role, person in self._candidates(walker, turn, moment):
            named = given | panels.form_of(turn.step, person)
            form = form_of(turn.step, story.matter, role, moment, named, walker.answered)
            if turn.step.action in walker.done and "reason" in turn.step.takes:
                form.pop("reason", None)  # nobody writes the same words twice
            try:
                act(self.db, case, turn.step.action, by=person, at=moment, form=form)
            except ActionNotAllowed:
                continue
            except InvalidFields:
                if "approve" not in turn.step.needs:
                    raise
                continue  # the decision comes so late that more time would be over already
            for helpers in (departments, panels):
                for errand in helpers.errands(self.db, case, self.calendar, moment, self.seed):
                    heapq.heappush(self.errands, errand)
            for errand in voices.errands(self.db, case, self.calendar, moment):
                heapq.heappush(self.errands, errand)
            self.is_promised |= "promise" in form and voices.PROMISES in turn.step.does
            walker.done.add(turn.step.action)
            walker.answered += "answer" in turn.step.needs and role == LEAD
            if person is not None:
                walker.actors[role] = person
            return True
        return False

    def _candidates(self, walker: Walker, turn: Turn, moment: datetime) -> list[tuple[str, User | None]]:
        """Return who may be asked, the likeliest first, each with the role word they act in."""
        words = [word for word in turn.step.by if word != SYSTEM]
        if words == [ANYONE]:
            words = [LEAD, SUPERVISOR]
        if {SUBMITTER, SUPERVISOR} <= set(words):  # both may urge; a supervisor urges departments only
            words = [SUBMITTER]
            if self._owner(walker) == LEAD and walker.rng.random() < 0.5:
                words = [SUPERVISOR, SUBMITTER]
        found: list[tuple[str, User | None]] = []
        for word in words:
            people = self._people(walker, word, moment)
            found += [(word, person) for person in people]
        return found

    def _people(self, walker: Walker, word: str, moment: datetime) -> list[User]:
        case = walker.case
        assert case is not None
        if word == SUBMITTER:
            return [self.people[walker.story.submitter]]
        found: list[User] = []
        desks = posts(self.db, case, word)
        if word == LEAD and case.offered_id is not None:
            desks = desks[:1]  # who gave it back does not take it after all
        for post in desks:
            found += people_at(self.db, post, moment, besides=passed_over(self.db, case, word))[1]
        known = walker.actors.get(word)
        if known is not None and any(person.id == known.id for person in found):
            return [known, *(person for person in found if person.id != known.id)]
        if len(found) > 1 and not walker.story.is_for_the_cast:
            odds = STAND_IN if word == LEAD else 0.5
            # In a town that handles its own case the second in line supervises it and must not have handled it.
            if walker.rng.random() < odds and not (word == LEAD and walker.story.matter.other is None):
                found = [*found[1:], found[0]]
        return found

    def _owner(self, walker: Walker) -> str | None:
        assert walker.case is not None
        return self.laws[walker.story.law].states[walker.case.state].owner

    def _moment_of_next(self, walker: Walker, moment: datetime) -> datetime | None:
        if not walker.turns:
            return None
        turn, case = walker.turns[0], walker.case
        if turn.rung is None:
            return self.calendar.add_working_minutes(moment, turn.wait)
        assert case is not None and case.id is not None
        clock = next(clock for clock in running_clocks(self.db, case.id) if clock.kind == STATE)
        return max(moment, self.calendar.shift(clock.due_at, turn.rung))
