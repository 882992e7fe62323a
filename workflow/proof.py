"""Prove a law before it may be used: no case can get lost in it, skip its review, or be closed over someone's head.

Rules on waiting (desks, limits, ladders) stand in `waiting.py`, rules on people in `staffing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from workflow.beside_rules import BESIDE_RULES
from workflow.definition import SYSTEM, Definition, Step
from workflow.delegation_rules import DELEGATION_RULES
from workflow.dispute_rules import DISPUTE_RULES
from workflow.endorsement_rules import ENDORSEMENT_RULES
from workflow.extension_rules import EXTENSION_RULES
from workflow.merging_rules import MERGING_RULES
from workflow.paths import Arrow, Finding, Paths, walk
from workflow.promise_rules import PROMISE_RULES
from workflow.quorum import prove_quorum
from workflow.review_rules import REVIEW_RULES
from workflow.role_names import role_names
from workflow.separation_rules import SEPARATION_RULES
from workflow.staffing import DUTY_OF_ROLE, UnitStaff, prove_roles
from workflow.verb_rules import VERB_RULES
from workflow.waiting import WAITING_RULES

__all__ = ["DUTY_OF_ROLE", "RULES", "Finding", "UnitStaff", "prove", "prove_staffing"]

SUBMITTER, ANYONE = "submitter", "anyone"
NOT_THE_HANDLER = "not_the_handler"
SUBMIT, NOTE = "submit", "note"
REVIEW, SUPERVISE, FEEDBACK = "review", "supervise", "feedback"

#: What only a reviewed case may reach.
BEYOND_REVIEW = frozenset({"handle", SUPERVISE, FEEDBACK})


def prove(definition: Definition) -> list[Finding]:
    """Return every fault of a law, each with the path that shows it; a law without findings may be used."""
    paths = Paths(definition)
    return [finding for rule in RULES for finding in rule(paths)]


def prove_staffing(definition: Definition, units: Iterable[UnitStaff]) -> list[Finding]:
    """Return every fault of the people whom a law needs: roles that nobody fills, groups too small to decide."""
    units = list(units)
    return [*prove_roles(definition, units), *prove_quorum(definition, units)]


def unreachable(paths: Paths) -> Iterator[Finding]:
    """Every state can be reached from the first one."""
    first = paths.definition.initial
    for state in paths.states:
        if state.name not in paths.ways:
            yield Finding(
                "unreachable",
                f"从「{first.label}」出发走不到「{state.label}」：请添加通向它的动作，或删去这个状态。",
                f'"{state.label_en}" cannot be reached from "{first.label_en}": '
                "add a step that leads to it, or remove the state.",
                state.line,
                (state.name,),
            )


def dead_end(paths: Paths) -> Iterator[Finding]:
    """A final state can be reached from every state."""
    for state in paths.states:
        if not any(paths.definition.states[name].final for name in walk(state.name, paths.arrows)):
            yield Finding(
                "dead_end",
                f"案件到了「{state.label}」就再也办不结：请添加通向某个终结状态的动作。",
                f'A case in "{state.label_en}" can never be finished: add a step that leads towards a final state.',
                state.line,
                paths.to(state),
            )


def final_left(paths: Paths) -> Iterator[Finding]:
    """A final state may only be left within a limit."""
    for arrow in paths.arrows:
        if arrow.source.final and arrow.step.within is None:
            yield Finding(
                "final_left",
                f"「{arrow.step.label}」可以随时离开终结状态「{arrow.source.label}」：请用 within 写明多久之内可以。",
                f'"{arrow.step.label_en}" may leave the final state "{arrow.source.label_en}" at any time: '
                "say with `within` for how long.",
                arrow.step.line,
                paths.through(arrow),
            )


def skips_review(paths: Paths) -> Iterator[Finding]:
    """Nothing is handled, supervised or closed before someone other than the submitter has decided on it."""
    undecided = walk(
        paths.definition.initial.name,
        (arrow for arrow in paths.arrows if arrow.source.stage not in BEYOND_REVIEW and not _is_decision(arrow)),
    )
    for name, way in undecided.items():
        state = paths.definition.states[name]
        if state.stage in BEYOND_REVIEW:
            yield Finding(
                "skips_review",
                f"案件可以不经审议就到「{state.label}」：请让提交人以外的人在审议环节作出决定后再进入。",
                f'A case can get to "{state.label_en}" without a review: '
                "let someone other than the submitter decide in the review stage first.",
                _line_of_last(paths, way),
                way,
            )


def cycle(paths: Paths) -> Iterator[Finding]:
    """No case goes round in circles by itself."""
    for arrow, way in paths.cycles(lambda arrow: SYSTEM in arrow.step.by):
        yield Finding(
            "cycle",
            f"系统可以不经人的决定让案件从「{arrow.source.label}」出发又回到原处：请把其中至少一步只交给人。",
            f'The system can move a case from "{arrow.source.label_en}" and back again with no human decision: '
            "leave at least one of these steps to people alone.",
            arrow.step.line,
            way,
        )


def ambiguous(paths: Paths) -> Iterator[Finding]:
    """One action means one thing to one person in one state."""
    for state in paths.states:
        steps = paths.definition.steps_from(state.name)
        for index, later in enumerate(steps):
            for earlier in steps[:index]:
                shared = _shared_roles(earlier, later)
                if earlier.action == later.action and shared:
                    yield Finding(
                        "ambiguous",
                        f"在「{state.label}」，「{later.label}」对{role_names(shared, 'zh')}有两种走法"
                        f"（另一处在第 {earlier.line} 行）：请改名或合并。",
                        f'In "{state.label_en}", "{later.label_en}" means two things for {role_names(shared, "en")} '
                        f"(the other is on line {earlier.line}): rename one, or merge them.",
                        later.line,
                        (*paths.to(state), later.action),
                    )


def closed_by_another(paths: Paths) -> Iterator[Finding]:
    """Whoever raised a case closes it, or a recorded rule does."""
    for arrow in paths.arrows:
        others = tuple(word for word in arrow.step.by if word not in (SUBMITTER, SYSTEM))
        if arrow.target.final and arrow.target.stage == FEEDBACK and others:
            yield Finding(
                "closed_by_another",
                f"「{arrow.step.label}」让{role_names(others, 'zh')}把案件办成「{arrow.target.label}」："
                "结案只能由提交人或系统按规则作出，请修改 by。",
                f'"{arrow.step.label_en}" lets {role_names(others, "en")} bring a case to "{arrow.target.label_en}": '
                "only the submitter, or the system by a rule, closes a case; change `by`.",
                arrow.step.line,
                paths.through(arrow),
            )


def own_work(paths: Paths) -> Iterator[Finding]:
    """Nobody verifies what he handled himself."""
    for arrow in paths.arrows:
        if (arrow.source.stage, arrow.target.stage) != (SUPERVISE, FEEDBACK):
            continue
        if set(arrow.step.by) <= {SUBMITTER, SYSTEM} or NOT_THE_HANDLER in arrow.step.only_if:
            continue
        yield Finding(
            "own_work",
            f"「{arrow.step.label}」可能由承办人自己核验自己：请在 only_if 中加上 {NOT_THE_HANDLER}。",
            f'"{arrow.step.label_en}" lets a handler verify his own work: add {NOT_THE_HANDLER} to its `only_if`.',
            arrow.step.line,
            paths.through(arrow),
        )


def preset(paths: Paths) -> Iterator[Finding]:
    """A step presets only what it asks for."""
    for step in paths.definition.steps:
        for word in step.preset:
            if word not in (*step.needs, *step.takes):
                yield Finding(
                    "preset",
                    f"「{step.label}」预设了没有要求填写的「{word}」：请把它加入 needs 或 takes，或删去预设。",
                    f'"{step.label_en}" presets "{word}" without asking for it: '
                    "add it to `needs` or `takes`, or drop the preset.",
                    step.line,
                    (step.sources[0], step.action),
                )


def unasked(paths: Paths) -> Iterator[Finding]:
    """What a word in `does` relies on is asked for: its fields in `needs`, its conditions in `only_if`."""
    for step in paths.definition.steps:
        for word in step.does:
            requirements = paths.definition.vocabulary.effects[word]
            for key, wanted, asked in (
                ("needs", requirements.needs, step.needs),
                ("only_if", requirements.only_if, step.only_if),
            ):
                for missing in (other for other in wanted if other not in asked):
                    yield Finding(
                        "unasked",
                        f"「{step.label}」要做 {word}，却没有在 {key} 中写明 {missing}：请加上。",
                        f'"{step.label_en}" does {word} without {missing} in its `{key}`: add it.',
                        step.line,
                        (*paths.to(paths.definition.states[step.sources[0]]), step.action),
                    )


def submit_door(paths: Paths) -> Iterator[Finding]:
    """A case can be submitted: page, API and command line take `submit`, with an empty form, on one just begun."""
    first = paths.definition.initial
    steps = [step for step in paths.definition.steps if step.action == SUBMIT]
    if len(steps) == 1:
        (step,) = steps
        moves = first.name in step.sources and step.target not in (None, first.name)
        if moves and SUBMITTER in step.by and set(step.needs) <= set(step.preset):
            return
    yield Finding(
        "submit_door",
        f"页面、接口和命令行都用 {SUBMIT} 提交案件：须恰有一个这样的动作，由提交人从「{first.label}」提出，无须填写。",
        f"Page, API and command line submit a case by {SUBMIT}: have exactly one such step, by the submitter, out of "
        f'"{first.label_en}", that needs nothing filled in.',
        steps[-1].line if steps else first.line,
        (first.name, *([SUBMIT] if steps else [])),
    )


def note_door(paths: Paths) -> Iterator[Finding]:
    """A note can be left: page and API take `note`, with the field of that name, as anyone in the case."""
    steps = [step for step in paths.definition.steps if step.action == NOTE]
    for step in steps:
        asks = NOTE in (*step.needs, *step.takes) and set(step.needs) <= {NOTE, *step.preset}
        if not step.targets and ANYONE in step.by and asks:
            return
    source = paths.definition.states[steps[-1].sources[0]] if steps else paths.definition.initial
    yield Finding(
        "note_door",
        f"页面和接口用 {NOTE} 留言：须有这样一个动作，由 {ANYONE} 采取，不改变状态，只要求填写 {NOTE}。",
        f"Page and API leave a note by {NOTE}: have one, by {ANYONE}, that stays in place and needs only {NOTE}.",
        steps[-1].line if steps else source.line,
        (*paths.to(source), *([NOTE] if steps else [])),
    )


RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    unreachable,
    dead_end,
    *WAITING_RULES,
    *BESIDE_RULES,
    *DELEGATION_RULES,
    *REVIEW_RULES,
    *MERGING_RULES,
    *ENDORSEMENT_RULES,
    *PROMISE_RULES,
    *DISPUTE_RULES,
    *EXTENSION_RULES,
    *VERB_RULES,
    *SEPARATION_RULES,
    final_left,
    skips_review,
    cycle,
    ambiguous,
    closed_by_another,
    own_work,
    preset,
    unasked,
    submit_door,
    note_door,
)


def _is_decision(arrow: Arrow) -> bool:
    """Tell whether an arrow is a review: taken in that stage by people who cannot be the submitter.

    Handing the case back to the submitter's desk is a question, not a decision: what he then does is not reviewed yet.
    """
    if arrow.source.stage != REVIEW or arrow.target.owner == SUBMITTER:
        return False
    return not {SUBMITTER, SYSTEM, ANYONE} & set(arrow.step.by)


def _shared_roles(one: Step, other: Step) -> tuple[str, ...]:
    """Return the roles that may take both steps; `anyone` is every person, not the system."""
    if ANYONE in other.by and ANYONE not in one.by:
        one, other = other, one
    if ANYONE in one.by:
        return tuple(word for word in other.by if word != SYSTEM or SYSTEM in one.by)
    return tuple(word for word in one.by if word in other.by)


def _line_of_last(paths: Paths, way: tuple[str, ...]) -> int:
    """Return the line of a path's last step, or of its only state."""
    if len(way) == 1:
        return paths.definition.states[way[0]].line
    source, action, target = way[-3:]
    return next(
        arrow.step.line
        for arrow in paths.arrows
        if (arrow.source.name, arrow.step.action, arrow.target.name) == (source, action, target)
    )
