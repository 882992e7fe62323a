"""A law, loaded and typed: states, steps, ladders. Nothing here changes after it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from workflow.limits import Limit, Offset
from workflow.provisions import Capacity, Climb, Endorsement, ExtensionCaps, Merging, Review
from workflow.vocabulary import DONE, PROMISES, SIGN, Field, Vocabulary

STAGES = ("submit", "review", "handle", "supervise", "feedback")
SYSTEM = "system"

#: Words that a step's `from` may use instead of naming states.
OPEN, ANY = "open", "any"


@dataclass(frozen=True)
class State:
    """A place where a case can lie: on whose desk, for how long, and what happens when it waits too long.

    Either `limit` is set, or `limit_by` names the choice table whose chosen option carries the limit. In a state that
    `pauses`, the clock of the whole case stands still.
    """

    name: str
    stage: str
    label: str
    label_en: str
    owner: str | None
    limit: Limit | None
    limit_by: str | None
    ladder: str | None
    pauses: bool
    final: bool
    line: int


@dataclass(frozen=True)
class Step:
    """One arrow: who may take `action`, from where to where, what it asks for and what it does beyond moving.

    `targets` is empty for a step that leaves the case where it lies; of several, whoever takes it picks one. `within`
    counts from the moment the case came into the state it lies in.
    """

    action: str
    label: str
    label_en: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    by: tuple[str, ...]
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    preset: Mapping[str, str]
    does: tuple[str, ...]
    only_if: tuple[str, ...]
    within: Limit | None
    line: int

    @property
    def target(self) -> str | None:
        """Return the one state that it leads to; None where it leaves the case or a person picks."""
        return self.targets[0] if len(self.targets) == 1 else None

    @property
    def moves(self) -> tuple[tuple[str, str], ...]:
        """Return from where to where it leads; one of several targets is never the state that it leaves."""
        is_picked = len(self.targets) > 1
        return tuple(
            (source, target)
            for target in self.targets
            for source in self.sources
            if not (is_picked and source == target)
        )

    @property
    def is_for_people(self) -> bool:
        """Tell whether anyone but the system may take it."""
        return any(word != SYSTEM for word in self.by)


@dataclass(frozen=True)
class Rung:
    """What happens by itself at one moment before or after a limit."""

    at: Offset
    do: str
    tell: tuple[str, ...]
    action: str | None
    line: int


@dataclass(frozen=True)
class Option:
    """One choice of a table such as `tier`, with the limit it stands for."""

    value: str
    label: str
    label_en: str
    limit: Limit | None


@dataclass(frozen=True)
class Choices:
    """A table of options that a case picks from; `default` stands where nothing was picked."""

    name: str
    default: str
    options: Mapping[str, Option]


@dataclass(frozen=True)
class CaseClock:
    """The limit of the whole case."""

    limit: Limit | None
    limit_by: str | None
    ladder: str


@dataclass(frozen=True)
class BesideClock:
    """How long somebody has for what they do beside the case, such as a support department to `sign` for its part.

    `table` is where the law sets it, `owner` the role whose it is to act. `limit` is None where each row has a day of
    its own.
    """

    table: str
    name: str
    label: str
    label_en: str
    limit: Limit | None
    ladder: str
    owner: str
    line: int

    @property
    def outlives_case(self) -> bool:
        """Tell whether it runs on when the case is closed, as that of a promise does, and moves nobody up."""
        return self.table == PROMISES


@dataclass(frozen=True)
class Definition:
    """A law of one workflow, as it stands in its file.

    `raised_by` holds the duties of those who are offered this law first when they raise a case; empty is everyone else.
    """

    name: str
    title: str
    title_en: str
    prefix: str
    raised_by: frozenset[str]
    stages: tuple[str, ...]
    states: Mapping[str, State]
    steps: tuple[Step, ...]
    ladders: Mapping[str, tuple[Rung, ...]]
    choices: Mapping[str, Choices]
    case_clock: CaseClock | None
    climb: Climb | None
    besides: Mapping[str, BesideClock]
    review: Review | None
    merging: Merging | None
    endorsement: Endorsement | None
    extensions: ExtensionCaps | None
    capacities: Mapping[str, Capacity]
    history_open: str
    history_closed: str
    vocabulary: Vocabulary = field(repr=False, compare=False)
    source: str = field(repr=False)
    where: str = ""

    @property
    def initial(self) -> State:
        """Return the first state of the file: where a case begins."""
        return next(iter(self.states.values()))

    @property
    def parts(self) -> Mapping[str, BesideClock]:
        """Return the clocks of a support department's part; none where the law gives it no limit of its own."""
        return {name: clock for name, clock in self.besides.items() if name in (SIGN, DONE)}

    @cached_property
    def deeds(self) -> frozenset[str]:
        """Return the effects that one of the steps has: what a law does not do, nobody need ask the record for."""
        return frozenset(word for step in self.steps for word in step.does)

    @cached_property
    def separation(self) -> Mapping[str, str]:
        """Return the capacity of each role that the law keeps apart from others; none where it keeps nobody apart."""
        return {word: capacity.name for capacity in self.capacities.values() for word in capacity.roles}

    def options_of(self, word: Field) -> Mapping[str, tuple[str, ...]]:
        """Return what a choice can be, with its labels: its own, else those of the law's table."""
        if word.options or word.name not in self.choices:
            return word.options
        return {o.value: (o.label, o.label_en) for o in self.choices[word.name].options.values()}

    def shorter_limit(self, state: str, voices: int) -> Limit | None:
        """Return how long a state may last at most because so many endorse the case; None where that changes nothing.

        Of several thresholds that were passed the last one counts.
        """
        passed = self.endorsement.thresholds if self.endorsement and voices else ()
        found = [one.limit for one in passed if one.limit and one.at <= voices and state in one.states]
        return found[-1] if found else None

    def endorsing_duties(self, state: str) -> str | None:
        """Return the duties of those who may endorse a case in a state, as its row has them; None where nobody may."""
        law = self.endorsement
        return f",{','.join(law.by)}," if law is not None and state in law.states else None

    def steps_from(self, state: str) -> tuple[Step, ...]:
        """Return the steps that leave, or stay in, a state, in file order."""
        return tuple(step for step in self.steps if state in step.sources)

    def limit_of(self, clock: State | CaseClock, chosen: Mapping[str, str | None]) -> Limit | None:
        """Return the limit of a state or of the whole case, given what the case has chosen so far (`tier`: `A`)."""
        if clock.limit_by is None:
            return clock.limit
        table = self.choices[clock.limit_by]
        return table.options[chosen.get(table.name) or table.default].limit
