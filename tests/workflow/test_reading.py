"""A law is read as it is written, or refused in one sentence that names the file, the line and the word."""

from pathlib import Path

import pytest

from tests.workflow.sound_law import SOUND, line_of, read
from tests.workflow.words import SHIPPED, WORDS, shipped
from workflow.law_text import LawError
from workflow.limits import Limit, Offset
from workflow.reading import LONGEST_LAW, load

MORE_CHOICES = """[choices.{}]
default = "Y"
Y = {{ label = "是", label_en = "Yes" }}

[choices.tier]"""

#: what is replaced in the sound law, by what, the text on the line that is named, the word that is named
WRONG = [
    pytest.param('prefix = "XY"', 'prefix = "XY"\ncolour = "red"', "colour", "colour", id="a key of the law"),
    pytest.param('prefix = "XY"', 'prefix = "XY"\nstages = ["submit", "appeal"]', "stages", "appeal", id="a stage"),
    pytest.param('open = "handling"', 'open = "somewhere"', "[history]", "somewhere", id="where an old case stands"),
    pytest.param('open = "handling"', "open = 3", "[history]", "open", id="a number where an old case stands"),
    pytest.param(
        "[history]", '[case]\nlimit = "9d"\nladder = "rope"\n[history]', "[case]", "rope", id="the case's ladder"
    ),
    pytest.param("[history]", '[case]\nladder = "desk"\n[history]', "[case]", "", id="a case without a limit"),
    pytest.param("[history]", '[case]\nhue = "x"\n[history]', "hue", "hue", id="a key of the case"),
    pytest.param('default = "A"', 'default = "Z"', "[choices.tier]", "Z", id="a default that is no option"),
    pytest.param(
        'label_en = "Near", limit = "5wd"', 'label_en = "Near", limit = "5w"', "A = {", "5w", id="an option's limit"
    ),
    pytest.param(
        'label_en = "Far", limit = "9wd"', 'label_en = "Far"', "[choices.tier]", "B", id="an option's lack of one"
    ),
    pytest.param('label_en = "Far"', 'label_en = "Far", hue = "x"', "B = {", "hue", id="a key of an option"),
    pytest.param('name = "wish"', f'name = "{"w" * 33}"', 'name = "w', "w" * 33, id="a name of 33 letters"),
    pytest.param('title = "心愿"', f'title = "{"愿" * 101}"', 'title = "愿', "title", id="a title of 101 characters"),
    pytest.param(
        'title_en = "Wish"', f'title_en = "{"W" * 101}"', "title_en =", "title_en", id="an English title of 101"
    ),
    pytest.param('title = "心愿"', 'title = "心\\u0000愿"', "title = ", "title", id="a title that cannot be stored"),
    pytest.param(
        'label = "办理中"', f'label = "{"办" * 101}"', "handling  =", "label", id="a state's label of 101 characters"
    ),
    pytest.param(
        'label_en = "Report"', f'label_en = "{"R" * 101}"', 'action = "report"', "label_en", id="an action's label"
    ),
    pytest.param('label_en = "Far"', f'label_en = "{"F" * 101}"', "B = {", "label_en", id="an option's label of 101"),
    pytest.param(
        'title = "心愿"', 'title = "心愿"\nraised_by = "cook"', "raised_by", "cook", id="whom it is offered to"
    ),
    pytest.param(
        'B = { label = "乙"', 'BBBBBBBBBBBBBBBBB = { label = "乙"', "BBB = {", "B" * 17, id="an option of 17 letters"
    ),
    pytest.param('B = { label = "乙"', '"" = { label = "乙"', '"" = {', "", id="an option without a letter"),
    pytest.param(
        "[choices.tier]", MORE_CHOICES.format("colour"), "[choices.colour]", "colour", id="options of no field"
    ),
    pytest.param(
        "[choices.tier]", MORE_CHOICES.format("category"), "[choices.category]", "category", id="options of a line"
    ),
    pytest.param(
        "[choices.tier]", MORE_CHOICES.format("audience"), "[choices.audience]", "audience", id="options of no column"
    ),
    pytest.param(
        "[choices.tier]", MORE_CHOICES.format("rating"), "[choices.rating]", "rating", id="options that are fixed"
    ),
    pytest.param("asked     =", "Asked     =", "Asked     =", "Asked", id="a state's name"),
    pytest.param("asked     =", "open      =", "open      =", "open", id="a state named like a word of the law"),
    pytest.param('stage = "handle"', 'stage = "kitchen"', "handling  =", "kitchen", id="a state's stage"),
    pytest.param('stage = "handle"', 'stage = ["handle"]', "handling  =", "handle", id="a list for a stage"),
    pytest.param('label = "办理中", ', "", "handling  =", "label", id="a state without a label"),
    pytest.param('owner = "lead"', 'owner = "cook"', "handling  =", "cook", id="a state's owner"),
    pytest.param('owner = "lead"', 'owner = ["lead"]', "handling  =", "owner", id="a list for an owner"),
    pytest.param('owner = "lead"', "owner = 7", "handling  =", "owner", id="a number for an owner"),
    pytest.param('owner = "lead"', 'owner = "parent.cook"', "handling  =", "parent.cook", id="an owner above"),
    pytest.param(
        'limit = "tier", ladder = "desk"', 'limit = "tier", ladder = "rope"', "handling  =", "rope", id="a ladder"
    ),
    pytest.param(
        'limit = "tier", ladder = "desk"', 'limit = "tier", ladder = []', "handling  =", "ladder", id="a list for it"
    ),
    pytest.param('limit = "tier"', 'limit = "-3wd"', "handling  =", "-3wd", id="a limit before its beginning"),
    pytest.param('limit = "tier"', 'limit = "0d"', "handling  =", "0d", id="a limit of nothing"),
    pytest.param(
        'limit = "tier"', 'limit = "urgency"', "handling  =", "urgency", id="a limit by a table that is not there"
    ),
    pytest.param('limit = "tier"', 'limit = ["3wd"]', "handling  =", "3wd", id="a list for a limit"),
    pytest.param("pauses = true", 'pauses = "yes"', "asked     =", "pauses", id="a word for true"),
    pytest.param('owner = "lead"', 'owner = "lead", hue = "x"', "handling  =", "hue", id="a key of a state"),
    pytest.param('do = "climb"', 'do = "shout"', 'do = "shout"', "shout", id="what a rung does"),
    pytest.param('tell = ["parent.supervisor"]', 'tell = ["cook"]', '"cook"', "cook", id="whom a rung tells"),
    pytest.param('at = "+1wd"', 'at = "1wd"', 'at = "1wd"', "1wd", id="a rung without a sign"),
    pytest.param('at = "+1wd"', "at = 1", "at = 1,", "at", id="a number for a moment"),
    pytest.param('action = "lapse" }', 'action = "report" }', 'action = "report" }', "report", id="an act of people"),
    pytest.param(
        'action = "lapse" }', 'action = ["lapse"] }', 'action = ["lapse"] }', "action", id="a list for an act"
    ),
    pytest.param(
        'do = "climb"', 'do = "climb", action = "lapse"', 'do = "climb"', "action", id="an action without act"
    ),
    pytest.param('action = "report"', 'action = "Report!"', 'action = "Report!"', "Report!", id="an action's name"),
    pytest.param(
        'label_en = "Report"', 'label_en = ""', 'action = "report"', "label_en", id="an action without a label"
    ),
    pytest.param('from = "handling"', 'from = "kitchen"', 'from = "kitchen"', "kitchen", id="a step's beginning"),
    pytest.param('to = "verifying"', 'to = "kitchen"', 'to = "kitchen"', "kitchen", id="a step's end"),
    pytest.param('to = "verifying"', 'to = ["verifying", "bar"]', '"bar"', "bar", id="one of two ends"),
    pytest.param('by = "lead"', 'by = "cook"', 'by = "cook"', "cook", id="who takes a step"),
    pytest.param('by = "lead"\n', "", 'action = "report"', "report", id="a step that nobody takes"),
    pytest.param('needs = ["answer"]', 'needs = ["salt"]', '"salt"', "salt", id="what a step needs"),
    pytest.param('needs = ["answer"]', "needs = [1]", 'action = "report"', "needs", id="a number that it needs"),
    pytest.param('needs = ["answer"]', 'takes = ["salt"]', '"salt"', "salt", id="what a step takes"),
    pytest.param('needs = ["answer"]', 'does = ["cook"]', '"cook"', "cook", id="what a step does"),
    pytest.param('["not_the_handler"]', '["hungry"]', '"hungry"', "hungry", id="on what a step depends"),
    pytest.param(
        'needs = ["answer"]', 'preset = { note = "x" }', "preset", "note", id="a preset that is not asked for"
    ),
    pytest.param('needs = ["answer"]', 'preset = "x"', 'action = "report"', "preset", id="a preset that is no table"),
    pytest.param('within = "30d"', 'within = "soon"', 'action = "reopen"', "soon", id="a step's limit"),
    pytest.param('needs = ["answer"]', 'hue = "x"', 'hue = "x"', "hue", id="a key of a step"),
]


@pytest.mark.parametrize(("old", "new", "where", "word"), WRONG)
def test_a_wrong_word_is_refused_by_file_line_and_word(old: str, new: str, where: str, word: str) -> None:
    assert SOUND.count(old) == 1
    text = SOUND.replace(old, new)

    with pytest.raises(LawError) as refusal:
        read(text)

    line = line_of(text, where)
    assert refusal.value.zh.startswith(f"wish.toml 第 {line} 行：")
    assert refusal.value.en.startswith(f"wish.toml, line {line}: ")
    assert word in refusal.value.zh
    assert word in refusal.value.en


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "states", id="nothing"),
        pytest.param("# 空\n\n", "states", id="a comment only"),
        pytest.param("states = 3", "states", id="a number for the states"),
        pytest.param("[states]\na = 3\n", '"a"', id="a number for a state"),
        pytest.param("[ladders]\nrope = []\n", "rope", id="a ladder without rungs"),
        pytest.param("[ladders]\nrope = [3]\n", "3", id="a number for a rung"),
        pytest.param("[choices]\ntier = 3\n", "tier", id="a number for a table of options"),
        pytest.param("name = wish", "TOML", id="a bare word"),
        pytest.param("这不是流程。", "TOML", id="prose"),
        pytest.param("x = " + "[" * 100_000, "nested", id="brackets without end"),
        pytest.param("#" * (LONGEST_LAW + 1), "million", id="a text of a million characters"),
    ],
)
def test_what_is_no_law_is_refused_by_name(text: str, words: str) -> None:
    with pytest.raises(LawError) as refusal:
        read(text)

    assert "wish.toml" in refusal.value.zh
    assert "wish.toml" in refusal.value.en
    assert words in refusal.value.en


def test_steps_that_are_no_list_are_refused() -> None:
    with pytest.raises(LawError, match="list of steps"):
        read("steps = 3\n" + SOUND.split("[[steps]]")[0])


def test_a_step_from_the_open_states_of_a_law_that_has_none_is_refused() -> None:
    head, *_ = SOUND.split("[states]")
    text = (
        head.replace("handling", "closed")
        + """[states]
closed = { stage = "feedback", label = "销号", label_en = "Closed", final = true }

[[steps]]
action = "urge"
label = "催办"
label_en = "Urge"
from = "open"
by = "supervisor"
"""
    )
    with pytest.raises(LawError, match=f'line {line_of(text, "urge")}: "urge" starts nowhere'):
        read(text)


def test_a_state_written_twice_is_refused_by_line() -> None:
    text = SOUND.replace("[ladders]\n", 'closed = { stage = "feedback" }\n[ladders]\n', 1)

    with pytest.raises(LawError, match=f"line {line_of(text, 'closed = {')}"):
        read(text)


def test_a_state_may_have_a_table_of_its_own_and_is_named_by_its_line() -> None:
    text = SOUND.replace(
        "[ladders]\n",
        '[states.lost]\nstage = "review"\nlabel = "失"\nlabel_en = "Lost"\nowner = "cook"\n[ladders]\n',
        1,
    )

    with pytest.raises(LawError, match=f'line {line_of(text, "[states.lost]")}: "cook"'):
        read(text)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match="Cannot read"):
        load(tmp_path, WORDS)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match=r"missing\.toml"):
        load(tmp_path / "missing.toml", WORDS)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gbk.toml"
    path.write_bytes(SOUND.encode("gbk"))

    with pytest.raises(LawError, match=r"gbk\.toml is not UTF-8"):
        load(path, WORDS)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.touch()

    with pytest.raises(LawError, match=r"empty\.toml, line 1"):
        load(path, WORDS)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_line_of_a_shipped_law_leads_back_to_its_text(name: str) -> None:
    law = shipped(name)
    lines = law.source.splitlines()

    assert all(lines[state.line - 1].startswith(state.name) for state in law.states.values())
    assert all(lines[step.line - 1] == f'action = "{step.action}"' for step in law.steps)
    for rungs in law.ladders.values():
        assert all(f'at = "{rung.at}"' in lines[rung.line - 1] for rung in rungs)


def test_a_law_is_read_as_it_is_written() -> None:
    law = read(SOUND)

    assert law.initial.name == "draft"
    assert law.states["in_review"].limit == Limit.parse("3wd")
    assert law.states["handling"].limit_by == "tier"
    assert law.limit_of(law.states["handling"], {"tier": "B"}) == Limit.parse("9wd")
    assert law.limit_of(law.states["handling"], {"tier": None}) == Limit.parse("5wd")
    assert [str(rung.at) for rung in law.ladders["desk"]] == ["-4wh", "+1wd"]
    assert law.ladders["draft"][0].at == Offset.parse("0")
    urge = law.steps[-1]
    assert urge.target is None
    assert urge.sources == ("draft", "in_review", "asked", "handling", "verifying", "rating")


def test_a_law_cannot_be_changed_after_it_was_read() -> None:
    law = read(SOUND)

    with pytest.raises(TypeError):
        law.states["closed"] = law.initial  # type: ignore[index]  # what the types forbid is tried here


def test_a_law_saved_on_windows_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "wish.toml"
    path.write_bytes(SOUND.replace("\n", "\r\n").encode())

    assert load(path, WORDS).states == read(SOUND).states
