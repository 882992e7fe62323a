"""`bihuan show` counts what oversight has done in a case."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from commands.showing import show
from tests.cases.departments import three_departments
from tests.cases.world import DAY, World

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
