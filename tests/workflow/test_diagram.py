"""The pictures and the table of a law show every state and every step, and nothing that Mermaid cannot read."""

import re

import pytest

from tests.workflow.sound_law import SOUND, read
from tests.workflow.words import SHIPPED, shipped
from workflow.diagram import lifecycle, mermaid, table
from workflow.role_names import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")

DIAGRAM = """stateDiagram-v2
    direction TB
    state "Submit" as submit_stage {
        state "Draft" as draft
    }
    state "Review" as review_stage {
        state "In review" as in_review
        state "Asked" as asked
        state "Dropped" as dropped
    }
    state "Handle" as handle_stage {
        state "Handling" as handling
    }
    state "Supervise" as supervise_stage {
        state "Verifying" as verifying
    }
    state "Feedback" as feedback_stage {
        state "Rating" as rating
        state "Closed" as closed
    }
    [*] --> draft
    draft --> in_review : Submit
    draft --> dropped : Drop
    in_review --> dropped : Drop
    in_review --> asked : Ask
    asked --> in_review : Supplement
    in_review --> handling : Accept
    handling --> verifying : Report
    verifying --> rating : Verify
    rating --> closed : Rate / Lapse
    closed --> handling : Reopen
    closed --> [*]
    dropped --> [*]
"""

LIFECYCLE = """flowchart LR
    submit["提交"]
    review["审议"]
    handle["办理"]
    supervise["督查"]
    feedback["反馈"]
    submit --> review
    review --> handle
    handle --> supervise
    supervise --> feedback
    feedback -.-> handle
"""

#: The only kinds of line that a diagram of ours holds.
MERMAID_LINES = re.compile(
    r"stateDiagram-v2|    direction TB|    \}"
    r"|    state \"[^\"]+\" as \w+ \{|        state \"[^\"]+\" as \w+"
    r"|    (\[\*\]|\w+) --> (\[\*\]|\w+)( : [^:;#]+)?"
)


def test_states_stand_in_their_stages_and_arrows_carry_their_actions() -> None:
    assert mermaid(read(SOUND), "en") == DIAGRAM


def test_the_lifecycle_goes_forward_in_solid_and_back_in_dotted_arrows() -> None:
    assert lifecycle(read(SOUND)) == LIFECYCLE


def test_withdrawing_a_case_is_no_way_back_to_review() -> None:
    text = SOUND.replace('from = ["draft", "in_review"]', 'from = ["draft", "in_review", "handling"]')
    assert lifecycle(read(text)) == LIFECYCLE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_picture_of_a_shipped_law_shows_each_state_once_and_each_move(name: str, language: Language) -> None:
    law = shipped(name)

    lines = mermaid(law, language).splitlines()

    assert all(MERMAID_LINES.fullmatch(line) for line in lines)
    for state in law.states.values():
        label = state.label if language == "zh" else state.label_en
        assert lines.count(f'        state "{label}" as {state.name}') == 1
        assert (f"    {state.name} --> [*]" in lines) is state.final
    moves = {move for step in law.steps for move in step.moves}
    drawn = [re.match(r"    (\w+) --> (\w+) :", line) for line in lines]
    assert sorted((arrow[1], arrow[2]) for arrow in drawn if arrow) == sorted(moves)


@pytest.mark.parametrize("name", ["note", "state", "end", "class", "direction", "root", "review_stage", "handle"])
def test_a_state_may_be_called_by_a_word_of_mermaid(name: str) -> None:
    text = re.sub(r"\basked\b", name, SOUND)

    picture = mermaid(read(text), "en")

    assert f'state "Asked" as {name}_\n' in picture
    assert f"    in_review --> {name}_ : Ask\n" in picture


def test_a_label_cannot_break_the_picture() -> None:
    text = SOUND.replace('label_en = "Asked"', "label_en = 'A \"b\": <c>; #1 %% {d}'")

    picture = mermaid(read(text), "en")

    assert all(MERMAID_LINES.fullmatch(line) for line in picture.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_table_has_a_row_for_each_step(name: str, language: Language) -> None:
    law = shipped(name)

    rows = table(law, language).splitlines()

    assert len(rows) == len(law.steps) + 2
    assert {row.count(" | ") for row in rows} == {6}
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]] == [
        step.label if language == "zh" else step.label_en for step in law.steps
    ]


def test_a_row_tells_who_may_do_what_from_where_and_on_which_conditions() -> None:
    rows = table(shipped("proposal")).splitlines()

    assert rows[0] == "| 动作 | 从 | 到 | 由谁 | 须填 | 期限 | 条件 |"
    assert "| 申请复核 | 不予立案 | 待审议 | 提交人 | 理由 | 5wd |  |" in rows
    assert "| 上级答复 | 已上报 | 办理中 | 上级工会督查人员 | 答复意见 |  |  |" in rows
    assert (
        "| 催办 | 任何未终结状态 | 不变 | 提交人、督查人员、分管领导 |  |  | `not_urged_today`、`not_on_my_desk` |"
        in rows
    )
    assert "| 留言 | 任何状态 | 不变 | 任何相关人员 | 留言 |  |  |" in rows
    assert any(row.startswith("| 核验通过 |") and row.endswith("| `not_the_handler` |") for row in rows)


def test_a_bar_in_a_label_stays_in_its_cell() -> None:
    text = SOUND.replace('label_en = "Report"', 'label_en = "Report | done"')
    assert "| Report \\| done | Handling |" in table(read(text), "en")
