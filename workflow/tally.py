"""The votes of a review group, counted: what carries, and whether the votes still out could change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflow.provisions import Review

ACCEPT, REJECT, RETURN, ABSTAIN = "accept", "reject", "return", "abstain"
#: What a group can decide; an abstention counts towards the quorum alone.
OUTCOMES = (ACCEPT, REJECT, RETURN)
#: One person is no group.
FEWEST = 2


@dataclass(frozen=True)
class Tally:
    """How a vote stands: `votes` by choice, of `entitled` people of whom `quorum` have to vote."""

    review: Review
    quorum: int
    entitled: int
    votes: Mapping[str, int]

    @property
    def cast(self) -> int:
        """Return how many have voted, abstentions among them."""
        return sum(self.votes.values())

    @property
    def out(self) -> int:
        """Return how many have yet to vote."""
        return self.entitled - self.cast

    @property
    def has_quorum(self) -> bool:
        """Tell whether enough have voted."""
        return self.can_have_quorum and self.cast >= self.quorum

    @property
    def can_have_quorum(self) -> bool:
        """Tell whether enough are left to vote; those who withdraw are not."""
        return self.entitled >= max(self.quorum, FEWEST)

    @property
    def carried(self) -> str | None:
        """Return what carries as the votes stand."""
        if not self.has_quorum:
            return None
        return next((choice for choice in OUTCOMES if self._carries(choice, 0)), None)

    @property
    def is_final(self) -> bool:
        """Tell whether enough have voted, and the votes still out, however they fall, cannot change what carries.

        Nobody who is entitled is shut out because the others were faster.
        """
        if self.out == 0 or not self.can_have_quorum:
            return True
        if not self.has_quorum:
            return False
        if self.carried is None:
            return not any(self._carries(choice, self.out) for choice in OUTCOMES)
        return self.review.carries(self.votes.get(self.carried, 0), self._decisive + self.out)

    @property
    def _decisive(self) -> int:
        """Return how many have voted for something."""
        return self.cast - self.votes.get(ABSTAIN, 0)

    def _carries(self, choice: str, more: int) -> bool:
        """Tell whether a choice carries with so many more votes for it."""
        return self.review.carries(self.votes.get(choice, 0) + more, self._decisive + more)
