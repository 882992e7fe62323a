"""Two tables of the manual: what becomes of the clocks in each move, and what each ladder does by itself."""

from __future__ import annotations

from workflow.definition import CaseClock, Definition, State, Step
from workflow.role_names import Language, role_names

HEADS = {
    "zh": ("动作", "从", "到", "本环节时限", "全案时限", "升级"),
    "en": ("Action", "From", "To", "Clock of the desk", "Clock of the whole case", "Climb"),
}
DEEDS = {
    "remind": ("提醒", "remind"), "overdue": ("逾期", "overdue"), "yellow": ("黄牌", "yellow card"),
    "red": ("红牌", "red card"), "climb": ("逐级升级", "climb"), "act": ("系统办理", "the system acts"),
}  # fmt: skip


def clocks_table(law: Definition, language: Language) -> str:
    """Return, for each move from one state to another, which clock stops, starts, stands still or goes on."""
    zh = language == "zh"
    rows = [HEADS[language], tuple("---" for _ in HEADS[language])]
    for step in law.steps:
        rows += [_row(law, step, law.states[here], law.states[there], zh) for here, there in step.moves]
    title = "### 时钟的去向\n\n" if zh else "### What becomes of the clocks\n\n"
    return title + "".join(f"| {' | '.join(row)} |\n" for row in dict.fromkeys(rows))


def ladders_table(law: Definition, language: Language) -> str:
    """Return what each ladder does by itself as a limit nears and passes, and how a matter climbs."""
    zh = language == "zh"
    text = (
        "### 阶梯\n\n| 阶梯 | 时刻 | 处置 | 告知 |\n" if zh else "### Ladders\n\n| Ladder | Moment | Does | Tells |\n"
    )
    text += "|---|---|---|---|\n"
    for name, rungs in law.ladders.items():
        for rung in rungs:
            does = DEEDS[rung.do][0 if zh else 1] + (f" `{rung.action}`" if rung.action else "")
            text += f"| `{name}` | {rung.at} | {does} | {role_names(rung.tell, language)} |\n"
    for part in law.parts.values():
        text += (
            f"\n{part.label}：自交办起 {part.limit}，阶梯 `{part.ladder}`；案件换环节不停，协办了结或案件结束才停。\n"
            if zh
            else f"\n{part.label_en}: {part.limit} from dispatch, ladder `{part.ladder}`; it runs on "
            "when the case moves, and ends with the part or the case.\n"
        )
    if law.climb is not None:
        line = role_names(law.climb.line, language)
        acknowledged, moved = law.climb.limit, law.climb.after
        text += (
            f"\n逐级升级：本单位依次为{line}，再到各上级工会；每级 {acknowledged} 内已阅，已阅后 {moved} 内须有进展。\n"
            if zh
            else f"\nA matter climbs, at its own unit, to {line}, then to each union above; each level has "
            f"{acknowledged} to acknowledge it, and then {moved} for the case to move.\n"
        )
    return text


def _row(law: Definition, step: Step, here: State, there: State, zh: bool) -> tuple[str, ...]:
    desk = "停" if zh else "stops"
    if not there.final:
        size = str(there.limit or there.limit_by)
        desk = f"重新起算 {size}" if zh else f"starts anew, {size}"
    whole = _whole(law, law.case_clock, here, there, zh) if law.case_clock else "–"
    labels = [thing.label if zh else thing.label_en for thing in (step, here, there)]
    return (*labels, desk, whole, "结束" if zh else "ends")


def _whole(law: Definition, clock: CaseClock, here: State, there: State, zh: bool) -> str:
    """Return what happens to the clock of the whole case, as `cases.desk_clocks.move` does it."""
    size = str(clock.limit or clock.limit_by)
    if there.final:
        return "停" if zh else "stops"
    if here.final or here is law.initial:
        return f"起算 {size}" if zh else f"starts, {size}"
    if there.pauses and not here.pauses:
        return "暂停" if zh else "stands still"
    if here.pauses and not there.pauses:
        return "恢复" if zh else "goes on"
    return ("仍暂停" if zh else "still stands") if here.pauses else ("继续" if zh else "runs on")
