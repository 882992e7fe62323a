"""The same matter told in other words is found again, explained by what both say, and shown to who may know of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from cases.grams import grams, packed, plain, shared_phrases, unpacked
from cases.indexing import RECENT, drop_old, index_new, rebuild
from cases.raising import Draft, raise_case
from cases.record.database import reading, transaction
from cases.record.people import Unit, User
from cases.similar import Found, similar_cases, similar_to
from tests.cases.test_races import PATIENCE
from tests.cases.world import DAY, HOUR, World
from tests.cast import MONDAY
from workflow.errors import Refusal

STATION = "园区货车司机多，饮水如厕不便，冬天没有地方休息，建议在物流园北门增设职工驿站。"
REWRITTEN = "建议在物流园北门设驿站：冬天没有地方休息，饮水如厕不便，货车司机很多！"
WAGES = "服装厂拖欠三个月工资，老板已经失联，二十多名女工等着钱过年。"
CANTEEN = "食堂饭菜太贵而且不新鲜，希望降低价格，公开采购清单，让职工代表参加监督。"


def raised(
    world: World, matter: str, *, by: str = "zhang", unit: str = "C", at: datetime = MONDAY, law: str = "proposal"
) -> str:
    """Raise and submit a case with a text and return its number."""
    with transaction(world.db) as db:
        person = db.get_one(User, world.people[by])
        number = raise_case(db, Draft(law, unit, matter[:8], matter), by=person, at=at).number
    world.does(number, "submit", by, at)
    return number


def found(
    world: World, matter: str, by: str | None = "li", *, unit: str | None = "C", at: datetime = MONDAY + DAY
) -> Found:
    """Ask what is like a text."""
    with reading(world.db) as db:
        place = db.exec(select(Unit).where(Unit.code == unit)).first() if unit else None
        return similar_to(db, matter, at, by=db.get_one(User, world.people[by]) if by else None, unit=place)


def numbers(result: Found) -> list[str]:
    return [one.case.number for one in result.cases]


def index_rows(world: World) -> tuple[int, int, int, int]:
    """Count the rows of the index, and what its cursor says of them."""
    with reading(world.db) as db:
        count = db.connection()
        tables = ("indexed_cases", "case_grams", "gram_counts")
        rows = [int(count.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()) for table in tables]
        total = count.execute(text("SELECT coalesce(sum(cases), 0) FROM gram_counts")).scalar_one()
        assert total == rows[1]
        return rows[0], rows[1], rows[2], int(count.execute(text("SELECT cases FROM similar_cursor")).scalar_one())


def test_the_same_matter_in_other_words_is_found_with_what_both_say(world: World) -> None:
    station = raised(world, STATION)
    for matter in (WAGES, CANTEEN):
        raised(world, matter)
    assert numbers(found(world, REWRITTEN)) == []  # nothing has been taken in yet
    assert index_new(world.db, MONDAY + HOUR) == 3
    (one,) = found(world, REWRITTEN).cases
    assert one.case.number == station and 0.5 < one.score <= 1
    assert set(one.phrases) == {"冬天没有地方休息", "饮水如厕不便", "建议在物流园北门"}
    assert all(plain(phrase).signs in plain(STATION).signs for phrase in one.phrases)
    assert numbers(found(world, "希望组织一次春游")) == []
    world.check()


def test_what_was_submitted_seconds_ago_is_found_after_the_next_pass_and_a_draft_never(world: World) -> None:
    raised(world, STATION)
    index_new(world.db, MONDAY)
    again = raised(world, STATION, by="qian", at=MONDAY + HOUR)
    with transaction(world.db) as db:
        draft = Draft("proposal", "C", "驿站", STATION)
        raise_case(db, draft, by=db.get_one(User, world.people["zhang"]), at=MONDAY + HOUR)
    assert index_new(world.db, MONDAY + HOUR) == 1
    assert again in numbers(found(world, REWRITTEN)) and len(numbers(found(world, REWRITTEN))) == 2


def test_only_the_unit_and_its_subtree_are_searched(world: World) -> None:
    town, city = raised(world, STATION, by="qian", unit="T"), raised(world, STATION)
    index_new(world.db, MONDAY)
    assert sorted(numbers(found(world, REWRITTEN))) == sorted([town, city])
    assert numbers(found(world, REWRITTEN, "tang", unit="T")) == [town]
    assert numbers(found(world, REWRITTEN, None, unit="D")) == []
    assert len(numbers(found(world, REWRITTEN, None, unit=None))) == 2


def test_cases_of_others_are_told_of_from_five_and_in_steps_of_five_with_what_five_of_them_wrote(world: World) -> None:
    for number in range(4):
        raised(world, STATION, by=("zhang", "shuang")[number % 2], law="grievance")  # read by those in it alone
    index_new(world.db, MONDAY)
    four = found(world, REWRITTEN, "qian")
    assert (numbers(four), four.hidden, four.hidden_phrases) == ([], 0, [])
    for _ in range(5):
        raised(world, STATION, law="grievance")
    mine = raised(world, STATION, by="qian")
    index_new(world.db, MONDAY)
    several = found(world, REWRITTEN, "qian")
    assert (numbers(several), several.hidden) == ([mine], 5)
    assert several.hidden_phrases and all(
        plain(phrase).signs in plain(REWRITTEN).signs for phrase in several.hidden_phrases
    )


def test_what_was_closed_long_ago_or_erased_is_not_offered_and_leaves_the_index(world: World) -> None:
    old, erased, kept = (raised(world, STATION) for _ in range(3))
    world.does(old, "withdraw", "zhang", MONDAY + HOUR)
    index_new(world.db, MONDAY + HOUR)
    before = index_rows(world)
    later = MONDAY + HOUR + RECENT
    assert len(numbers(found(world, REWRITTEN, at=later))) == 3
    assert len(numbers(found(world, REWRITTEN, at=later + HOUR))) == 2
    assert drop_old(world.db, later) == 0
    assert drop_old(world.db, later + HOUR) == 1
    with transaction(world.db) as db:
        erase = (
            "UPDATE passages SET body = NULL, salt = NULL WHERE case_id = (SELECT id FROM cases WHERE number = :number)"
        )
        db.connection().execute(text(erase), {"number": erased})
    assert numbers(found(world, REWRITTEN, None)) == [kept]  # its words are gone before its place in the index is
    index_new(world.db, later)
    assert numbers(found(world, REWRITTEN)) == [kept]
    rows = index_rows(world)
    assert (rows[0], rows[3], rows[1] * 3) == (1, 1, before[1])


def test_a_case_that_comes_back_after_it_was_dropped_is_taken_in_again(world: World) -> None:
    number = raised(world, STATION)
    world.does(number, "reject", "li", MONDAY + HOUR, reason="不受理")
    index_new(world.db, MONDAY + HOUR)
    drop_old(world.db, MONDAY + 2 * RECENT)
    assert index_rows(world) == (0, 0, 0, 0)
    world.does(number, "appeal", "zhang", MONDAY + DAY, reason="属于受理范围")
    assert index_new(world.db, MONDAY + 2 * RECENT) == 1


def test_the_review_of_a_case_is_offered_others_and_not_what_was_merged_into_it(world: World) -> None:
    first, second, third = (raised(world, STATION) for _ in range(3))
    index_new(world.db, MONDAY)
    world.does(second, "merge", "li", MONDAY + HOUR, into=first)
    with reading(world.db) as db:
        li = db.get_one(User, world.people["li"])
        assert numbers(similar_cases(db, world.case(first), MONDAY + DAY, by=li)) == [third]
        assert sorted(numbers(similar_cases(db, world.case(third), MONDAY + DAY, by=li))) == sorted([first, second])


def test_an_index_that_is_made_anew_is_the_same(world: World) -> None:
    for matter in (STATION, WAGES, CANTEEN, STATION):
        raised(world, matter)
    index_new(world.db, MONDAY)

    def rows() -> dict[str, list[str]]:
        everything = world.everything()
        return {name: everything[name] for name in ("indexed_cases", "case_grams", "gram_counts", "similar_cursor")}

    before = rows()
    assert rebuild(world.db, MONDAY) == 4
    assert rows() == before
    assert index_new(world.db, MONDAY) == 0


def test_several_nodes_take_each_case_in_once(world: World) -> None:
    for _ in range(60):
        raised(world, STATION)
    start = Barrier(3, timeout=PATIENCE)

    def take_in() -> int:
        start.wait()
        try:
            return index_new(world.db, MONDAY)
        except Refusal:  # the database was busy; the next beat goes on
            return 0

    with ThreadPoolExecutor(3) as pool:
        taken = sum(one.result() for one in [pool.submit(take_in) for _ in range(3)])
    taken += index_new(world.db, MONDAY)
    assert taken == 60
    rows = index_rows(world)
    assert (rows[0], rows[3]) == (60, 60)


@pytest.mark.parametrize("matter", ["", "。", "   \n", "工", "\0", "\ud800", "a" * 30_000, "驿" * 30_000, "１２３"])
def test_a_text_that_says_nothing_finds_nothing_and_breaks_nothing(world: World, matter: str) -> None:
    raised(world, STATION)
    index_new(world.db, MONDAY)
    assert numbers(found(world, matter)) == []


def test_width_case_accents_and_punctuation_make_no_difference() -> None:
    assert plain("Ｃａｆé, 2026 年！").signs == plain("CAFE2026年").signs == "cafe2026年"
    assert grams(plain("拖欠，工资").signs) == grams(plain("拖欠工资").signs)
    assert len(grams(plain("Mc Donald's Inc.").signs)) == len("mcdonaldsinc") - 3


def test_shared_phrases_are_the_longest_as_they_were_written() -> None:
    one, other = plain("希望尽快补发工资，并说明原因。"), plain("说明原因！尽快 补发 工资")
    weights = dict.fromkeys(grams(one.signs), 1.0)
    assert [shared.phrase for shared in shared_phrases(one, other, weights, 3)] == ["尽快补发工资", "说明原因"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_phrases_are_in_both_texts_and_pieces_survive_packing(one: str, other: str) -> None:
    first, second = plain(one), plain(other)
    pieces = grams(first.signs)
    assert set(unpacked(packed(pieces))) == pieces
    for shared in shared_phrases(first, second, {}, 5):
        assert shared.signs in first.signs and shared.signs in second.signs
