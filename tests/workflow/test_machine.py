"""The library answers as the table of the law does, for every state, action and role, and keeps nothing."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import pytest

from tests.workflow.sound_law import SOUND, read
from tests.workflow.words import SHIPPED, WORDS, shipped
from workflow.definition import Definition, Step
from workflow.errors import Refusal
from workflow.machine import ActionNotAllowed, Law, NotByYou, NotFromHere, NotNow, Subject, UnknownAction

ROLES = (*sorted(WORDS.roles), *(f"parent.{duty}" for duty in sorted(WORDS.duties)))
TOO_EARLY = Refusal("还不到时候。", "It is too early.")


def from_table(definition: Definition, state: str, action: str, role: str) -> Step | type[ActionNotAllowed]:
    """Say what the table answers, without the library."""
    here = [step for step in definition.steps_from(state) if step.action == action]
    if not here:
        return NotFromHere
    return next((step for step in here if role in step.by), NotByYou)


def from_law(law: Law, state: str, action: str, roles: Collection[str]) -> Step | type[ActionNotAllowed]:
    """Say what the library answers."""
    try:
        return law.take(state, action, roles)
    except ActionNotAllowed as refusal:
        return type(refusal)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_library_answers_as_the_table_does(name: str) -> None:
    definition = shipped(name)
    law = Law(definition)
    actions = {step.action for step in definition.steps}

    for state in definition.states:
        for action in actions:
            for role in ROLES:
                assert from_law(law, state, action, {role}) == from_table(definition, state, action, role), (
                    state,
                    action,
                    role,
                )


@pytest.mark.parametrize("name", SHIPPED)
def test_the_buttons_are_the_actions_that_would_succeed(name: str) -> None:
    definition = shipped(name)
    law = Law(definition)

    for state in definition.states:
        for role in ROLES:
            offered = law.actions_for(state, {role})
            assert all(law.take(state, step.action, {role}) is step for step in offered)
            taken = {step.action for step in definition.steps if from_law(law, state, step.action, {role}) is step}
            assert taken == {step.action for step in offered}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_guard_can_refuse_every_step_and_its_sentence_is_passed_on(name: str) -> None:
    definition = shipped(name)
    law = Law(definition)

    for step in definition.steps:
        for source in step.sources:
            with pytest.raises(NotNow) as refusal:
                law.take(source, step.action, step.by, lambda step: TOO_EARLY)
            assert (refusal.value.zh, refusal.value.en) == (TOO_EARLY.zh, TOO_EARLY.en)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_guard_is_not_asked_about_a_step_that_is_not_yours(name: str) -> None:
    definition = shipped(name)
    law = Law(definition)
    asked: list[Step] = []

    def guard(step: Step) -> Refusal | None:
        asked.append(step)
        return None

    for step in definition.steps:
        with pytest.raises(NotByYou):
            law.take(step.sources[0], step.action, (), guard)
    assert asked == []


def test_refusals_speak_the_law_s_own_words() -> None:
    law = Law(shipped("proposal"))

    with pytest.raises(UnknownAction, match=r"提案办理.*fly.*Proposal has no action fly"):
        law.take("draft", "fly", {"submitter"})
    with pytest.raises(NotFromHere, match="案件现处「草稿」，不能「核验通过」。"):
        law.take("draft", "verify", {"supervisor"})
    with pytest.raises(NotByYou, match="「立案交办」不由您办理。"):
        law.take("in_review", "accept", {"submitter"})


@pytest.mark.parametrize("name", ["to_closed", "may_submit", "trigger", "is_draft", "", "__init__"])
def test_no_action_of_the_library_s_own_can_be_taken(name: str) -> None:
    with pytest.raises(UnknownAction):
        Law(shipped("proposal")).take("draft", name, ROLES)


def test_one_action_may_lead_two_people_to_two_places() -> None:
    text = SOUND + '\n[[steps]]\naction = "accept"\nlabel = "立案"\nlabel_en = "Accept"\nfrom = "in_review"\n'
    law = Law(read(text + 'to = "asked"\nby = "leader"\n'))

    assert law.take("in_review", "accept", {"reviewer"}).target == "handling"
    assert law.take("in_review", "accept", {"leader"}).target == "asked"


def test_a_guard_that_fails_leaves_the_law_usable() -> None:
    law = Law(shipped("proposal"))

    def broken(step: Step) -> Refusal | None:
        raise LookupError(step.action)

    with pytest.raises(LookupError):
        law.take("draft", "submit", {"submitter"}, broken)
    assert law.take("draft", "submit", {"submitter"}).target == "in_review"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_library_writes_nothing_on_a_subject_but_its_three_fields(name: str) -> None:
    definition = shipped(name)
    machine = Law(definition)._machine
    assert {field.name for field in fields(Subject)} == {"state", "step", "refusal"}
    assert not hasattr(Subject("draft"), "__dict__")  # a fourth field would raise

    for step in definition.steps:
        for source in step.sources:
            subject = Subject(source)
            machine.events[step.action].trigger(subject, roles=step.by, guard=lambda step: None)
            assert subject == Subject(step.target or source, step, None)


def test_threads_share_a_law_which_keeps_none_of_their_cases() -> None:
    definition = shipped("proposal")
    law = Law(definition)
    asked = [
        (step.sources[0], step.action, role) for step in definition.steps for role in ("submitter", "lead", "system")
    ]
    expected = [from_table(definition, *question) for question in asked]

    def take_many(offset: int) -> int:
        for number in range(offset, offset + 2000):
            state, action, role = asked[number % len(asked)]
            assert from_law(law, state, action, {role}) == expected[number % len(asked)]
        return 2000

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take_many, range(8))) == 16_000
    assert law._machine.models == []
