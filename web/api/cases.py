"""Cases: submit, find, read, act."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Response

from cases.act import act
from cases.errors import FieldError, InvalidFields
from cases.idempotency import Answer, claim, keep, scope_of
from cases.lists import MOST, Filters, newest
from cases.raising import Draft, raise_case, submitter_of
from cases.receipts import issue
from cases.record.case import ANONYMOUS, Case
from cases.search.finding import search
from web.api import shapes, views
from web.api.versions import required_version, tag
from web.visits import Reading, Visit, Writing

SUBMIT = "submit"

router = APIRouter(tags=["cases"])


@router.post("/cases", status_code=201, response_model=shapes.Raised, summary="Submit a case")
def submit(visit: Writing, new: shapes.NewCase, idempotency_key: Annotated[str | None, Header()] = None) -> Response:
    """Raise a case and submit it in one transaction; a repeat with the same Idempotency-Key gets the first answer."""
    scope = scope_of(visit.db, "user", visit.caller.user_id)
    if idempotency_key is not None:
        # Half characters, which UTF-8 cannot hold, are escaped; the case is refused for them in words.
        request = json.dumps(new.model_dump(exclude_unset=True), sort_keys=True).encode()
        if first := claim(visit.db, scope, idempotency_key, request, visit.at):
            return _raised(first)
    case, receipt = raised(visit, new)
    body = shapes.Raised(
        number=case.number, state=case.state, stage=case.stage, due_at=case.due_at, version=case.version
    )
    if idempotency_key is not None:
        keep(visit.db, scope, idempotency_key, Answer(201, body.model_dump_json()))
    return _raised(Answer(201, body.model_copy(update={"receipt": receipt}).model_dump_json()))


@router.get("/cases", summary="The cases I may see, newest first")
def list_cases(
    visit: Reading,
    state: str | None = None,
    stage: str | None = None,
    unit: Annotated[str | None, Query(description="code; its subtree")] = None,
    category: str | None = None,
    overdue: bool | None = None,
    q: Annotated[
        str | None, Query(description="words of the number, the title, the texts and the answers; all must occur")
    ] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> shapes.Cases:
    """Return a page of cases."""
    filters = Filters(state, stage, unit, category, overdue)
    if q:
        found = search(visit.db, visit.by, visit.at, q, filters, cursor, limit).page
    else:
        found = newest(visit.db, visit.by, visit.at, filters, cursor, limit)
    return shapes.Cases(items=views.in_list(visit, found.cases), next=found.next)


@router.get("/cases/{number}", summary="One case, and what I may do with it now")
def read(visit: Reading, number: str, response: Response) -> shapes.OneCase:
    """Return a case with its ETag."""
    case = visit.case(number)
    response.headers.update(tag(case.version))
    return views.one_case(visit, case)


@router.post("/cases/{number}/actions/{action}", summary="Take an action; If-Match is required")
def take(
    visit: Writing,
    number: str,
    action: str,
    seen: Annotated[int, Depends(required_version)],
    response: Response,
    fields: Annotated[dict[str, Any] | None, Body()] = None,
) -> shapes.OneCase:
    """Take an action on a case and return it as it is then."""
    case = visit.case(number)
    act(visit.db, case, action, by=visit.by, at=visit.at, form=fields, seen=seen)
    response.headers.update(tag(case.version))
    return views.one_case(visit, case)


def raised(visit: Visit, new: shapes.NewCase, action: str = SUBMIT) -> tuple[Case, str | None]:
    """Raise and submit a case for the one who asks, and return it with the receipt of whoever stays anonymous.

    `action` is another first step than to submit it, where the law has one. Nobody submits in another's name.
    """
    if new.submitter not in (None, visit.caller.login):
        raise InvalidFields([FieldError("submitter", "只能以本人名义提出", "You can only submit in your own name")])
    draft = Draft(
        workflow=new.workflow or visit.settings.workflow,
        unit=new.unit,
        title=new.title,
        text=new.text,
        category=new.category,
        identity=new.identity,
    )
    case = raise_case(visit.db, draft, by=visit.by, at=visit.at)
    owner = submitter_of(visit.db, case)
    act(visit.db, case, action, by=owner, at=visit.at)
    if case.identity != ANONYMOUS or owner is None:
        return case, None
    return case, issue(visit.db, owner, visit.request.app.state.password_cost)


def _raised(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")
