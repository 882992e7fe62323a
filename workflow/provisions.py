"""What a law provides beside its states and steps: a group's review, climbing, merging, endorsement, more time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from workflow.limits import Limit


@dataclass(frozen=True)
class Review:
    """How a review group decides: how many have to vote, and which share of the votes for something carries it.

    `quorum` is a number of people, or the least share of those entitled; `majority` lies between a half and all.
    """

    quorum: int | Fraction
    majority: Fraction
    line: int

    def needed(self, entitled: int) -> int:
        """Return how many of those entitled have to vote."""
        return self.quorum if isinstance(self.quorum, int) else ceil(self.quorum * entitled)

    def carries(self, votes: int, among: int) -> bool:
        """Tell whether so many votes carry among those that are no abstentions.

        A share includes itself (民法典 art. 1259: 以上包括本数), but a half does not carry: a tie decides nothing.
        """
        return votes >= self.majority * among and 2 * votes > among


@dataclass(frozen=True)
class Climb:
    """How a matter climbs: who is asked at the case's own unit in turn, and then at every unit above it.

    Each has `limit` to acknowledge it; once acknowledged, the case has `after` to move before it climbs on.
    """

    line: tuple[str, ...]
    limit: Limit
    after: Limit


@dataclass(frozen=True)
class Merging:
    """How cases that were merged into another one count in the rates: with it as one matter, or each for itself."""

    counts: str
    line: int


@dataclass(frozen=True)
class Threshold:
    """What happens by itself once `at` people endorse a case.

    Either the system takes `action`, or the states in `states` last no longer than `limit`.
    """

    at: int
    do: str
    action: str | None
    limit: Limit | None
    states: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Endorsement:
    """Who may endorse a case, by duty; in which states, as the steps say; and what their number brings about."""

    by: tuple[str, ...]
    states: tuple[str, ...]
    thresholds: tuple[Threshold, ...]
    line: int


@dataclass(frozen=True)
class Higher:
    """Who decides on more time than `longer_than`: `by`, or who comes after it in the `by` of the deciding step."""

    longer_than: Limit
    by: str


@dataclass(frozen=True)
class ExtensionCaps:
    """How much more time may be had: `most` times in a round, each of them `longest` at most, and who decides on much.

    Without a figure there is no such cap.
    """

    most: int | None
    longest: Limit | None
    above: Higher | None
    line: int


@dataclass(frozen=True)
class Capacity:
    """Roles that are one capacity in a case; who acted in it in one capacity of the law acts in no other."""

    name: str
    roles: tuple[str, ...]
    line: int
