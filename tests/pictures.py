"""Writes what is generated from the laws into the pages that show it: `python -m tests.pictures`."""

from __future__ import annotations

from pathlib import Path

from cases.words import conditions, effects, roles, vocabulary
from tests.clock_pages import clocks_table, ladders_table
from tests.policy_pages import policy
from workflow.definition import Definition
from workflow.diagram import lifecycle, mermaid, table
from workflow.reading import load
from workflow.role_names import Language, role_names

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = ROOT / "config" / "workflows"
BEGIN, END = "```mermaid\n", "```\n<!-- end of picture -->"


def main() -> None:
    """Bring the pages in step with the laws."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


def pages() -> dict[Path, str]:
    """Return each page as it should read."""
    laws = [load(path, vocabulary()) for path in sorted(WORKFLOWS.glob("*.toml"))]
    proposal = next(law for law in laws if law.name == "proposal")
    return {
        ROOT / "README.md": with_picture(ROOT / "README.md", lifecycle(proposal, "en")),
        ROOT / "README.zh-CN.md": with_picture(ROOT / "README.zh-CN.md", lifecycle(proposal, "zh")),
        ROOT / "docs" / "laws.md": manual(laws, "en"),
        ROOT / "docs" / "laws.zh-CN.md": manual(laws, "zh"),
        ROOT / "docs" / "words.md": words(),
        ROOT / "docs" / "policy.md": policy(laws, "en"),
        ROOT / "docs" / "policy.zh-CN.md": policy(laws, "zh"),
    }


def with_picture(path: Path, picture: str) -> str:
    """Return a page with the picture between its two marks."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{picture.strip()}\n{END}{rest.partition(END)[2]}"


def manual(laws: list[Definition], language: Language) -> str:
    """Return the page that shows each law: its picture, its limits, who may do what."""
    zh = language == "zh"
    parts = [
        "# 流程办法\n\n由 config/workflows 中的文件生成。\n" if zh else "# The laws\n\nMade from config/workflows.\n"
    ]
    for law in laws:
        parts.append(f"## {law.title if zh else law.title_en} · `{law.name}`\n")
        parts.append(f"```mermaid\n{mermaid(law, language).strip()}\n```\n")
        parts.append(limits(law, zh))
        if law.capacities:
            parts.append(separation(law, language) + "\n")
        parts.append(table(law, language).strip() + "\n")
        parts.append(clocks_table(law, language))
        parts.append(ladders_table(law, language))
    return "\n".join(parts)


def limits(law: Definition, zh: bool) -> str:
    """Return a table of the states with desk, limit and whether the clock of the whole case stands still."""
    head = "| 状态 | 责任人 | 时限 | 全案时钟暂停 |" if zh else "| State | Desk | Limit | Pauses the case |"
    rows = [head, "|---|---|---|---|"]
    for state in law.states.values():
        label = state.label if zh else state.label_en
        limit = state.limit or state.limit_by or ""
        rows.append(f"| {label} `{state.name}` | {state.owner or ''} | {limit} | {'✓' if state.pauses else ''} |")
    for name, choices in law.choices.items():
        rows += ["", f"| `{name}` | | |", "|---|---|---|"]
        rows += [f"| {o.value} | {o.label if zh else o.label_en} | {o.limit or ''} |" for o in choices.options.values()]
    return "\n".join(rows) + "\n"


def separation(law: Definition, language: Language) -> str:
    """Return in a sentence whom a law keeps apart."""
    groups = [role_names(one.roles, language) for one in law.capacities.values()]
    if language == "zh":
        return f"同一案件中分离：{'；'.join(groups)}。以其中一种身份办过本案的人（含代理），不以另一种身份再办。"
    return f"Kept apart in one case: {'; '.join(groups)}. Who acted in one of these capacities acts in no other."


def words() -> str:
    """Return the page of every word that a law may use."""
    known = vocabulary()
    rows = ["# The words of the law\n\nMade from the registered capabilities in cases/capabilities.\n"]
    rows += ["## Fields (`needs`, `takes`)\n", "| word | 中文 | English | kind | longest |", "|---|---|---|---|---|"]
    rows += [
        f"| `{f.name}` | {f.label} | {f.label_en} | {f.kind} | {f.longest} |"
        for f in sorted(known.fields.values(), key=lambda field: field.name)
    ]
    for title, registered in (
        ("Effects (`does`)", effects()),
        ("Conditions (`only_if`)", conditions()),
        ("Roles (`by`, `owner`)", roles()),
    ):
        rows += [f"\n## {title}\n", "| word | meaning |", "|---|---|"]
        rows += [
            f"| `{word}` | {(function.__doc__ or '').strip().splitlines()[0]} |"
            for word, function in sorted(registered.items())
        ]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
