"""`bihuan search` finds what the person named may see, and makes its index anew when asked to."""

from __future__ import annotations

import json
from functools import partial

from tests.cases.test_similar import STATION, WAGES, raised
from tests.cases.world import World
from tests.commands.test_program import Captured, run
from tests.commands.test_similar import world

__all__ = ["world"]


def test_each_finds_what_they_may_see_newest_first(capsys: Captured, world: World) -> None:
    said = partial(run, capsys, "search", "--database", world.url, "--format", "json", "--at", "2026-11-17T09:00")
    wages, station = raised(world, WAGES), raised(world, STATION)
    status, out, _ = said("工资", "--as", "li")
    assert status == 0 and [row["number"] for row in json.loads(out)] == [wages]
    assert [row["number"] for row in json.loads(said("，", "--as", "li")[1])] == []
    assert [row["number"] for row in json.loads(said("多 女工", "--as", "li", "--stage", "review")[1])] == [wages]
    assert json.loads(said("工资", "--as", "zhou")[1]) == []
    _, out, told = said("驿站", "--as", "li", "--rebuild")
    assert [row["number"] for row in json.loads(out)] == [station] and "2 cases" in told
    status, out, told = said("--as", "li", "--rebuild")
    assert (status, out) == (0, "") and "2 件" in told


def test_without_words_or_a_person_it_says_what_is_wanted(capsys: Captured, world: World) -> None:
    status, _, told = run(capsys, "search", "--as", "li", "--database", world.url)
    assert status == 2 and "请给出要搜索的词" in told
    status, _, told = run(capsys, "search", "工资", "--as", "nobody", "--database", world.url)
    assert status == 2 and "nobody" in told
    assert run(capsys, "search", "工资", "--database", world.url)[0] == 2
