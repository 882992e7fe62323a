"""The demonstration's city, people and texts hold together."""

from __future__ import annotations

import random
import re
from dataclasses import fields

from commands.demonstration.matters import CATEGORIES, Matter, matter, matter_of, tour_matter
from commands.demonstration.people import CAST, PEOPLE
from commands.demonstration.themes import TEMPLATES
from commands.demonstration.town import ADMINISTRATORS, CITY, PROVINCE, ROLES, UNIT_BY_CODE, UNITS

DUTIES = {duty for person in PEOPLE for duty in person.duties}
KINDS = {"union", "department", "agency", "enterprise"}
LIMITS = {"title": (8, 30), "text": (60, 220)}
OTHER_TEXTS = (6, 120)
#: Seven digits in a row could be a phone number or part of an ID number.
NUMBER_LIKE = re.compile(r"\d[\d\s-]{5,}\d")


def every_matter() -> list[Matter]:
    return [matter_of(template, random.Random(seed)) for template in TEMPLATES for seed in range(12)]


def matters(seed: int, count: int = 300) -> list[Matter]:
    rng = random.Random(seed)
    return [matter(rng) for _ in range(count)]


def texts(one: Matter) -> dict[str, str]:
    """All sentences of a matter that people will read."""
    codes = {"key", "workflow", "category", "unit", "place", "lead", "tier", "urgency"}
    found = {f.name: getattr(one, f.name) for f in fields(one) if f.name not in codes}
    found = {name: value for name, value in found.items() if isinstance(value, str)}
    return found | {"answer 1": one.answers[0], "answer 2": one.answers[1]}


def test_the_tree_has_one_root_and_no_cycle() -> None:
    assert [unit.code for unit in UNITS if not unit.parent] == [PROVINCE]
    assert len(UNIT_BY_CODE) == len(UNITS)
    for unit in UNITS:
        seen: set[str] = set()
        while unit.parent:
            assert unit.code not in seen, f"{unit.code} is its own ancestor"
            seen.add(unit.code)
            unit = UNIT_BY_CODE[unit.parent]


def test_every_unit_is_of_a_known_kind_and_names_are_unique() -> None:
    assert {unit.kind for unit in UNITS} == KINDS
    assert len({unit.name for unit in UNITS}) == len(UNITS)


def test_every_duty_names_an_existing_unit_and_a_known_role() -> None:
    for duty in DUTIES:
        role, _, code = duty.partition("@")
        assert role in ROLES, duty
        assert code in UNIT_BY_CODE, duty


def test_nobody_holds_two_of_the_three_administrator_roles() -> None:
    for person in PEOPLE:
        roles = [duty.partition("@")[0] for duty in person.duties]
        administrator = [role for role in roles if role in ADMINISTRATORS]
        assert not administrator or roles == administrator[:1], person.login


def test_every_role_has_somebody() -> None:
    assert {duty.partition("@")[0] for duty in DUTIES} == set(ROLES)


def test_logins_and_names_are_unique_and_logins_can_be_typed() -> None:
    assert len({person.login for person in PEOPLE}) == len({person.name for person in PEOPLE}) == len(PEOPLE)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{2,15}", person.login) for person in PEOPLE)


def test_the_cast_exists_and_carries_a_proposal_round_the_loop() -> None:
    duties = {person.login: person.duties for person in PEOPLE}
    assert set(CAST.values()) <= duties.keys()
    tour = tour_matter(random.Random(1))
    lead = tour.lead
    assert tour.unit == CITY and f"worker@{tour.place}" in duties[CAST["representative"]]
    assert f"representative@{CITY}" in duties[CAST["representative"]]
    assert f"reviewer@{CITY}" in duties[CAST["reviewer"]]
    assert f"handler@{lead}" in duties[CAST["handler"]]
    assert f"head@{lead}" in duties[CAST["head"]]
    assert f"supervisor@{CITY}" in duties[CAST["supervisor"]]
    assert f"supervisor@{PROVINCE}" in duties[CAST["parent_supervisor"]]


def test_every_department_agency_and_town_has_a_handler_and_a_head() -> None:
    for unit in UNITS:
        if unit.kind in {"department", "agency"} or (unit.parent == CITY and unit.kind == "union"):
            assert {f"handler@{unit.code}", f"head@{unit.code}"} <= DUTIES, unit.code


def test_every_town_the_city_and_the_province_have_reviewers_and_supervisors() -> None:
    for unit in UNITS:
        if unit.kind == "union":
            assert {f"reviewer@{unit.code}", f"supervisor@{unit.code}"} <= DUTIES, unit.code


def test_nobody_who_handles_for_a_unit_supervises_it() -> None:
    for person in PEOPLE:
        for duty in person.duties:
            role, _, code = duty.partition("@")
            assert role != "handler" or f"supervisor@{code}" not in person.duties, person.login


def test_there_are_seventy_distinct_matters_in_all_categories() -> None:
    assert len({template.key for template in TEMPLATES}) == len(TEMPLATES) >= 70
    assert len({template.title for template in TEMPLATES}) == len(TEMPLATES)
    assert len(CATEGORIES) == 15
    assert {template.tier for template in TEMPLATES} == {"A", "B", "C"}


def test_a_grievance_has_an_urgency_and_a_proposal_has_none() -> None:
    for template in TEMPLATES:
        if template.workflow == "grievance":
            assert template.urgency in {"2h", "24h", "7d", "15d"}, template.key
        else:
            assert template.workflow == "proposal" and not template.urgency, template.key


def test_a_promise_has_a_day_and_a_day_has_a_promise() -> None:
    assert all(bool(template.promise) == (template.promise_days > 0) for template in TEMPLATES)


def test_every_matter_names_existing_units_with_somebody_to_handle_it() -> None:
    for one in every_matter():
        assert {one.unit, one.place} <= UNIT_BY_CODE.keys()
        assert one.lead not in one.supports
        assert len(set(one.supports)) == len(one.supports)
        for code in (one.lead, *one.supports):
            assert f"handler@{code}" in DUTIES, (one.key, code)


def test_texts_keep_to_their_lengths() -> None:
    for one in every_matter():
        for name, value in texts(one).items():
            shortest, longest = LIMITS.get(name, (40, 160) if name.startswith("answer") else OTHER_TEXTS)
            if name == "promise" and not value:
                continue
            assert shortest <= len(value) <= longest, (one.key, name, len(value), value)


def test_nothing_looks_like_a_phone_or_id_number() -> None:
    for one in every_matter():
        assert not any(NUMBER_LIKE.search(value) for value in texts(one).values()), one.key


def test_all_placeholders_are_filled() -> None:
    for one in every_matter():
        assert not any("{" in value or "}" in value for value in texts(one).values()), one.key


def test_three_hundred_matters_are_the_same_for_the_same_seed_and_differ_for_another() -> None:
    assert matters(7) == matters(7)
    assert matters(7) != matters(8)


def test_of_three_hundred_matters_at_least_two_hundred_have_distinct_texts() -> None:
    assert len({one.text for one in matters(7)}) >= 200
