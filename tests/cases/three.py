"""A case of three departments: D leads and has signed, A was offered a part, B has signed for its own."""

from __future__ import annotations

from tests.cases.world import Story, World


def three_departments(world: World) -> Story:
    """Begin such a case, in hand at D."""
    story = Story(world)
    story.then("submit", "zhang")
    story.then("accept", "li", category="工资报酬", tier="A", lead="D", support=["A", "B"])
    story.then("sign_for", "wang")
    story.then("sign_part", "bai")
    assert in_hand(world, story) == {"D": "signed", "A": "offered", "B": "signed"}
    return story


def in_hand(world: World, story: Story) -> dict[str, str]:
    """Return the departments that have a part in a case now, each with its state."""
    return {unit: status for unit, _, status, is_current in world.parts(story.number) if is_current}


def of_parts(world: World, story: Story) -> dict[str, object]:
    """Return the clocks of parts that run, by what they time, with when they are due."""
    codes = {unit_id: code for code, unit_id in world.units.items()}
    found: dict[str, object] = {}
    for clock in world.clocks(story.number, running=True):
        name, _, unit = (clock.state or "").partition("@")
        if clock.kind == "beside" and "." not in unit:
            found[f"{name}@{codes[int(unit)]}"] = clock.due_at
    return found
