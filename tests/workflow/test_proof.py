"""Each rule on the ways through a law finds the law that breaks it, says where and shows the path."""

from dataclasses import replace

import pytest

from tests.workflow.sound_law import (
    SOUND,
    TO_ASKED,
    TO_CLOSED,
    TO_HANDLING,
    TO_RATING,
    TO_REVIEW,
    assert_breaks,
    line_of,
    read,
)
from tests.workflow.test_delegation import BROKEN as BROKEN_HANDS
from tests.workflow.test_disputes import BROKEN as BROKEN_DISPUTES
from tests.workflow.test_endorsement import BROKEN as BROKEN_BY_VOICES
from tests.workflow.test_extensions import BROKEN as BROKEN_EXTENSIONS
from tests.workflow.test_merging import BROKEN as BROKEN_MERGING
from tests.workflow.test_parts import BROKEN as BROKEN_PARTS
from tests.workflow.test_review import BROKEN as BROKEN_REVIEW
from tests.workflow.test_separation import BROKEN as BROKEN_SEPARATION
from tests.workflow.test_verbs import BROKEN as BROKEN_VERBS
from tests.workflow.test_waiting import BROKEN as BROKEN_BY_WAITING
from tests.workflow.words import SHIPPED, shipped
from workflow.proof import RULES, Finding, prove

#: Two states that only lead to each other, with the steps into and between them.
STRAND = """
limbo = { stage = "review", label = "空转", label_en = "Limbo", owner = "reviewer", limit = "1d", ladder = "desk" }
idle  = { stage = "review", label = "闲置", label_en = "Idle",  owner = "reviewer", limit = "1d", ladder = "desk" }

[[steps]]
action = "strand"
label = "搁置"
label_en = "Strand"
from = ["in_review", "idle"]
to = "limbo"
by = "reviewer"

[[steps]]
action = "doze"
label = "闲置"
label_en = "Doze"
from = "limbo"
to = "idle"
by = "reviewer"

[ladders]
"""

#: rule, what is replaced in the sound law, by what, the text on the finding's line, its path, words of its sentences
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
        '[[steps]]\naction = "drop"',
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
    pytest.param(
        "unasked",
        'to = "handling"\nby = "reviewer"',
        'to = "handling"\nby = "reviewer"\ntakes = ["lead"]\ndoes = ["assign"]',
        'action = "accept"',
        (*TO_REVIEW, "accept"),
        ("assign，却没有在 needs 中写明 lead", "assign without lead in its `needs`"),
        id="a word whose field may be left empty",
    ),
    pytest.param(
        "unasked",
        'needs = ["answer"]',
        'needs = ["answer"]\ndoes = ["answer", "sign_part"]',
        'action = "report"',
        (*TO_HANDLING, "report"),
        ("only_if 中写明 part_offered", "without part_offered in its `only_if`"),
        id="a word whose condition is not asked",
    ),
    pytest.param(
        "submit_door",
        'action = "submit"',
        'action = "send"',
        "draft     = {",
        ("draft",),
        ("submit", "submit"),
        id="a law without submitting",
    ),
    pytest.param(
        "submit_door",
        'by = "submitter"\n\n[[steps]]\naction = "drop"',
        'by = "submitter"\nneeds = ["summary"]\n\n[[steps]]\naction = "drop"',
        'action = "submit"',
        ("draft", "submit"),
        ("无须填写", "nothing filled in"),
        id="a form that the doors do not fill in",
    ),
    pytest.param(
        "submit_door",
        'to = "in_review"\nby = "submitter"\n\n[[steps]]\naction = "drop"',
        'to = "in_review"\nby = "anyone"\n\n[[steps]]\naction = "drop"',
        'action = "submit"',
        ("draft", "submit"),
        ("提交人", "by the submitter"),
        id="submitting by another word than the submitter",
    ),
    pytest.param(
        "submit_door",
        'action = "supplement"',
        'action = "submit"  # again',
        "# again",
        ("draft", "submit"),
        ("恰有一个", "exactly one"),
        id="two ways to submit",
    ),
    pytest.param(
        "note_door",
        'action = "note"',
        'action = "remark"',
        "draft     = {",
        ("draft",),
        ("留言", "leave a note"),
        id="a law without notes",
    ),
    pytest.param(
        "note_door",
        'by = "anyone"',
        'by = "supervisor"',
        'action = "note"',
        ("draft", "note"),
        ("anyone", "by anyone"),
        id="notes for some alone",
    ),
    pytest.param(
        "note_door",
        'needs = ["note"]',
        'needs = ["summary"]',
        'action = "note"',
        ("draft", "note"),
        ("只要求填写 note", "needs only note"),
        id="a note without its text",
    ),
]


def test_a_sound_law_has_no_findings() -> None:
    assert prove(read(SOUND)) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_laws_are_sound(name: str) -> None:
    assert prove(shipped(name)) == []


@pytest.mark.parametrize(("rule", "old", "new", "where", "path", "words"), BROKEN)
def test_a_law_that_breaks_one_rule_is_told_which_and_where(
    rule: str, old: str, new: str, where: str, path: tuple[str, ...], words: tuple[str, str]
) -> None:
    assert_breaks(rule, old, new, where, path, words)


def test_a_preset_of_a_field_that_is_not_asked_for_is_found() -> None:
    law = read(SOUND)
    steps = tuple(replace(step, preset={"note": "done"}) if step.action == "report" else step for step in law.steps)

    (finding,) = prove(replace(law, steps=steps))

    assert finding.rule == "preset"
    assert finding.path == ("handling", "report")
    assert finding.line == line_of(SOUND, 'action = "report"')


def test_every_rule_has_a_law_that_breaks_it() -> None:
    # The two rules that reading a file already enforces are broken by hand.
    laws = [*BROKEN, *BROKEN_BY_WAITING, *BROKEN_PARTS, *BROKEN_HANDS, *BROKEN_REVIEW, *BROKEN_MERGING]
    laws += [*BROKEN_BY_VOICES, *BROKEN_DISPUTES, *BROKEN_EXTENSIONS, *BROKEN_SEPARATION]
    broken = {str(case.values[0]) for case in laws} | {"choice_limit", "preset"}
    broken |= {rule for case in BROKEN_VERBS for rule in case.values[0]}  # type: ignore[union-attr]  # they are sets
    assert broken == {rule.__name__ for rule in RULES}


def test_a_step_within_a_limit_is_allowed_from_a_waiting_state() -> None:
    text = SOUND.replace('to = "asked"\nby = "reviewer"', 'to = "asked"\nby = "reviewer"\nwithin = "2wd"')
    assert text != SOUND
    assert prove(read(text)) == []


def test_a_step_that_stays_may_be_taken_in_a_final_state_at_any_time() -> None:
    text = SOUND.replace('from = "open"', 'from = "any"')
    assert text != SOUND
    assert prove(read(text)) == []


def test_a_finding_can_be_compared_and_kept_in_a_set() -> None:
    finding = Finding("cycle", "一。", "One.", 1, ("draft",))
    assert {finding, replace(finding)} == {finding}
