"""Every door of the application, and who may pass it: one row a route, and none without a row.

What the law gives somebody in a case is decided behind these doors, by `cases.policy` and by the law; a door only says
how far somebody comes. Who may not see a case finds it nowhere (404), whatever the door.

`WORDS` says who passes which kind of door. Doors that a page opens by itself while nobody touches it, and doors through
which something leaves as a file, stand in a table of their own besides. The rows of commands are in `commands.doors`;
docs/policy.md shows all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.routing import WebSocketRoute

#: In the place of a method, for a connection that stays.
LIVING = "LIVE"
OPEN, RECEIPT, SELF, SEES, PARTY, OWNER, STAFF, IDENTITY, SYSTEM, AUDIT = (
    "open", "receipt", "self", "sees", "party", "owner", "staff", "identity", "system", "audit",
)  # fmt: skip

#: Who passes a door with this word, in Chinese and in English.
WORDS: Mapping[str, tuple[str, str]] = {
    OPEN: ("任何人，无须账号", "anybody, also without an account"),
    RECEIPT: ("在此浏览器中出示过凭证码的人，只限该案", "whoever has shown a receipt in this browser; that one case"),
    SELF: ("已登录的人，只及本人可见的内容", "anybody who is signed in, to what is their own"),
    SEES: ("可以看到该案的人", "whoever may see the case"),
    PARTY: ("提出该案的人，或该案的工作人员", "whoever raised the case, or is staff in it"),
    OWNER: ("提出该案的人", "whoever raised the case"),
    STAFF: ("该案的工作人员", "whoever is staff in the case"),
    IDENTITY: ("该案的工作人员；匿名案件无人可查", "whoever is staff in the case, unless it is anonymous"),
    SYSTEM: ("系统管理员", "system administrators"),
    AUDIT: ("审计管理员", "audit administrators"),
}

API = "/api/v1"
DOORS: Mapping[str, str] = {
    "GET /api/openapi.json": OPEN,
    "GET /api/docs": OPEN,
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /static": OPEN,
    "GET /language/{language}": OPEN,
    "GET /sign-in": OPEN,
    "POST /sign-in": OPEN,
    "GET /sign-in/step/{step}": OPEN,
    "POST /sign-in/step/code": OPEN,
    "POST /sign-in/step/enrol": OPEN,
    "POST /sign-in/step/password": OPEN,
    "GET /submit": OPEN,
    "GET /submit/open": OPEN,
    "POST /submit/open": OPEN,
    "GET /track": OPEN,
    "POST /track": OPEN,
    "POST /track/leave": RECEIPT,
    "GET /track/files/{digest}": RECEIPT,
    "POST /track/files": RECEIPT,
    "POST /track/do/{action}": RECEIPT,
    "POST /track/export": RECEIPT,
    "POST /track/erase": RECEIPT,
    "POST /track/open-up": RECEIPT,
    "POST /sign-out": SELF,
    "GET /account": SELF,
    "POST /account/sign-ins/end": SELF,
    "POST /account/password": SELF,
    "POST /account/second-factor": SELF,
    "POST /account/second-factor/confirm": SELF,
    "POST /account/second-factor/remove": SELF,
    "POST /account/second-factor/of-another": SELF,
    "GET /": SELF,
    "POST /submit": SELF,
    "GET /overdue": SELF,
    "GET /search": SELF,
    "GET /posters": SELF,
    "GET /posters/{code}": SELF,
    "GET /endorse": SELF,
    "GET /questions": SELF,
    "GET /inbox": SELF,
    "GET /inbox/unread": SELF,
    "POST /inbox/read": SELF,
    "GET /inbox/{entry}": SELF,
    "POST /inbox/{entry}": SELF,
    "GET /settings/news": SELF,
    "POST /settings/news": SELF,
    "POST /settings/news/outlets/{outlet}/confirm": SELF,
    "GET /people": SELF,
    "POST /people/deputies": SELF,
    "POST /people/deputies/end": SELF,
    "POST /people/handover": SELF,
    "POST /people/handover/confirm": SELF,
    f"POST {API}/cases": SELF,
    f"GET {API}/cases": SELF,
    f"GET {API}/overdue": SELF,
    f"GET {API}/rates": SELF,
    f"GET {API}/questions": SELF,
    f"GET {API}/similar": SELF,
    f"GET {API}/inbox": SELF,
    f"POST {API}/inbox/{{entry}}/read": SELF,
    f"GET {API}/people/deputies": SELF,
    f"POST {API}/people/deputies": SELF,
    f"POST {API}/people/deputies/end": SELF,
    f"POST {API}/people/handover": SELF,
    "GET /cases/{number}": SEES,
    "GET /cases/{number}/explain": SEES,
    "POST /cases/{number}/{action}": SEES,
    f"GET {API}/cases/{{number}}": SEES,
    f"GET {API}/cases/{{number}}/events": SEES,
    f"GET {API}/cases/{{number}}/clocks": SEES,
    f"GET {API}/cases/{{number}}/explain": SEES,
    f"POST {API}/cases/{{number}}/actions/{{action}}": SEES,
    f"POST {API}/cases/{{number}}/notes": SEES,
    "GET /cases/{number}/attachments/{digest}": PARTY,
    "POST /cases/{number}/attachments": PARTY,
    f"GET {API}/cases/{{number}}/attachments/{{digest}}": PARTY,
    f"POST {API}/cases/{{number}}/attachments": PARTY,
    "POST /cases/{number}/open-up": OWNER,
    "GET /cases/{number}/identity": IDENTITY,
    "POST /cases/{number}/identity": IDENTITY,
    "POST /cases/{number}/identity/{row_id}/agree": IDENTITY,
    "POST /cases/{number}/identity/{row_id}/show": IDENTITY,
    "GET /cases/{number}/erasure": STAFF,
    "POST /cases/{number}/erasure": STAFF,
    "POST /cases/{number}/erasure/{row_id}/agree": STAFF,
    "GET /audit": AUDIT,
    "POST /audit": AUDIT,
    "GET /admin": SYSTEM,
    "POST /admin/parked/{parked_id}/release": SYSTEM,
    "GET /admin/news": SYSTEM,
    "POST /admin/news/resend": SYSTEM,
    "POST /admin/news/parked/{message}/resend": SYSTEM,
    "POST /admin/news/dismiss": SYSTEM,
    "POST /admin/news/parked/{message}/dismiss": SYSTEM,
    "POST /admin/news/events/{seq}/tell": SYSTEM,
    "POST /admin/news/outlets": SYSTEM,
    "POST /admin/news/outlets/{outlet}/try": SYSTEM,
    "POST /admin/news/outlets/{outlet}/end": SYSTEM,
    "GET /admin/news/words/{kind}/{language}": SYSTEM,
    "POST /admin/news/words/{kind}/{language}": SYSTEM,
    "GET /admin/calendar": SYSTEM,
    "POST /admin/calendar": SYSTEM,
    "POST /admin/calendar/publish": SYSTEM,
}

#: What a page asks for by itself, again and again, while it stays open: every live channel there is.
LIVE: Mapping[str, str] = {"GET /inbox/unread": SELF}
#: Through which something leaves as a file.
EXPORTS: Mapping[str, str] = {
    "GET /cases/{number}/attachments/{digest}": PARTY,
    f"GET {API}/cases/{{number}}/attachments/{{digest}}": PARTY,
    "GET /track/files/{digest}": RECEIPT,
    "POST /track/export": RECEIPT,
}


def doors_of(app: FastAPI) -> Iterator[str]:
    """Yield every method and path that an application answers, as the rows of the table name them."""
    for route in app.routes:
        inner: Any = getattr(route, "original_router", None)
        if inner is not None:
            prefix = str(getattr(route, "include_context").prefix)  # noqa: B009  # known to no type
            for one in inner.routes:
                yield from named(prefix + one.path, getattr(one, "methods", None) or {LIVING})
        else:
            found: Any = route
            methods = {LIVING} if isinstance(found, WebSocketRoute) else getattr(found, "methods", None) or {"GET"}
            yield from named(found.path, methods)


def named(path: str, methods: set[str]) -> Iterator[str]:
    """Yield the names of a route's doors; what only follows from another one, such as HEAD, is none."""
    for method in sorted(methods - {"HEAD", "OPTIONS"}):
        yield f"{method} {path}"
