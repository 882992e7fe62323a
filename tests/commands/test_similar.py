"""Similar cases on the command line."""

from __future__ import annotations

import json

import pytest

from commands.program import main
from tests.cases.test_similar import REWRITTEN, STATION, WAGES, raised
from tests.cases.world import World


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    told = capsys.readouterr()
    return int(left.value.code or 0), told.out, told.err


@pytest.fixture
def world(peopled_url: str) -> World:
    """Gives the small world on each engine."""
    return World(peopled_url)


def test_a_text_or_a_number_finds_what_is_like_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    station, again, _ = raised(world, STATION), raised(world, REWRITTEN, by="qian", unit="T"), raised(world, WAGES)
    ask = ("--database", world.url, "--at", "2026-11-17", "--format", "json")
    status, out, _ = said(capsys, "similar", REWRITTEN, *ask)
    rows = json.loads(out)
    assert status == 0 and [row["number"] for row in rows] == [again, station]
    assert list(rows[0]) == ["number", "state", "score", "phrases", "title"] and "物流园北门" in rows[1]["phrases"]
    assert [row["number"] for row in json.loads(said(capsys, "similar", station, *ask)[1])] == [again]
    narrowed = said(capsys, "similar", REWRITTEN, "--unit", "T", *ask)[1]
    assert [row["number"] for row in json.loads(narrowed)] == [again]
    assert json.loads(said(capsys, "similar", "食堂太贵", *ask)[1]) == []


def test_the_index_is_made_anew_on_demand(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    raised(world, STATION)
    status, out, err = said(capsys, "similar", "--rebuild", "--database", world.url, "--at", "2026-11-17")
    assert (status, out) == (0, "") and "1 cases" in err


def test_a_wrong_call_is_one_sentence(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("similar",), ("similar", "驿站", "--unit", "nowhere")):
        status, out, err = said(capsys, *words, "--database", world.url)
        assert (status, out, len(err.strip().splitlines())) == (2, "", 1)
