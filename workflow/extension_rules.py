"""Rules on more time: somebody else decides on each request, at the level that the law names, and within its caps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from workflow.definition import Step
from workflow.paths import Finding, Paths
from workflow.role_names import role_name, role_names
from workflow.vocabulary import DECIDE, DECIDE_ABOVE

#: What asks for more time -> what decides on it.
DECIDED_BY: Mapping[str, str] = {
    "request_extension": "decide_extension",
    "request_part_extension": "decide_part_extension",
}
#: What holds a request to the law's number, for the case and for a department's part.
COUNTED_BY: Mapping[str, str] = {
    "request_extension": "extensions_left",
    "request_part_extension": "part_extensions_left",
}
ANYONE, NOT_THE_ASKER, HIGH_ENOUGH = "anyone", "not_the_asker", "high_enough"


def own_extension(paths: Paths) -> Iterator[Finding]:
    """Nobody decides on the time that they ask for: not as the same person, and not in the same role."""
    for asking, deciding in DECIDED_BY.items():
        asks = {word for step in _doing(paths, asking) for word in step.by}
        for step in _doing(paths, deciding):
            shared = tuple(word for word in step.by if word in asks or (asks and ANYONE in (word, *asks)))
            if shared:
                yield Finding(
                    "own_extension",
                    f"「{step.label}」与申请延期都可由{role_names(shared, 'zh')}作出：请改由他人审批。",
                    f'"{step.label_en}" can be taken by {role_names(shared, "en")}, who also ask for more time: let '
                    "others decide.",
                    step.line,
                    (step.sources[0], step.action),
                )
            elif NOT_THE_ASKER not in step.only_if:
                yield Finding(
                    "own_extension",
                    f"「{step.label}」可能由申请人本人审批：请在 only_if 中加上 {NOT_THE_ASKER}。",
                    f'"{step.label_en}" lets whoever asked decide: add {NOT_THE_ASKER} to its `only_if`.',
                    step.line,
                    (step.sources[0], step.action),
                )


def undecided_extension(paths: Paths) -> Iterator[Finding]:
    """Wherever more time can be asked for, somebody can decide on it."""
    for asking, deciding in DECIDED_BY.items():
        decided = {name for step in _doing(paths, deciding) if step.is_for_people for name in step.sources}
        for step in _doing(paths, asking):
            for name in step.sources:
                if name in decided:
                    continue
                state = paths.definition.states[name]
                yield Finding(
                    "undecided_extension",
                    f"在「{state.label}」可以「{step.label}」，却没有人能审批：请补上带 {deciding} 的动作。",
                    f'"{step.label_en}" is possible in "{state.label_en}", where nobody can decide on it: add a step '
                    f"that does {deciding}.",
                    step.line,
                    (*paths.to(state), step.action),
                )
                break


def extension_level(paths: Paths) -> Iterator[Finding]:
    """Whoever is called to decide may decide, and much time is decided on by the level that the law names."""
    besides, caps = paths.definition.besides, paths.definition.extensions
    higher = caps.above.by if caps is not None and caps.above is not None else None
    for deciding in DECIDED_BY.values():
        for step in _doing(paths, deciding):
            called = [(besides[DECIDE].owner, DECIDE)] if DECIDE in besides else []
            called += [(higher, DECIDE_ABOVE)] if higher else []
            for word, clock in called:
                if word not in step.by:
                    yield Finding(
                        "extension_level",
                        f"[extensions] 要{role_name(word, 'zh')}审批延期，「{step.label}」却不由其作出："
                        f"请在 by 中加上 {word}。",
                        f"[extensions] calls {role_name(word, 'en')} to decide on more time, who cannot take "
                        f'"{step.label_en}": add {word} to its `by`.',
                        step.line,
                        (step.sources[0], step.action, clock),
                    )
            if higher and HIGH_ENOUGH not in step.only_if:
                yield Finding(
                    "extension_level",
                    f"「{step.label}」没有按 [extensions] 的 above 分级审批：请在 only_if 中加上 {HIGH_ENOUGH}。",
                    f'"{step.label_en}" lets anyone grant what `above` of [extensions] keeps for {higher}: add '
                    f"{HIGH_ENOUGH} to its `only_if`.",
                    step.line,
                    (step.sources[0], step.action, HIGH_ENOUGH),
                )


def uncounted_extension(paths: Paths) -> Iterator[Finding]:
    """A number of extensions that the law sets is kept to."""
    caps = paths.definition.extensions
    if caps is None or caps.most is None:
        return
    for asking, condition in COUNTED_BY.items():
        for step in _doing(paths, asking):
            if condition not in step.only_if:
                yield Finding(
                    "uncounted_extension",
                    f"[extensions] 限定了次数 most，「{step.label}」却不受限：请在 only_if 中加上 {condition}。",
                    f'[extensions] says how often, but "{step.label_en}" does not keep to it: add {condition} to its '
                    "`only_if`.",
                    step.line,
                    (step.sources[0], step.action, condition),
                )


def _doing(paths: Paths, effect: str) -> list[Step]:
    return [step for step in paths.definition.steps if effect in step.does]


EXTENSION_RULES: tuple[Callable[[Paths], Iterator[Finding]], ...] = (
    own_extension,
    undecided_extension,
    extension_level,
    uncounted_extension,
)
