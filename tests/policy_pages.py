"""Writes the policy as a page: who sees a case, which doors and commands there are, who may do what in which state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cases.relations import ALONG, NOTHING, OWN, RELATIONS, SEES
from commands import doors as commands
from web import doors
from workflow.definition import Definition, Step
from workflow.role_names import Language, role_name

#: Which doors of a case open for whoever sees so much of it.
OPENS = {OWN: (doors.SEES, doors.PARTY), ALONG: (doors.SEES,), NOTHING: ()}
OF_A_CASE = (doors.SEES, doors.PARTY, doors.STAFF)


def policy(laws: Iterable[Definition], language: Language) -> str:
    """Return the page in a language."""
    zh = language == "zh"
    opening = (
        "# 权限\n\n由代码中的表和 config/workflows 中的流程生成；改动后运行 `python -m tests.pictures`。"
        "每一行都由 tests/web/test_matrix.py 逐一验证。\n"
        if zh
        else "# Policy\n\nMade from the tables in the code and the laws in config/workflows by "
        "`python -m tests.pictures`. tests/web/test_matrix.py tries every row.\n"
    )
    parts = [opening, *_relations(zh), *_doors(zh), *_commands(zh)]
    parts.append("## 每种状态下谁可以做什么\n" if zh else "## Who may do what in which state\n")
    for law in laws:
        parts.append(f"### {law.title if zh else law.title_en} · `{law.name}`\n")
        parts.append(_actions(law, language))
    return "\n".join(parts)


def _relations(zh: bool) -> Iterable[str]:
    yield "## 谁能看到一件案件\n" if zh else "## Who sees a case\n"
    heads = ("与案件的关系", "所见", *OF_A_CASE) if zh else ("to the case", "sees", *OF_A_CASE)
    rows = []
    for relation in RELATIONS:
        opens = OPENS.get(relation.sees, OF_A_CASE)
        passes = ("✓" if word in opens else "" for word in OF_A_CASE)
        rows.append((f"{relation.zh if zh else relation.en} `{relation.word}`", relation.sees, *passes))
    yield _table(heads, rows)
    yield "".join(f"- `{word}`: {both[0 if zh else 1]}\n" for word, both in SEES.items())


def _doors(zh: bool) -> Iterable[str]:
    yield "## 网页和接口\n" if zh else "## Pages and the API\n"
    yield _listed(doors.WORDS, doors.DOORS, zh)
    yield "### 页面自行轮询的\n" if zh else "### What an open page asks for by itself\n"
    yield _table(_heads(zh), [(f"`{door}`", f"`{word}`") for door, word in doors.LIVE.items()])
    yield "### 以文件离开系统的\n" if zh else "### What leaves as a file\n"
    yield _table(_heads(zh), [(f"`{door}`", f"`{word}`") for door, word in doors.EXPORTS.items()])


def _commands(zh: bool) -> Iterable[str]:
    yield "## 命令行\n" if zh else "## Commands\n"
    yield _listed(commands.WORDS, commands.COMMANDS, zh)
    yield "### 以文件离开系统的命令\n" if zh else "### Commands by which something leaves\n"
    yield _table(_heads(zh), [(f"`bihuan {name}`", f"`{word}`") for name, word in commands.EXPORTS.items()])


def _heads(zh: bool) -> tuple[str, str]:
    return ("入口", "谁可以通过") if zh else ("door", "who passes")


def _listed(words: Mapping[str, tuple[str, str]], rows: Mapping[str, str], zh: bool) -> str:
    """Return a table of words, each with what has it."""
    found = []
    for word, both in words.items():
        having = " · ".join(f"`{name}`" for name, kind in rows.items() if kind == word)
        found.append((f"`{word}` {both[0 if zh else 1]}", having))
    return _table(("谁可以通过", "入口") if zh else ("who passes", "doors"), found)


def _actions(law: Definition, language: Language) -> str:
    """Return a table of the roles of a law: in each state, which actions are theirs."""
    zh = language == "zh"
    roles = dict.fromkeys(word for step in law.steps for word in step.by)
    rows = []
    for role in roles:
        states: dict[tuple[str, ...], list[str]] = {}
        for name, state in law.states.items():
            theirs = tuple(_label(step, zh) for step in law.steps if role in step.by and name in step.sources)
            if theirs:
                states.setdefault(tuple(dict.fromkeys(theirs)), []).append(state.label if zh else state.label_en)
        first = f"{role_name(role, language)} `{role}`"
        for actions, where in states.items():
            rows.append((first, ("、" if zh else ", ").join(where), ("、" if zh else ", ").join(actions)))
    return _table(("角色", "状态", "可以") if zh else ("role", "in", "may"), rows)


def _label(step: Step, zh: bool) -> str:
    return step.label if zh else step.label_en


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(heads)]
    lines += [tuple("---" for _ in lines[0]), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
