"""A case that was referred up, on its page: the summary, the answer of the union above, and both times of its road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.record.case import Case
from cases.two_times import lasted, two_times
from cases.units import units_by_id
from web import moments
from web.visits import Visit
from workflow.calendar import Calendar


@dataclass(frozen=True)
class Referral:
    """Both times in words, and each time the case went up: to whom and when, with what, and what came back when."""

    own: str
    above: str
    times: Sequence[tuple[str, str, str | None, str, str | None]]


def referral_of(visit: Visit, case: Case, local: Calendar, *, is_staff: bool) -> Referral | None:
    """Return the referrals of a case; None for one that never went up. What staff said is for them."""
    found = two_times(visit.db, case, visit.at, is_staff=is_staff)
    if found is None:
        return None
    units = units_by_id(visit.db, [one.unit_id for one in found.referrals])
    return Referral(
        own=visit.say(*lasted(found.own, found.own_minutes)),
        above=visit.say(*lasted(found.above, found.above_minutes)),
        times=[
            (
                units[one.unit_id].name,
                moments.exact(one.referred_at, local),
                one.summary,
                moments.exact(one.replied_at, local),
                one.answer,
            )
            for one in found.referrals
        ],
    )
