"""`bihuan show` counts what oversight has done in a case, `bihuan figures` tells what may be published of a quarter."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from commands.showing import show
from tests.cases.departments import three_departments
from tests.cases.test_rates import closes
from tests.cases.world import DAY, World
from tests.cast import MONDAY
from tests.commands.test_program import Captured, run

app = typer.Typer()
app.command()(show)


@pytest.fixture
def world(peopled_url: str) -> World:
    """Gives the cast in a database of this test's own, once on each engine."""
    return World(peopled_url)


def test_show_counts_urges_cards_and_orders_by_desk(world: World) -> None:
    story = three_departments(world)
    story.then("urge", "zhao", part="A")
    story.then("urge", "zhang")
    story.then("urge", "zhang", after=DAY)
    story.then("card", "zhao", colour="yellow", reason="拖延", at_unit="A")
    story.then("order", "sun", order_text="请答复")
    story.then("copy_to", "sun", person="feng")
    shown = CliRunner().invoke(app, [story.number, "--format", "json", "--database", world.url])
    facts = json.loads(shown.output)
    assert {name: facts[name] for name in ("urged", "cards", "orders", "watchers")} == {
        "urged": "support@A×1 lead@D×2",
        "cards": "yellow@A×1",
        "orders": "督办〔2026〕1号",
        "watchers": "feng",
    }


def test_the_figures_of_a_quarter_are_told_as_csv_and_stay_once_published(capsys: Captured, world: World) -> None:
    def told(*more: str) -> tuple[list[str], str]:
        _, out, said = run(capsys, "figures", *more, "--format", "csv", "--database", world.url)
        return out.splitlines(), said

    for _ in range(6):
        closes(world, "satisfied")
    over = (MONDAY + 100 * DAY).isoformat()
    rows, said = told("2026Q4", "--by", "unit", "--at", over)
    assert rows[0].startswith("key,answered_in_time")
    assert [row.partition(",")[0] for row in rows[1:]] == ["D", "*"] and rows[1].endswith(",6,0,0")
    assert "尚未公布" in said and "不足 5 件" in said
    rows, said = told("2099Q4", "--publish")
    assert rows == [] and "尚未结束" in said  # by the clock on the wall; nobody publishes ahead of time
    rows, said = told("2025Q1", "--publish")
    assert "2025Q1 的数据已公布" in said
    assert told("2025Q1") == (rows, said)
