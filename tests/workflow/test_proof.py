"""Each rule finds the one law that breaks it, says where and shows the path; sound laws pass in silence."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.workflow.words import SHIPPED, WORDS, shipped
from workflow.definition import Choices, Definition, Option
from workflow.proof import RULES, Finding, UnitStaff, prove, prove_staffing
from workflow.reading import parse

SOUND = """
name = "wish"
title = "心愿"
title_en = "Wish"
prefix = "XY"

[history]
open = "handling"
closed = "closed"

[choices.tier]
default = "A"
A = { label = "甲", label_en = "Near", limit = "5wd" }
B = { label = "乙", label_en = "Far", limit = "9wd" }

[states]
draft     = { stage = "submit",    label = "草稿",   label_en = "Draft",     owner = "submitter",  limit = "30d",  ladder = "draft" }
in_review = { stage = "review",    label = "待审议", label_en = "In review", owner = "reviewer",   limit = "3wd",  ladder = "desk" }
asked     = { stage = "review",    label = "待补正", label_en = "Asked",     owner = "submitter",  limit = "5wd",  ladder = "desk", pauses = true }
handling  = { stage = "handle",    label = "办理中", label_en = "Handling",  owner = "lead",       limit = "tier", ladder = "desk" }
verifying = { stage = "supervise", label = "待核验", label_en = "Verifying", owner = "supervisor", limit = "3wd",  ladder = "desk" }
rating    = { stage = "feedback",  label = "待评价", label_en = "Rating",    owner = "submitter",  limit = "9wd",  ladder = "lapse" }
closed    = { stage = "feedback",  label = "销号",   label_en = "Closed",    final = true }
dropped   = { stage = "review",    label = "已撤回", label_en = "Dropped",   final = true }

[ladders]
draft = [
  { at = "0",    do = "act",     action = "drop" },
]
desk = [
  { at = "-4wh", do = "remind",  tell = ["owner"] },
  { at = "+1wd", do = "climb",   tell = ["parent.supervisor"] },
]
lapse = [
  { at = "0",    do = "act",     action = "lapse" },
]

[[steps]]
action = "submit"
label = "提交"
label_en = "Submit"
from = "draft"
to = "in_review"
by = "submitter"

[[steps]]
action = "drop"
label = "撤回"
label_en = "Drop"
from = ["draft", "in_review"]
to = "dropped"
by = ["submitter", "system"]

[[steps]]
action = "ask"
label = "退回补正"
label_en = "Ask"
from = "in_review"
to = "asked"
by = "reviewer"

[[steps]]
action = "supplement"
label = "补正"
label_en = "Supplement"
from = "asked"
to = "in_review"
by = "submitter"

[[steps]]
action = "accept"
label = "立案"
label_en = "Accept"
from = "in_review"
to = "handling"
by = "reviewer"

[[steps]]
action = "report"
label = "报办结"
label_en = "Report"
from = "handling"
to = "verifying"
by = "lead"
needs = ["answer"]

[[steps]]
action = "verify"
label = "核验通过"
label_en = "Verify"
from = "verifying"
to = "rating"
by = "supervisor"
only_if = ["not_the_handler"]

[[steps]]
action = "rate"
label = "评价"
label_en = "Rate"
from = "rating"
to = "closed"
by = "submitter"

[[steps]]
action = "lapse"
label = "逾期结案"
label_en = "Lapse"
from = "rating"
to = "closed"
by = "system"

[[steps]]
action = "reopen"
label = "申请重办"
label_en = "Reopen"
from = "closed"
to = "handling"
by = "submitter"
within = "30d"

[[steps]]
action = "urge"
label = "催办"
label_en = "Urge"
from = "open"
by = ["submitter", "supervisor"]
"""

TO_REVIEW = ("draft", "submit", "in_review")
TO_ASKED = (*TO_REVIEW, "ask", "asked")
TO_HANDLING = (*TO_REVIEW, "accept", "handling")
TO_VERIFYING = (*TO_HANDLING, "report", "verifying")
TO_RATING = (*TO_VERIFYING, "verify", "rating")
TO_CLOSED = (*TO_RATING, "rate", "closed")
TO_DROPPED = ("draft", "drop", "dropped")

#: Two states that only lead to each other, with the steps into and between them.
STRAND = """
limbo = { stage = "review", label = "空转", label_en = "Limbo", owner = "reviewer", limit = "1d", ladder = "desk" }
idle  = { stage = "review", label = "闲置", label_en = "Idle",  owner = "reviewer", limit = "1d", ladder = "desk" }
""" + "".join(
    f"""
[[steps]]
action = "{action}"
label = "搁置"
label_en = "Strand"
from = "{source}"
to = "{target}"
by = "reviewer"
"""
    for action, source, target in (("strand", "in_review", "limbo"), ("doze", "limbo", "idle"), ("stir", "idle", "limbo"))
) + "\n[ladders]\n"

#: rule, what is replaced in the sound law, by what, the text on the finding's line, its path, a word of its sentences
BROKEN = [
    pytest.param(
        "unreachable",
        "[ladders]\n",
        'lost = { stage = "review", label = "失落", label_en = "Lost", final = true }\n[ladders]\n',
        "lost = {",
        ("lost",),
        ("失落", "Lost"),
        id="a state that nothing leads to",
    ),
    pytest.param(
        "dead_end",
        "[ladders]\n",
        STRAND,
        "limbo = {",
        (*TO_REVIEW, "strand", "limbo"),
        ("空转", "Limbo"),
        id="a state that nothing finishes",
    ),
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
        'desk = [\n',
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
        '[history]',
        '[case]\nlimit = "90d"\nladder = "draft"\n\n[history]',
        'action = "drop" }',
        (*TO_HANDLING, "drop"),
        ("办理中", "Handling"),
        id="an act of the whole case that does not start everywhere",
    ),
    pytest.param(
        "ladder_end",
        'do = "climb",   tell = ["parent.supervisor"]',
        'do = "climb",   tell = ["parent.leader"]',
        'do = "climb"',
        (*TO_REVIEW, "desk", "+1wd"),
        ("待审议", "In review"),
        id="a ladder that ends at someone without a step",
    ),
    pytest.param(
        "ladder_end",
        'do = "climb",   tell = ["parent.supervisor"]',
        'do = "climb",   tell = ["owner", "submitter"]',
        'do = "climb"',
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
    pytest.param(
        "final_left",
        'by = "submitter"\nwithin = "30d"',
        'by = "submitter"',
        'action = "reopen"',
        (*TO_CLOSED, "reopen", "handling"),
        ("申请重办", "Reopen"),
        id="a final state left at any time",
    ),
    pytest.param(
        "skips_review",
        'from = "in_review"\nto = "handling"\nby = "reviewer"',
        'from = "in_review"\nto = "handling"\nby = ["reviewer", "submitter"]',
        'action = "accept"',
        TO_HANDLING,
        ("办理中", "Handling"),
        id="a submitter who accepts",
    ),
    pytest.param(
        "skips_review",
        'from = "asked"\nto = "in_review"',
        'from = "asked"\nto = "handling"',
        'action = "supplement"',
        (*TO_ASKED, "supplement", "handling"),
        ("办理中", "Handling"),
        id="a question taken for a decision",
    ),
    pytest.param(
        "skips_review",
        "[[steps]]\naction = \"drop\"",
        '[[steps]]\naction = "rush"\nlabel = "直办"\nlabel_en = "Rush"\nfrom = "draft"\nto = "verifying"\n'
        'by = "submitter"\n\n[[steps]]\naction = "drop"',
        'action = "rush"',
        ("draft", "rush", "verifying"),
        ("待核验", "Verifying"),
        id="a step past the review",
    ),
    pytest.param(
        "cycle",
        'by = "reviewer"\n\n[[steps]]\naction = "supplement"\nlabel = "补正"\nlabel_en = "Supplement"\n'
        'from = "asked"\nto = "in_review"\nby = "submitter"',
        'by = ["reviewer", "system"]\n\n[[steps]]\naction = "supplement"\nlabel = "补正"\nlabel_en = "Supplement"\n'
        'from = "asked"\nto = "in_review"\nby = ["submitter", "system"]',
        'action = "ask"',
        ("in_review", "ask", "asked", "supplement", "in_review"),
        ("待审议", "In review"),
        id="a circle without people",
    ),
    pytest.param(
        "ambiguous",
        '[[steps]]\naction = "urge"',
        '[[steps]]\naction = "accept"  # again\nlabel = "立案"\nlabel_en = "Accept"\nfrom = "in_review"\n'
        'to = "handling"\nby = "reviewer"\n\n[[steps]]\naction = "urge"',
        "# again",
        (*TO_REVIEW, "accept"),
        ("待审议", "In review"),
        id="one action that means two things",
    ),
    pytest.param(
        "ambiguous",
        '[[steps]]\naction = "urge"',
        '[[steps]]\naction = "ask"  # again\nlabel = "询问"\nlabel_en = "Ask"\nfrom = "any"\n'
        'by = "anyone"\n\n[[steps]]\naction = "urge"',
        "# again",
        (*TO_REVIEW, "ask"),
        ("审议人员", "reviewer"),
        id="one action that means another thing to anyone",
    ),
    pytest.param(
        "closed_by_another",
        'to = "closed"\nby = "submitter"',
        'to = "closed"\nby = ["submitter", "supervisor"]',
        'action = "rate"',
        TO_CLOSED,
        ("督查人员", "supervisor"),
        id="a case closed by another",
    ),
    pytest.param(
        "own_work",
        'by = "supervisor"\nonly_if = ["not_the_handler"]',
        'by = "supervisor"',
        'action = "verify"',
        TO_RATING,
        ("核验通过", "Verify"),
        id="a handler who verifies himself",
    ),
]



def read(text: str) -> Definition:
    return parse(text, "wish.toml", WORDS)


def line_of(text: str, words: str) -> int:
    """Return the number of the one line that holds these words."""
    (number,) = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    return number


def test_a_sound_law_has_no_findings() -> None:
    assert prove(read(SOUND)) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_laws_are_sound(name: str) -> None:
    assert prove(shipped(name)) == []


@pytest.mark.parametrize(("rule", "old", "new", "where", "path", "words"), BROKEN)
def test_a_law_that_breaks_one_rule_is_told_which_and_where(
    rule: str, old: str, new: str, where: str, path: tuple[str, ...], words: tuple[str, str]
) -> None:
    assert SOUND.count(old) == 1
    text = SOUND.replace(old, new)

    findings = prove(read(text))

    assert {finding.rule for finding in findings} == {rule}
    first = findings[0]
    assert (first.line, first.path) == (line_of(text, where), path)
    zh, en = words
    assert zh in first.zh
    assert en in first.en
    assert first.zh.endswith("。")
    assert first.en.endswith(".")


def test_an_option_without_a_limit_is_found_where_its_table_stands_for_one() -> None:
    law = read(SOUND)
    far = Option("B", "乙", "Far", None)
    table = Choices("tier", "A", {**law.choices["tier"].options, "B": far})

    (finding,) = prove(replace(law, choices={"tier": table}))

    assert finding.rule == "choice_limit"
    assert finding.path == (*TO_HANDLING, "tier", "B")
    assert finding.line == line_of(SOUND, "handling  = {")


def test_a_preset_of_a_field_that_is_not_asked_for_is_found() -> None:
    law = read(SOUND)
    steps = tuple(
        replace(step, preset={"note": "done"}) if step.action == "report" else step for step in law.steps
    )

    (finding,) = prove(replace(law, steps=steps))

    assert finding.rule == "preset"
    assert finding.path == ("handling", "report")
    assert finding.line == line_of(SOUND, 'action = "report"')


def test_every_rule_has_a_law_that_breaks_it() -> None:
    # The two rules that reading a file already enforces are broken by hand, above.
    broken = {str(case.values[0]) for case in BROKEN} | {"choice_limit", "preset"}
    assert broken == {rule.__name__ for rule in RULES}


def test_a_step_within_a_limit_is_allowed_from_a_waiting_state() -> None:
    text = SOUND.replace('to = "asked"\nby = "reviewer"', 'to = "asked"\nby = "reviewer"\nwithin = "2wd"')
    assert text != SOUND
    assert prove(read(text)) == []


def test_a_step_that_stays_may_be_taken_in_a_final_state_at_any_time() -> None:
    text = SOUND.replace('from = "open"', 'from = "any"')
    assert text != SOUND
    assert prove(read(text)) == []


def test_the_ladder_of_the_whole_case_does_not_fire_where_the_case_pauses() -> None:
    text = SOUND.replace("[history]", '[case]\nlimit = "90d"\nladder = "whole"\n\n[history]').replace(
        "lapse = [", 'whole = [\n  { at = "0", do = "act", action = "drop" },\n]\nlapse = ['
    )
    text = text.replace('from = ["draft", "in_review"]', 'from = ["draft", "in_review", "handling", "verifying", "rating"]')

    assert prove(read(text)) == []  # `asked` pauses, and `drop` does not start there


COUNTY = UnitStaff("c", "县总工会", None, frozenset({"reviewer", "supervisor", "leader"}))
TOWN = UnitStaff("t", "镇工会", "c", frozenset({"handler"}))
VILLAGE = UnitStaff("v", "村工会", "t", frozenset())


def test_a_law_is_staffed_where_every_duty_is_filled_at_the_unit_or_above() -> None:
    county = replace(COUNTY, filled=COUNTY.filled | {"handler"})
    assert prove_staffing(read(SOUND), [VILLAGE, TOWN, county]) == []


def test_an_unfilled_role_is_told_once_at_the_topmost_unit() -> None:
    (finding,) = prove_staffing(read(SOUND), [COUNTY, TOWN, VILLAGE])

    assert finding.rule == "unfilled"
    assert finding.path == ("县总工会",)
    assert "主办部门" in finding.zh
    assert "lead unit" in finding.en
    assert finding.line == line_of(SOUND, "handling  = {")


def test_units_below_a_gap_are_counted_and_units_that_fill_it_are_not() -> None:
    others = [replace(VILLAGE, code=f"v{number}", parent="c") for number in range(5)]

    (finding,) = prove_staffing(read(SOUND), [COUNTY, TOWN, VILLAGE, *others])

    assert "共 6 个单位" in finding.zh  # the county and its five villages; the town has a handler for itself and below


def test_the_union_above_answers_for_its_role_and_the_root_for_itself() -> None:
    county = replace(COUNTY, filled=frozenset({"reviewer", "leader", "handler"}))
    town = replace(TOWN, filled=frozenset({"supervisor"}))

    findings = prove_staffing(read(SOUND), [county, town, VILLAGE])

    roles = {finding.zh.split("没有")[1].split("（")[0]: finding for finding in findings}
    assert set(roles) == {"督查人员", "上级工会督查人员"}
    assert "共 1 个单位" in roles["督查人员"].zh  # the county alone: the town supervises itself and its village
    assert "共 2 个单位" in roles["上级工会督查人员"].zh  # the county and the town; the village has the town above it


def test_each_root_without_the_duty_is_told() -> None:
    other = UnitStaff("o", "邻县总工会", "unknown", COUNTY.filled)

    findings = prove_staffing(read(SOUND), [COUNTY, other])

    assert [finding.path for finding in findings] == [("县总工会",), ("邻县总工会",)]


def test_units_that_stand_above_themselves_are_told_once() -> None:
    one, two = replace(TOWN, code="1", parent="2", name="甲镇"), replace(TOWN, code="2", parent="1", name="乙镇")
    county = replace(COUNTY, filled=COUNTY.filled | {"handler"})

    (finding,) = prove_staffing(read(SOUND), [county, one, two, replace(VILLAGE, parent="1")])

    assert finding.rule == "unit_cycle"
    assert finding.path == ("甲镇", "乙镇", "甲镇")


@pytest.mark.parametrize("shape", [lambda number: "0", lambda number: str(number - 1)], ids=["wide", "deep"])
def test_a_whole_province_gives_one_finding_a_role(shape: Callable[[int], str]) -> None:
    units = [UnitStaff("0", "省总工会", None, frozenset())]
    units += [UnitStaff(str(number), f"第{number}工会", shape(number), frozenset()) for number in range(1, 44_000)]

    findings = prove_staffing(read(SOUND), units)

    assert len(findings) == 4  # reviewer, lead, supervisor, and the supervisor of the union above
    assert all("共 44000 个单位" in finding.zh for finding in findings)


def test_a_finding_can_be_compared_and_kept_in_a_set() -> None:
    finding = Finding("cycle", "一。", "One.", 1, ("draft",))
    assert {finding, replace(finding)} == {finding}
