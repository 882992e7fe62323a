"""The large tests have teeth: each is run against builds that are broken on purpose, and has to find what is wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import true
from sqlmodel import Session

import cases.act
import cases.capabilities.endorsements
import cases.policy
import cases.sheet
import web.health
import web.pages.case_view
import web.pages.identity
import web.visits
from cases.record.case import Case
from cases.record.people import User
from cases.vault import fields_of
from cases.veil import person_behind
from tests.cases.test_law_matrix import read
from tests.cases.world import Story
from tests.conftest import copy_sqlite
from tests.web.matrix import LOGINS, Matter, People, of_mode
from tests.web.pairs import Difference, against_somebody, of_two_people
from tests.web.test_matrix import Tries, attempt, knock, put
from tests.web.twins import Twins
from tests.web.visitors import API

Breaking = Callable[[pytest.MonkeyPatch], None]
Pair = Callable[[Twins, random.Random, float, str], list[Difference]]
#: Who reads on either side: whoever reviews the case, and somebody of most of the accused.
READERS = {"of_two_people": "li", "against_somebody": "shuang"}
#: So few cases and doors show all of these faults.
CASES = ("under review", "against D")
DOORS = (f"GET {API}/cases/{{number}}", "GET /cases/{number}/identity")
#: Pairs that are drawn at most until one differs; most do.
PAIRS = range(12)


def nobody_is_asked(patch: pytest.MonkeyPatch) -> None:
    """Let everybody find every case."""
    patch.setattr(web.visits, "may_see", lambda *_: True)


def the_accused_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Let those of whom a case complains find it."""
    patch.setattr(cases.policy, "is_of_the_accused", lambda *_: False)


def a_side_door_is_open(patch: pytest.MonkeyPatch) -> None:
    """Let whoever reads along ask who raised a case."""
    patch.setattr(web.pages.identity, "reads_as_staff", lambda *_: True)


def every_role_is_anybody_s(patch: pytest.MonkeyPatch) -> None:
    """Let everybody be everything to a case that they see."""
    patch.setattr(cases.act, "roles_in", lambda db, case, by, at, words: dict.fromkeys(words))


def the_code_name_is_made_of_the_person(patch: pytest.MonkeyPatch) -> None:
    """Call whoever raised a case by something that is theirs."""
    patch.setattr(web.pages.case_view, "code_name", lambda case: f"K{case.submitter_id}")


def the_name_is_shown(patch: pytest.MonkeyPatch) -> None:
    """Tell staff who raised a confidential case, as if it were a named one."""
    patch.setattr(cases.sheet, "open_name", lambda db, case: " ".join(told_of(db, case).values()))


def a_list_counts_what_is_hidden(patch: pytest.MonkeyPatch) -> None:
    """Let lists, searches and rates hold what complains of the reader."""
    patch.setattr(cases.policy, "accuses_none_of", lambda _: true())


def figures_are_for_everybody(patch: pytest.MonkeyPatch) -> None:
    """Tell anybody how many cases there are."""
    patch.setattr(web.health, "comes_from", lambda *_: True)


def what_could_be_endorsed_is_for_all(patch: pytest.MonkeyPatch) -> None:
    """Let the accused read along."""
    patch.setattr(cases.capabilities.endorsements, "accuses_none_of", lambda _: true())


def told_of(db: Session, case: Case) -> dict[str, str]:
    """Return what is known of who raised a case."""
    behind = db.get(User, person_behind(db, case.submitter_id))
    return fields_of(db, case.id or 0) or ({"name": behind.name} if behind else {})


@pytest.fixture(scope="module")
def found(people: People) -> list[Matter]:
    """Gives the cases that are tried."""
    return [matter for matter in of_mode(people.world, "confidential") if matter.name in CASES]


@pytest.fixture(scope="module")
def twins(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """Gives what worlds are made of."""
    folder = tmp_path_factory.mktemp("broken-twins")
    copy_sqlite(migrated_sqlite, folder / "template.db")
    return Twins(f"sqlite:///{folder / 'template.db'}", folder)


def part_of_the_matrix(people: People, found: list[Matter]) -> list[tuple[object, ...]]:
    """Return what is wrong as a small part of the matrix finds it."""
    tries = Tries(people)
    for matter in found:
        for login in LOGINS:
            for door in DOORS:
                knock(tries, matter, login, door)
    law, number = read("proposal"), Story(people.world, unit="T").number
    put(people, law, number, "in_review")
    for login in ("xitong", "chen", "tang", "li"):
        attempt(tries, "proposal", "confidential", number, "in_review", login, "accept")
    return tries.wrong


def first_difference(pair: Pair, twins: Twins) -> list[Difference]:
    """Return the differences of the first pair that has any."""
    for number in PAIRS:
        if told := pair(twins, random.Random(f"teeth {number}"), 1.0, READERS[pair.__name__]):
            return told
    return []


def test_a_sound_build_passes_that_part_of_the_matrix(people: People, found: list[Matter]) -> None:
    assert part_of_the_matrix(people, found) == []


@pytest.mark.parametrize(
    "breaking", [nobody_is_asked, the_accused_are_forgotten, a_side_door_is_open, every_role_is_anybody_s]
)
def test_the_matrix_finds_a_door_that_stands_open(
    people: People, found: list[Matter], monkeypatch: pytest.MonkeyPatch, breaking: Breaking
) -> None:
    breaking(monkeypatch)
    assert part_of_the_matrix(people, found) != []


@pytest.mark.parametrize(
    ("breaking", "pair"),
    [
        (the_code_name_is_made_of_the_person, of_two_people),
        (the_name_is_shown, of_two_people),
        (a_list_counts_what_is_hidden, against_somebody),
        (figures_are_for_everybody, against_somebody),
        (what_could_be_endorsed_is_for_all, against_somebody),
    ],
)
def test_worlds_that_should_be_alike_are_found_to_differ(
    twins: Twins, monkeypatch: pytest.MonkeyPatch, breaking: Breaking, pair: Pair
) -> None:
    breaking(monkeypatch)
    assert first_difference(pair, twins) != []
