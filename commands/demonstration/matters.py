"""Matters as workers raise them: one written template, a place in the city, and what each desk says."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from commands.demonstration import sentences
from commands.demonstration.template import TOWN, Template
from commands.demonstration.themes import TEMPLATES
from commands.demonstration.town import CITY, ENTERPRISES, UNIT_BY_CODE, Unit

CATEGORIES = tuple(dict.fromkeys(template.category for template in TEMPLATES))
TEMPLATE_BY_KEY = {template.key: template for template in TEMPLATES}

#: The matter of the guided tour and where it is raised: the lead is the department of `chengban`, the place that of
#: `daibiao`.
TOUR, TOUR_PLACE = "rider_station", "YX0101"

_WHEN = ("上个月", "上月下旬", "本月初", "上周", "前段时间", "半个月前")
#: How each workflow calls the one who raised it, what was raised, and what a refusal of it is.
_PROPOSAL = {"who": "提案人", "what": "提案", "refused": "不予立案"}
_GRIEVANCE = {"who": "反映人", "what": "诉求", "refused": "不予受理"}
_FEW = "三四五六七八九"
_SHARE_OF_TOWNS = 0.5
_SHARE_OF_MOVED = 0.6


@dataclass(frozen=True)
class Matter:
    """A matter filled in; `unit` is the union that takes it, `place` the enterprise union where it was raised."""

    key: str
    workflow: str
    title: str
    text: str
    category: str
    unit: str
    place: str
    lead: str
    supports: tuple[str, ...]
    tier: str
    urgency: str
    answers: tuple[str, str]
    support_answer: str
    reject: str
    appeal: str
    supplement: str
    supplement_note: str
    second: str
    return_reason: str
    rule: str
    upheld: str
    dispute_reason: str
    adjudication: str
    extension: str
    extension_refusal: str
    transfer: str
    referral: str
    reply_from_above: str
    promise: str
    promise_days: int
    result: str
    send_back: str
    satisfied: str
    partly_satisfied: str
    dissatisfied: str
    reopening: str
    withdrawal: str
    urge: str
    supervisor_urge: str
    note: str

    @property
    def other(self) -> str | None:
        """Return who else might lead: the first to support, or the town of the place; nobody for a town's own case."""
        town = UNIT_BY_CODE[self.place].parent
        return self.supports[0] if self.supports else town if self.lead != town else None

    @property
    def is_moved(self) -> bool:
        """Tell whether the adjudication gives the case to the other unit."""
        return self.adjudication in sentences.MOVED

    @property
    def is_hard(self) -> bool:
        """Tell whether it may have to be referred upward: a systemic matter, or the slowest class of a grievance."""
        return self.tier == "C" or self.urgency == "15d"


def matter(rng: random.Random) -> Matter:
    """Return a random matter; the same state of `rng` gives the same one."""
    return matter_of(rng.choice(TEMPLATES), rng)


def tour_matter(rng: random.Random) -> Matter:
    """Return the matter of the guided tour, led by the department of `chengban`."""
    return matter_of(TEMPLATE_BY_KEY[TOUR], rng, UNIT_BY_CODE[TOUR_PLACE])


def matter_of(template: Template, rng: random.Random, place: Unit | None = None) -> Matter:
    """Fill in all texts of `template`, at `place` or anywhere in the city where it fits."""
    place = place or rng.choice([unit for unit in ENTERPRISES if unit.sector in template.sectors])
    town = UNIT_BY_CODE[place.parent]
    is_proposal = template.workflow == "proposal"
    values = {**_values(place, town, rng), **(_PROPOSAL if is_proposal else _GRIEVANCE)}
    openings = sentences.PROPOSAL_OPENINGS if is_proposal else sentences.GRIEVANCE_OPENINGS
    closings = sentences.PROPOSAL_CLOSINGS if is_proposal else sentences.GRIEVANCE_CLOSINGS
    rejections = sentences.PROPOSAL_REJECTIONS if is_proposal else sentences.GRIEVANCE_REJECTIONS
    is_of_town = template.lead == TOWN and rng.random() < _SHARE_OF_TOWNS
    lead = _unit_of(template.lead, town)
    supports = () if is_of_town else tuple(_unit_of(code, town) for code in template.supports)
    other = UNIT_BY_CODE[supports[0]].kind if supports else "union"
    is_adjudged_away = rng.random() < _SHARE_OF_MOVED
    supplement, supplement_note = rng.choice(sentences.SUPPLEMENTS)
    if template.supplement:
        supplement, supplement_note = template.supplement, sentences.SUPPLEMENT_NOTE
    notes = sentences.NOTES + (() if is_proposal else sentences.NOTES_ON_GRIEVANCES)
    notes += sentences.NOTES_TO_SUPPORTS if supports else ()
    first, second = template.answers
    return Matter(
        key=template.key,
        workflow=template.workflow,
        title=template.title.format_map(values),
        text=rng.choice(openings) + template.text.format_map(values) + rng.choice(closings),
        category=template.category,
        unit=town.code if is_of_town else CITY,
        place=place.code,
        lead=lead,
        supports=supports,
        tier=template.tier,
        urgency=template.urgency,
        answers=(first.format_map(values), second.format_map(values)),
        support_answer=rng.choice(sentences.SUPPORT_ANSWERS),
        reject=(template.reject or rng.choice(rejections)).format_map(values),
        appeal=rng.choice(sentences.APPEALS).format_map(values),
        supplement=supplement.format_map(values),
        supplement_note=supplement_note,
        second=rng.choice(sentences.SECONDS),
        return_reason=rng.choice(sentences.RETURNS[other]),
        rule=rng.choice(sentences.RULES[other]),
        upheld=rng.choice(sentences.KEPT),
        dispute_reason=rng.choice(sentences.DISPUTES),
        adjudication=rng.choice(sentences.MOVED if is_adjudged_away else sentences.UPHELD),
        extension=rng.choice(sentences.EXTENSIONS),
        extension_refusal=rng.choice(sentences.EXTENSION_REFUSALS),
        transfer=rng.choice(sentences.TRANSFERS[other]),
        referral=rng.choice(sentences.REFERRALS),
        reply_from_above=rng.choice(sentences.REPLIES_FROM_ABOVE),
        promise=template.promise.format_map(values),
        promise_days=template.promise_days,
        result=rng.choice(sentences.RESULTS),
        send_back=template.send_back.format_map(values),
        satisfied=template.satisfied.format_map(values),
        partly_satisfied=rng.choice(sentences.PARTLY_SATISFIED),
        dissatisfied=template.dissatisfied.format_map(values),
        reopening=rng.choice(sentences.REOPENINGS),
        withdrawal=rng.choice(sentences.WITHDRAWALS).format_map(values),
        urge=template.urge.format_map(values),
        supervisor_urge=rng.choice(sentences.SUPERVISOR_URGES).format_map(values),
        note=rng.choice(notes).format_map(values),
    )


def _unit_of(code: str, town: Unit) -> str:
    return town.code if code == TOWN else code


def _values(place: Unit, town: Unit, rng: random.Random) -> Mapping[str, str]:
    return {
        "firm": place.short,
        "town": town.short,
        "road": rng.choice(town.roads),
        "n": str(rng.randint(12, 90)),
        "many": str(rng.randrange(120, 900, 20)),
        "few": rng.choice(_FEW),
        "when": rng.choice(_WHEN),
    }
