"""Rules on waiting: wherever a case can lie, someone has it, a clock runs, and a ladder ends at someone who can act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from workflow.definition import SYSTEM, Rung, State, Step
from workflow.limits import Offset
from workflow.paths import Finding, Paths
from workflow.vocabulary import CLIMB, LATE_REVIEWERS, PANEL, PARENT

#: Enough to order offsets of different units; a working day counts as a day, its eight office hours as well.
MINUTES = {"wd": 1440, "wh": 180, "d": 1440, "h": 60, "m": 1}

#: Units of working time; the others are of the calendar.
WORKING = frozenset({"wd", "wh"})

#: Who cannot be a ladder's end: the one who is waiting, and words that are nobody in particular.
POWERLESS = frozenset({"owner", "submitter", "anyone", "watchers", SYSTEM, LATE_REVIEWERS})

#: What a step of the system does because something was done with another case: no ladder fires it.
FOLLOWING = frozenset({"merge_along"})


def no_owner(paths: Paths) -> Iterator[Finding]:
    """Every waiting state lies on someone's desk."""
    for state in paths.states:
        if not state.final and state.owner is None:
            yield Finding(
                "no_owner",
                f"「{state.label}」没有责任人：请用 owner 写明案件此时在谁手上。",
                f'"{state.label_en}" has no owner: say with `owner` on whose desk the case lies.',
                state.line,
                paths.to(state),
            )


def no_limit(paths: Paths) -> Iterator[Finding]:
    """Every waiting state has a limit; for one that pauses, `endless_pause` says so."""
    for state in paths.states:
        if not state.final and not state.pauses and _is_unlimited(state):
            yield Finding(
                "no_limit",
                f"「{state.label}」没有时限：请用 limit 写明最多停留多久。",
                f'"{state.label_en}" has no limit: say with `limit` how long a case may lie there.',
                state.line,
                paths.to(state),
            )


def endless_pause(paths: Paths) -> Iterator[Finding]:
    """Every pause ends: a state that stops the clock of the whole case has a limit of its own."""
    for state in paths.states:
        if state.pauses and (state.final or _is_unlimited(state)):
            yield Finding(
                "endless_pause",
                f"「{state.label}」让整案时限停表却没有自己的时限：请用 limit 写明停到何时，或去掉 pauses。",
                f'"{state.label_en}" stops the clock of the whole case and has no limit of its own: '
                "say with `limit` when the pause ends, or drop `pauses`.",
                state.line,
                paths.to(state),
            )


def no_ladder(paths: Paths) -> Iterator[Finding]:
    """Every waiting state has a ladder."""
    for state in paths.states:
        if not state.final and state.ladder is None:
            yield Finding(
                "no_ladder",
                f"「{state.label}」没有升级阶梯：请用 ladder 写明逾期之后怎么办。",
                f'"{state.label_en}" has no ladder: say with `ladder` what happens when its limit passes.',
                state.line,
                paths.to(state),
            )


def choice_limit(paths: Paths) -> Iterator[Finding]:
    """A table that stands for a limit has one in each option."""
    clock = paths.definition.case_clock
    tables = {state.limit_by: (state.line, paths.to(state)) for state in reversed(paths.states) if state.limit_by}
    if clock is not None and clock.limit_by is not None:
        tables.setdefault(clock.limit_by, (paths.definition.ladders[clock.ladder][0].line, ()))
    for name, (line, way) in tables.items():
        for option in paths.definition.choices[name].options.values():
            if option.limit is None:
                yield Finding(
                    "choice_limit",
                    f"时限取自选项表 {name}，但选项「{option.label}」没有时限：请为它写上 limit。",
                    f'The limit comes from the table {name}, but its option "{option.label_en}" has none: '
                    "give it a `limit`.",
                    line,
                    (*way, name, option.value),
                )


def ladder_order(paths: Paths) -> Iterator[Finding]:
    """The rungs of a ladder stand in the order of time."""
    for name, rungs in paths.definition.ladders.items():
        for earlier, later in pairwise(rungs):
            if _is_mixed(earlier.at, later.at):
                yield Finding(
                    "ladder_order",
                    f"阶梯 {name} 中 {earlier.at} 和 {later.at} 分别按工作时间和自然时间，先后会随假期颠倒：请统一。",
                    f"In the ladder {name}, {earlier.at} and {later.at} count in working and in calendar time, so that "
                    "holidays can turn their order: give both the same unit.",
                    later.line,
                    (name, str(earlier.at), str(later.at)),
                )
            elif _minutes(later.at) < _minutes(earlier.at):
                yield Finding(
                    "ladder_order",
                    f"阶梯 {name} 中 {later.at} 排在 {earlier.at} 之后，时间却更早：请按先后排列。",
                    f"In the ladder {name}, {later.at} stands after {earlier.at} but is earlier: put them in order.",
                    later.line,
                    (name, str(earlier.at), str(later.at)),
                )


def ladder_act(paths: Paths) -> Iterator[Finding]:
    """What a ladder lets the system do can be done, without more ado, from every state that uses the ladder."""
    for name, rungs in paths.definition.ladders.items():
        for rung in rungs:
            for state in paths.users_of(name):
                if rung.action is not None and not _system_may(paths, state, rung.action):
                    yield Finding(
                        "ladder_act",
                        f"阶梯 {name} 要系统在「{state.label}」采取 {rung.action}，但该动作不从这里开始、不由系统采取，"
                        "或要填写内容、附有条件或期限：请为系统补上没有这些要求的一步，或换一个阶梯。",
                        f'The ladder {name} lets the system take {rung.action} in "{state.label_en}", where the system '
                        "has no such step, or one that asks for fields, conditions or a time within: give the system a "
                        "step without them, or use another ladder.",
                        rung.line,
                        (*paths.to(state), rung.action),
                    )


def ladder_end(paths: Paths) -> Iterator[Finding]:
    """Each ladder ends, after the limit, at a human who can act or at an act of the system that moves the case."""
    for name, rungs in paths.definition.ladders.items():
        for state in paths.users_of(name):
            if not _ends_in_power(paths, state, rungs[-1]):
                yield Finding(
                    "ladder_end",
                    f"阶梯 {name} 的最后一级没有把「{state.label}」的案件交到有权处置的人手上：请在时限之后加一级，"
                    "升级给在此有动作可采取的其他人，或由系统采取动作。",
                    f'The last rung of the ladder {name} brings a case in "{state.label_en}" to nobody with power to '
                    "act: add a rung after the limit that tells someone else who has a step there, or lets the system "
                    "act.",
                    rungs[-1].line,
                    (*paths.to(state), name, str(rungs[-1].at)),
                )
                break


def final_waits(paths: Paths) -> Iterator[Finding]:
    """A final state waits for nobody."""
    for state in paths.states:
        if state.final and (state.owner or state.ladder or not _is_unlimited(state)):
            yield Finding(
                "final_waits",
                f"终结状态「{state.label}」不应有责任人、时限或阶梯：请去掉 owner、limit 和 ladder。",
                f'The final state "{state.label_en}" waits for nobody: remove its `owner`, `limit` and `ladder`.',
                state.line,
                paths.to(state),
            )


def stuck_owner(paths: Paths) -> Iterator[Finding]:
    """Whoever has a case on his desk can move it."""
    for state in paths.states:
        if state.final or state.owner in (None, PANEL):  # what a group decides its chair records: `vote_recorded`
            continue
        able = {state.owner} if state.owner == SYSTEM else {state.owner, "anyone"}
        leaving = (arrow for arrow in paths.arrows if arrow.source is state and arrow.target is not state)
        if not any(able & set(arrow.step.by) for arrow in leaving):
            yield Finding(
                "stuck_owner",
                f"「{state.label}」的责任人没有任何动作能让案件离开：请给责任人一个动作，或换责任人。",
                f'The owner of "{state.label_en}" has no step that moves the case on: give the owner one, '
                "or name another owner.",
                state.line,
                paths.to(state),
            )


def silent_system(paths: Paths) -> Iterator[Finding]:
    """Every step of the system alone is fired by some ladder, by so many who endorse the case, or from elsewhere."""
    law = paths.definition.endorsement
    of_voices = {one.action for one in law.thresholds} if law else set()
    for step in paths.definition.steps:
        if step.is_for_people or step.action in of_voices or FOLLOWING.intersection(step.does):
            continue
        fired = {
            state.name
            for name, rungs in paths.definition.ladders.items()
            if any(rung.action == step.action for rung in rungs)
            for state in paths.users_of(name)
        }
        if fired.isdisjoint(step.sources):
            source = paths.definition.states[step.sources[0]]
            yield Finding(
                "silent_system",
                f'「{step.label}」只由系统采取，却没有阶梯触发它：请在「{source.label}」的阶梯中加上 do = "act"。',
                f'"{step.label_en}" belongs to the system alone, but no ladder fires it: add a rung with do = "act" to '
                f'the ladder of "{source.label_en}", or remove the step.',
                step.line,
                (*paths.to(source), step.action),
            )


WAITING_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    no_owner,
    no_limit,
    endless_pause,
    no_ladder,
    choice_limit,
    ladder_order,
    ladder_act,
    ladder_end,
    final_waits,
    stuck_owner,
    silent_system,
)


def _is_unlimited(state: State) -> bool:
    return state.limit is None and state.limit_by is None


def _is_mixed(one: Offset, other: Offset) -> bool:
    """Tell whether two offsets on the same side of the limit count in different time."""
    return one.count * other.count > 0 and (one.unit in WORKING) is not (other.unit in WORKING)


def _minutes(at: Offset) -> int:
    return at.count * MINUTES[at.unit]


def _system_may(paths: Paths, state: State, action: str) -> bool:
    return any(
        step.action == action and SYSTEM in step.by and not _asks_for_more(step)
        for step in paths.definition.steps_from(state.name)
    )


def _asks_for_more(step: Step) -> bool:
    """Tell whether a step can be refused to the system, which fills in nothing and comes when the ladder says."""
    return bool(set(step.needs) - set(step.preset) or step.only_if or step.within)


def _ends_in_power(paths: Paths, state: State, last: Rung) -> bool:
    """Tell whether a ladder's last rung leaves a case in this state with someone, or something, that can act."""
    if last.at.count < 0 or last.do == "remind":
        return False
    steps = paths.definition.steps_from(state.name)
    if last.action is not None:  # where the system has no such step at all, `ladder_act` has said so
        acts = [step for step in steps if step.action == last.action and SYSTEM in step.by]
        return not acts or any(set(step.targets) - {state.name} for step in acts)
    # The supervisor of the union above, once told, has the powers of a supervisor of the case.
    told = {word for word in last.tell if word not in POWERLESS and word != state.owner}
    powers = told | {word.removeprefix(PARENT) for word in told}
    if told and last.do == CLIMB:
        powers.add("climbed_to")  # who can take the matter over, or go on climbing
    return any(powers & set(step.by) and (step.targets or "acknowledge" in step.does) for step in steps)
