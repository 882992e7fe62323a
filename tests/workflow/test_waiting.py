"""Each rule on waiting finds the law in which a case could lie forgotten."""

from dataclasses import replace

import pytest

from tests.workflow.sound_law import (
    SOUND,
    TO_ASKED,
    TO_CLOSED,
    TO_DROPPED,
    TO_HANDLING,
    TO_RATING,
    TO_REVIEW,
    TO_VERIFYING,
    assert_breaks,
    line_of,
    read,
)
from workflow.definition import Choices, Option
from workflow.proof import prove

#: rule, what is replaced in the sound law, by what, the text on the finding's line, its path, words of its sentences
BROKEN = [
    pytest.param(
        "no_owner",
        'label_en = "Verifying", owner = "supervisor", ',
        'label_en = "Verifying", ',
        "verifying = {",
        TO_VERIFYING,
        ("待核验", "Verifying"),
        id="a state on nobody's desk",
    ),
    pytest.param(
        "no_limit",
        'owner = "reviewer",   limit = "3wd",',
        'owner = "reviewer",',
        "in_review = {",
        TO_REVIEW,
        ("待审议", "In review"),
        id="a state without a limit",
    ),
    pytest.param(
        "endless_pause",
        'limit = "5wd",  ladder = "desk", pauses = true',
        'ladder = "desk", pauses = true',
        "asked     = {",
        TO_ASKED,
        ("待补正", "Asked"),
        id="a pause without an end",
    ),
    pytest.param(
        "endless_pause",
        'label_en = "Closed",    final = true',
        'label_en = "Closed",    final = true, pauses = true',
        "closed    = {",
        TO_CLOSED,
        ("销号", "Closed"),
        id="a final state that pauses",
    ),
    pytest.param(
        "no_ladder",
        'limit = "tier", ladder = "desk"',
        'limit = "tier"',
        "handling  = {",
        TO_HANDLING,
        ("办理中", "Handling"),
        id="a state without a ladder",
    ),
    pytest.param(
        "ladder_order",
        "desk = [\n",
        'desk = [\n  { at = "-1h",  do = "remind",  tell = ["owner"] },\n',
        'at = "-4wh"',
        ("desk", "-1h", "-4wh"),
        ("-4wh", "-4wh"),
        id="rungs out of order",
    ),
    pytest.param(
        "ladder_act",
        'from = ["draft", "in_review"]',
        'from = "in_review"',
        'action = "drop" }',
        ("draft", "drop"),
        ("草稿", "Draft"),
        id="an act that does not start from a state of its ladder",
    ),
    pytest.param(
        "ladder_act",
        "[history]",
        '[case]\nlimit = "90d"\nladder = "draft"\n\n[history]',
        'action = "drop" }',
        (*TO_HANDLING, "drop"),
        ("办理中", "Handling"),
        id="an act of the whole case that does not start everywhere",
    ),
    pytest.param(
        "ladder_end",
        'do = "climb",   tell = ["parent.supervisor"]',
        'do = "red",     tell = ["parent.supervisor"]',
        'do = "red"',
        (*TO_REVIEW, "desk", "+1wd"),
        ("待审议", "In review"),
        id="a ladder that ends at someone without a step",
    ),
    pytest.param(
        "ladder_end",
        'do = "climb",   tell = ["parent.supervisor"]',
        'do = "red",     tell = ["owner", "submitter"]',
        'do = "red"',
        (*TO_REVIEW, "desk", "+1wd"),
        ("desk", "desk"),
        id="a ladder that ends at those who wait",
    ),
    pytest.param(
        "ladder_end",
        'do = "climb",   tell = ["parent.supervisor"]',
        'do = "climb",   tell = ["supervisor"]',
        'do = "climb"',
        (*TO_VERIFYING, "desk", "+1wd"),
        ("待核验", "Verifying"),
        id="a ladder that ends at the desk where it began",
    ),
    pytest.param(
        "ladder_order",
        '{ at = "+1wd", do = "climb", ',
        '{ at = "+1wd", do = "red",     tell = ["supervisor"] },\n  { at = "+2d", do = "climb", ',
        'do = "climb"',
        ("desk", "+1wd", "+2d"),
        ("工作时间", "calendar time"),
        id="rungs in working and in calendar time on one side of the limit",
    ),
    pytest.param(
        "ladder_act",
        'to = "closed"\nby = "system"',
        'to = "closed"\nby = "system"\nneeds = ["reason"]',
        'action = "lapse" }',
        (*TO_RATING, "lapse"),
        ("待评价", "Rating"),
        id="an act of the system that asks for what nobody fills in",
    ),
    pytest.param(
        "ladder_act",
        'to = "closed"\nby = "system"',
        'to = "closed"\nby = "system"\nwithin = "1d"',
        'action = "lapse" }',
        (*TO_RATING, "lapse"),
        ("待评价", "Rating"),
        id="an act of the system that comes too late to be allowed",
    ),
    pytest.param(
        "ladder_end",
        '{ at = "+1wd", do = "climb", ',
        '{ at = "-1wh", do = "climb", ',
        'do = "climb"',
        (*TO_REVIEW, "desk", "-1wh"),
        ("时限之后", "after the limit"),
        id="a ladder that ends before the limit",
    ),
    pytest.param(
        "ladder_end",
        'from = "rating"\nto = "closed"\nby = "system"',
        'from = "rating"\nby = "system"',
        'action = "lapse" }',
        (*TO_RATING, "lapse", "0"),
        ("待评价", "Rating"),
        id="a ladder that ends at an act which moves nothing",
    ),
    pytest.param(
        "final_waits",
        'label_en = "Dropped",   final = true',
        'label_en = "Dropped",   final = true, owner = "submitter"',
        "dropped   = {",
        TO_DROPPED,
        ("已撤回", "Dropped"),
        id="a final state on a desk",
    ),
    pytest.param(
        "stuck_owner",
        'from = "handling"\nto = "verifying"\nby = "lead"',
        'from = "handling"\nto = "verifying"\nby = "support"',
        "handling  = {",
        TO_HANDLING,
        ("办理中", "Handling"),
        id="an owner who cannot move the case",
    ),
    pytest.param(
        "silent_system",
        '{ at = "0",    do = "act",     action = "lapse" }',
        '{ at = "0",    do = "climb",   tell = ["parent.supervisor"] }',
        'action = "lapse"',
        (*TO_RATING, "lapse"),
        ("逾期结案", "Lapse"),
        id="a step of the system that no ladder fires",
    ),
]


@pytest.mark.parametrize(("rule", "old", "new", "where", "path", "words"), BROKEN)
def test_a_law_in_which_a_case_could_be_forgotten_is_told_where(
    rule: str, old: str, new: str, where: str, path: tuple[str, ...], words: tuple[str, str]
) -> None:
    assert_breaks(rule, old, new, where, path, words)


def test_an_option_without_a_limit_is_found_where_its_table_stands_for_one() -> None:
    law = read(SOUND)
    far = Option("B", "乙", "Far", None)
    table = Choices("tier", "A", {**law.choices["tier"].options, "B": far})

    (finding,) = prove(replace(law, choices={"tier": table}))

    assert finding.rule == "choice_limit"
    assert finding.path == (*TO_HANDLING, "tier", "B")
    assert finding.line == line_of(SOUND, "handling  = {")


def test_the_ladder_of_the_whole_case_does_not_fire_where_the_case_pauses() -> None:
    text = SOUND.replace("[history]", '[case]\nlimit = "90d"\nladder = "whole"\n\n[history]').replace(
        "lapse = [", 'whole = [\n  { at = "0", do = "act", action = "drop" },\n]\nlapse = ['
    )
    text = text.replace(
        'from = ["draft", "in_review"]', 'from = ["draft", "in_review", "handling", "verifying", "rating"]'
    )

    assert prove(read(text)) == []  # `asked` pauses, and `drop` does not start there
