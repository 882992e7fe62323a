"""Raising a case: first who may know my name, then what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from secrets import token_urlsafe

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cases.errors import FieldError, InvalidFields, NotFound
from cases.idempotency import Answer, claim, keep, scope_of
from cases.laws import build, published
from cases.policy import Held, duties_of
from cases.raising import LONGEST_CATEGORY, LONGEST_TEXT, LONGEST_TITLE, NO_LAW
from cases.record.database import reading
from cases.similar import Found
from cases.units import units_to_raise_at
from cases.words import SUBMITTER
from web import words
from web.access import NotSignedIn, identify
from web.api import shapes
from web.api.cases import SUBMIT, raised
from web.api.same import similar_for
from web.errors import field_errors
from web.pages.action_forms import Typed
from web.pages.case_same import SimilarRow, similar_rows
from web.pages.done import led_to
from web.pages.forms import Form, Posted
from web.pages.receipt import receipt_page
from web.render import page
from web.visits import Moment, Visit, Writing
from workflow.definition import Definition

ONCE = "_once"
#: Where somebody without an account is asked what they want to say.
OPEN = "/submit/open"
#: The button that asks for similar matters instead of submitting.
CHECK = "_check"
#: The buttons that begin in another way than by submitting.
START = "_start"
NOT_SO = FieldError(
    "workflow",
    "所选流程不能这样开始，请直接提交，或改选其他流程",
    "A case does not begin so under this procedure: submit it, or choose another",
)
CLAIMED, FORGOTTEN = Answer(0, ""), Answer(0, "")
FIELDS = ("workflow", "unit", "identity", "title", "text", "category")
LONGEST = {"title": LONGEST_TITLE, "text": LONGEST_TEXT, "category": LONGEST_CATEGORY}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Like:
    """What is like the text of a form: cases to look at, how many of others, and what several of those say alike."""

    cases: Sequence[SimilarRow]
    others: int
    phrases: Sequence[str]


@router.get("/submit")
def ask(request: Request, at: Moment) -> Response:
    """Show an empty form; who has no account is led to the one that asks for none."""
    try:
        caller = identify(request, at)
    except NotSignedIn:
        return RedirectResponse(OPEN + (f"?{request.url.query}" if request.url.query else ""), 303)
    with reading(request.app.state.engine) as db:
        return page_of(Visit(request, db, at, caller), {})


@router.post("/submit")
def submit(visit: Writing, form: Form) -> Response:
    """Submit the case and show it, or show the form again with what is wrong or what is like it."""
    if form.text(CHECK):
        return _checked(visit, form)
    new = shapes.NewCase.model_construct(
        title=form.text("title"),
        text=form.text("text"),
        unit=form.text("unit"),
        workflow=form.text("workflow")[:64] or None,
        category=form.text("category") or None,
        identity=form.text("identity") or "confidential",
        submitter=None,
    )
    try:
        key = form.text(ONCE)
        first = _first(visit, form, key)
        if first.body:
            return RedirectResponse(first.body, 303)
        case, receipt = raised(visit, new, _start(visit, form, new.workflow or visit.settings.workflow))
    except InvalidFields as refusal:
        visit.db.rollback()
        errors = {error["field"]: error["detail"] for error in field_errors(refusal.errors, visit.language)}
        return page_of(visit, form.values, errors, status=422)
    if receipt is not None:  # nothing that could be kept leads there
        if first is CLAIMED:
            keep(visit.db, _scope(visit), key, Answer(200, "/track"))
        return receipt_page(visit.request, case, receipt)
    answer = led_to(visit, case.number, case.version)
    if first is CLAIMED:
        keep(visit.db, _scope(visit), key, Answer(answer.status_code, answer.headers["location"]))
    return answer


def page_of(
    visit: Visit,
    typed: Typed,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    like: Like | None = None,
) -> Response:
    """Return the page of the form, as it was filled in; errors stand at their fields, a notice above them all."""
    laws = [build(row.source, f"{row.name} v{row.version}").definition for row in published(visit.db)]
    duties = duties_of(visit.db, visit.by, visit.at)
    return page(
        visit.request,
        "submit.html",
        status=status,
        visitor=visit.caller,
        path_and_query="/submit",
        laws=laws,
        chosen_law=typed.get("workflow") or _likely_law(visit, duties, laws),
        units=units_to_raise_at(visit.db, duties),
        typed=typed,
        errors=errors or {},
        notice=notice,
        longest=LONGEST,
        starts=dict(start for law in laws for start in starts(law, visit)),
        once=token_urlsafe(16),
        like=like,
    )


def starts(law: Definition, visit: Visit) -> Iterator[tuple[str, str]]:
    """Yield how a case can begin under a law without being submitted at once: the action and its label."""
    for step in law.steps_from(law.initial.name):
        moves_on = step.target is not None and not law.states[step.target].final
        if step.action != SUBMIT and SUBMITTER in step.by and moves_on and not step.needs:
            yield step.action, words.label(step, visit.language)


def _start(visit: Visit, form: Posted, workflow: str) -> str:
    """Return the first step that was chosen. Raises InvalidFields where the law does not begin so."""
    action = form.text(START) or SUBMIT
    laws = [build(row.source, f"{row.name} v{row.version}").definition for row in published(visit.db)]
    if workflow not in {law.name for law in laws}:
        raise InvalidFields([NO_LAW])
    known = {begun for law in laws if law.name == workflow for begun, _ in starts(law, visit)}
    if action != SUBMIT and action not in known:
        raise InvalidFields([NOT_SO])
    return action


def _checked(visit: Visit, form: Posted) -> Response:
    """Show the form as it was filled in, with what is like it; nothing is submitted, and nothing keeps from it."""
    try:
        found = similar_for(visit, f"{form.text('title')}\n{form.text('text')}", form.text("unit")[:64] or None)
    except NotFound:  # the unit is wrong, which is said when it is submitted
        found = Found(())
    like = Like(similar_rows(visit, found.cases), found.hidden, found.hidden_phrases)
    return page_of(visit, form.values, like=like)


def _first(visit: Visit, form: Form, key: str) -> Answer:
    """Return where the same form led when it was sent before: a double click raises one case.

    A form that was changed after it had been sent is another one, and a form without a key has no memory.
    """
    sent = dumps({name: form.text(name) for name in (*FIELDS, START)}).encode()
    try:
        return claim(visit.db, _scope(visit), key, sent, visit.at) or CLAIMED
    except InvalidFields:
        return FORGOTTEN


def _scope(visit: Visit) -> str:
    return scope_of(visit.db, "form", visit.caller.user_id)


def _likely_law(visit: Visit, duties: Collection[Held], laws: Collection[Definition]) -> str:
    """Return the law that is chosen until the person chooses: one that is raised by people like them, else by anyone.

    Where several are, or none is, it is the installation's own.
    """
    mine = {held.role for held in duties}
    of_people_like_me = [law.name for law in laws if not law.raised_by.isdisjoint(mine)]
    likely = of_people_like_me or [law.name for law in laws if not law.raised_by]
    return likely[0] if likely and visit.settings.workflow not in likely else visit.settings.workflow
