"""What is written in a case is found by whoever may read it, from the moment on in which it was written."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from sqlmodel import Session, select

from cases import erasing
from cases.act import find
from cases.administering import note
from cases.erased import ERASE_DUE, ERASED
from cases.errors import BadRequest
from cases.grams import plain
from cases.lists import Filters
from cases.policy import may_see
from cases.record.case import Case
from cases.record.database import reading, transaction
from cases.record.people import User
from cases.search.excerpts import excerpts, marked
from cases.search.finding import search
from cases.search.keeping import keep, rebuild
from cases.sheet import FIRST, OTHER, history_of
from tests.cases.departments import three_departments
from tests.cases.test_revealing import person
from tests.cases.test_similar import CANTEEN, STATION, WAGES, raised
from tests.cases.test_splitting import taken_out
from tests.cases.voices import gathering, neighbours
from tests.cases.world import DAY, HOUR, Story, World
from tests.cast import MONDAY

EVERYBODY = ("zhang", "qian", "li", "wang", "zhou", "wu", "zhao", "sun", "feng", "chen", "wei", "zheng", "xitong")
ANY = Filters()
LATER = MONDAY + 30 * DAY
SEED = int(os.environ.get("BIHUAN_TEST_SEED") or random.SystemRandom().randrange(2**32))


def found(world: World, by: str, words: str, filters: Filters = ANY) -> list[str]:
    """Search as somebody, through all pages, and return the numbers of what is found."""
    numbers: list[str] = []
    with reading(world.db) as db:
        person, last = db.get_one(User, world.people[by]), None
        while True:
            page = search(db, person, LATER, words, filters, last, limit=3).page
            numbers += [case.number for case in page.cases]
            if page.next is None:
                return numbers
            last = page.next


def read_by(db: Session, by: User) -> dict[str, list[str]]:
    """Return all that a person reads of each case on its page, by number."""
    told = {}
    for case in db.exec(select(Case)):
        if case.submitted_at is None or not may_see(db, case, by, LATER):
            continue
        history = history_of(db, case, by, LATER)
        said = [
            said.body for line in history if line.version == FIRST or OTHER not in line.values for said in line.said
        ]
        told[case.number] = [case.number, case.title, *filter(None, said)]
    return told


def busy(world: World) -> None:
    """Fill a world with cases of many kinds, with texts for everybody and for staff alone."""
    three_departments(world).then("note", "wang", note="内部意见：饮水机已采购", audience="staff")
    story = Story(world).up_to("verify")
    story.then("satisfied", "zhang")
    taken_out(world, Story(world).up_to("submit"))
    one, other = raised(world, WAGES), raised(world, CANTEEN, by="qian", unit="E", law="grievance")
    raised(world, STATION, at=MONDAY + HOUR)
    world.does(one, "link", "li", MONDAY + DAY, other=other, link_kind="relates")
    world.does(one, "copy_to", "li", MONDAY + DAY, person="chen")
    gathering(world)
    neighbours(world, 1)


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "just written"])
def test_everybody_finds_exactly_what_they_can_read(world: World, is_kept: bool) -> None:
    """Against reading through all that each person's pages show: 30 searches a person, of stretches of real texts."""
    busy(world)
    if is_kept:
        keep(world.db)
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    hits = 0
    for login in (*EVERYBODY, "lin0"):
        with reading(world.db) as db:
            told = read_by(db, db.get_one(User, world.people[login]))
            texts = [row.title for row in db.exec(select(Case))] + [text for said in told.values() for text in said]
        for _ in range(30):
            text = plain(chance.choice(texts)).signs
            begin = chance.randrange(len(text))
            words = text[begin : begin + chance.randint(2, 5)]
            if words.isascii() or words[0].isascii() or words[-1].isascii() or words[0] == words[-1]:
                continue  # letters and digits are found from the beginning of a word on
            wanted = [number for number, said in told.items() if any(words in plain(one).signs for one in said)]
            assert sorted(found(world, login, words)) == sorted(wanted), (login, words)
            hits += len(wanted)
    assert hits > 150


def test_words_may_stand_apart_and_one_character_is_enough(world: World) -> None:
    one, other = raised(world, "拖欠 工资三个月，共 12 人"), raised(world, STATION)
    keep(world.db)
    assert found(world, "li", "工资 人") == found(world, "li", "12") == found(world, "li", "拖") == [one]
    assert found(world, "li", "资三") == found(world, "li", "１2") == [one]
    assert (
        found(world, "li", "物流园，北门")
        == found(world, "li", other)
        == found(world, "li", other[8:11].lower())
        == [other]
    )
    assert found(world, "li", "工资 驿站") == found(world, "li", "门北") == found(world, "li", "。") == []


def test_no_telephone_and_no_identity_number_is_searched_for(world: World) -> None:
    raised(world, "请回电 13957312345，身份证 330482199001011234")
    for is_kept in (False, True):
        assert found(world, "li", "13957312345") == found(world, "li", "1395731") == found(world, "li", "330482") == []
        assert len(found(world, "li", "请回电")) == 1
        if not is_kept:
            keep(world.db)


def test_filters_narrow_a_search(world: World) -> None:
    here, there = raised(world, WAGES), raised(world, WAGES)
    world.does(here, "accept", "li", MONDAY + DAY, category="工资报酬", tier="A", lead="A")
    keep(world.db)
    assert found(world, "li", "工资") == [there, here]
    assert found(world, "li", "工资", Filters(stage="review")) == [there]
    assert (
        found(world, "li", "工资", Filters(unit="A"))
        == found(world, "li", "工资", Filters(category="工资报酬"))
        == [here]
    )
    assert found(world, "li", "工资", Filters(state="closed")) == []


def test_what_was_erased_is_found_no_more_and_lies_in_no_page_of_the_index(world: World) -> None:
    words = "砯砰砱砲"  # characters that no other text holds
    number, *_ = [raised(world, f"{words}拖欠工资"), *(raised(world, STATION) for _ in range(50))]
    keep(world.db)
    assert found(world, "li", words) == [number]
    with transaction(world.db) as db:
        asked = erasing.ask(db, find(db, number), "本人申请", by=person(db, world, "li"), at=LATER, with_texts=True)
    with transaction(world.db) as db:
        erasing.agree(db, find(db, number), asked.id or 0, by=person(db, world, "zhao"), at=LATER)
    assert found(world, "li", words) == []
    keep(world.db)
    erasing.scrub(world.db)
    assert found(world, "li", words) == [] and len(found(world, "li", "物流园")) == 50
    if world.db.dialect.name == "sqlite":
        assert words[:2].encode() not in Path(world.url.removeprefix("sqlite:///")).read_bytes()


def test_who_is_forgotten_by_age_is_not_found_by_their_own_cases_any_more(world: World) -> None:
    number = raised(world, WAGES, by="qian", unit="E", law="grievance")
    keep(world.db)
    assert found(world, "qian", "工资") == [number]
    with transaction(world.db) as db:
        case = find(db, number)
        erasing.forget(db, case, with_texts=False)
        note(db, ERASE_DUE, LATER, {ERASED: [[case.id, False]], "receipts": 0})
    keep(world.db)
    assert found(world, "qian", "工资") == [] and found(world, "chen", "工资") == [number]


def test_the_index_is_made_anew_from_the_texts(world: World) -> None:
    busy(world)
    count = keep(world.db)
    assert count > 5 and keep(world.db) == 0
    assert rebuild(world.db) == count and len(found(world, "feng", "饮水")) == 2


def test_where_words_were_found_is_shown_to_those_who_read_it(world: World) -> None:
    story = three_departments(world)
    story.then("note", "wang", note="经查，饮水机已采购，下周安装到位。", audience="staff")
    keep(world.db)
    with reading(world.db) as db:
        hit = search(db, db.get_one(User, world.people["li"]), LATER, "饮水机 采购", Filters())
        told = excerpts(db, hit)[story.case.id or 0]
    assert told.field == "note"
    assert list(told.pieces) == [
        ("经查，", False),
        ("饮水机", True),
        ("已", False),
        ("采购", True),
        ("，下周安装到位。", False),
    ]
    assert found(world, "zhang", "饮水机") == []
    assert marked("Ｇb-50140标准", hit.phrases) == [("Ｇb-50140标准", False)]


@pytest.mark.parametrize("words", ["长" * 201, "一\0二", "\ud800"])
def test_what_cannot_be_searched_for_is_refused_in_a_sentence(world: World, words: str) -> None:
    with pytest.raises(BadRequest, match="搜索内容最多 200 字"):
        found(world, "li", words)
