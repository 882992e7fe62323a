"""Calls of the API made up from its own description, in every role; what the answers do not keep to is gathered."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlmodel import select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cases.record.case import Case as Row
from cases.record.database import reading
from notifications.outbox import fan_out
from tests.cast import PEOPLE
from tests.web.visitors import API, Office

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
NOBODY, READER, PAGE = "nobody", "zhang with a reading token", "zhao in a browser"
#: How the description names calls of which a test tries one alone.
LIST, SUBMIT = f"GET {API}/cases", f"POST {API}/cases"
#: How many people make each call that was made up; to make one up costs as much as to answer it.
VOICES = 4
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
ACTION = "/cases/{number}/actions/{action}"
LOGINS = tuple(login for login, *_ in PEOPLE if login != "zheng")
DUTIES = tuple(duty for *_, duty in PEOPLE)
DAYS = ("2026-11-16", "2026-11-20", "2027-02-30", "2026-12-03")
MOMENTS = ("2026-11-20T09:00:00+08:00", "2027-06-01T00:00:00Z", "2026-11-20", "0001-01-01T00:00:00+14:00")
#: What an installation knows under a name; without it nobody would come further than to "there is no such thing".
KNOWN: dict[str, tuple[Any, ...]] = {
    "unit": ("C", "T", "D", "A", "E", "P"), "workflow": ("proposal", "grievance"), "category": ("劳动保护",),
    "identity": ("anonymous", "confidential", "named"), "submitter": ("zhang", "qian"), "entry": tuple(range(1, 9)),
    "action": ("accept", "reject", "note", "sign_for", "report", "verify", "satisfied", "withdraw", "endorse", "urge"),
    "state": ("in_review", "handling"), "stage": ("review", "handle"), "audience": ("staff", "parties"),
    "at": MOMENTS, "from": MOMENTS, "to": MOMENTS, "by": ("unit", "category"), "quarter": ("2026Q4", "2026Q3"),
    "text": ("希望在开发区建骑手驿站", "午间无处休息"), "title": ("希望在开发区建骑手驿站",), "cursor": ("1", "2"),
    "absent": LOGINS, "deputy": LOGINS, "leaver": LOGINS, "successor": LOGINS, "duty": DUTIES,
    "first": DAYS, "last": DAYS, "overdue": ("true", "false"), "q": ("驿站", "%", "a b"),
}  # fmt: skip
STANDING_IN = {"absent": "wang", "deputy": "zhou", "duty": "handler@D"}
#: What is taken as it stands, from whoever may: the whole body of a call.
RIGHT: Mapping[str, Any] = {
    "/people/deputies": STANDING_IN | {"first": "2026-11-17", "last": "2026-11-20"},
    "/people/deputies/end": STANDING_IN,
    "/people/handover": {"leaver": "wang", "successor": "zhou"},
    "/cases/{number}/attachments": {"file": "八月未发".encode()},
    "/cases/{number}/notes": {"text": "在办"},
}
#: What a form may hold, whatever it asks for.
ANYTHING: tuple[Any, ...] = (
    "", "说说理由", "D", "A", "C", "T", "E", "劳动保护", "2026-12-03", "2026-11-30T09:00:00+08:00", "3wd", "-1", "99",
    "yes", "no", "relates", "yellow", "zhao", 7, 2**63, 1.5, True, None, [], ["D", "A"], {"D": 1}, "\0", "x" * 20_001,
)  # fmt: skip


@dataclass
class Trial:
    """One office under trial: who asks, what was asked, and what was wrong with the answers."""

    office: Office
    seed: int
    people: dict[str, dict[str, str]] = field(init=False)
    digest: str = field(init=False)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        tokens = {login: self.office.program(login).headers["authorization"] for login in LOGINS}
        tokens[READER] = self.office.program("zhang", "read").headers["authorization"]
        self.people = {name: {"Authorization": token} for name, token in tokens.items()}
        secret = self.office.browser("zhao").client.cookies["bihuan"]
        self.people |= {NOBODY: {"Authorization": ""}, PAGE: {"Cookie": f"bihuan={secret}", "Authorization": ""}}
        self._fill()
        self.schema = schemathesis.openapi.from_asgi("/api/openapi.json", Answering(self.office.app))
        self.schema.config.generation.update(with_security_parameters=False)  # who asks is said here

    @property
    def operations(self) -> list[Any]:
        """Return every call that the description tells of."""
        found = list(self.schema.get_all_operations())
        assert all(isinstance(one, Ok) for one in found), found
        return [one.ok() for one in found if isinstance(one, Ok)]

    def run(self, examples: int, only: str = "") -> None:
        """Make so many calls, alike many of each kind, in the description's words and against them, by everyone."""
        operations = [one for one in self.operations if only in ("", one.label)]
        each = -(-examples // (len(operations) * len(MODES) * VOICES))
        for operation in operations:
            for mode in MODES:
                goal = self.asked_of(operation) + each * VOICES
                while self.asked_of(operation) < goal:  # a call that takes nothing is made up only once
                    self._try(operation, mode, each)

    def asked_of(self, operation: Any) -> int:
        """Return how often a call was made."""
        return sum(count for (label, _), count in self.asked.items() if label == operation.label)

    def _try(self, operation: Any, mode: GenerationMode, examples: int) -> None:
        names = list(self.people)

        @seed(self.seed)
        @settings(
            max_examples=examples, phases=(Phase.generate,), database=None, deadline=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Case[Any]) -> None:
            made_up = case.path_parameters, case.query, case.body
            for _ in range(VOICES):
                case.path_parameters, case.query, case.body = deepcopy(made_up)
                self._ask(case, names[self.asked.total() % len(names)], mode)

        try:
            one()
        except Unsatisfiable:  # what takes nothing but a text in its address cannot be asked for wrongly
            if mode.is_positive:
                raise
            self._try(operation, GenerationMode.POSITIVE, examples)

    def _ask(self, case: Case[Any], who: str, mode: GenerationMode) -> None:
        """Make one call. What is wrong is gathered and not raised: a second try would find another record."""
        headers, made_up = dict(self.people[who]), deepcopy((case.path_parameters, case.query, case.body))
        self._insert(case, headers, mode)
        is_as_made_up = made_up == (case.path_parameters, case.query, case.body)  # else what was wrong may be right now
        answer = case.call(headers=headers)
        self.asked[case.operation.label, who] += 1
        self.statuses[case.operation.label, answer.status_code] += 1
        try:
            # What is sent in parts is text, whatever type it was made up as.
            is_refutable = mode.is_negative and is_as_made_up and case.media_type != "multipart/form-data"
            case.validate_response(answer, checks=CHECKS + [negative_data_rejection] * is_refutable)
        except FailureGroup as failures:
            sent = f"{case.path_parameters} {case.query} {case.body!r:.300}"
            self.wrong += [f"{who}: {case.operation.label}: {one} {sent}" for one in failures.exceptions]

    def _insert(self, case: Case[Any], headers: dict[str, str], mode: GenerationMode) -> None:
        """Put what the installation knows in the place of half of what was made up."""
        known = KNOWN | {"number": self.numbers, "digest": (self.digest,)}
        body = case.body if isinstance(case.body, dict) else {}
        for place in (case.path_parameters, case.query, body):
            for name in known.keys() & place.keys():
                if self.chance.random() < 0.6:
                    place[name] = self.chance.choice(known[name])
        is_free = mode.is_positive or "If-Match" not in case.headers
        if "{number}" in case.path and case.method == "POST" and is_free and self.chance.random() < 0.8:
            headers["If-Match"] = f'"{self._version(case.path_parameters["number"])}"'
        right = next((body for path, body in RIGHT.items() if case.path.endswith(path)), None)
        if right and case.method == "POST" and mode.is_positive and self.chance.random() < 0.5:
            case.body = right
        if "entry" in case.path_parameters:
            items = self.office.client(**headers).get(f"{API}/inbox").json().get("items")
            case.path_parameters |= {"entry": self.chance.choice(items)["id"]} if items else {}
        if case.path.endswith(ACTION) and self.chance.random() < 0.7:
            self._act(case, headers)

    def _act(self, case: Case[Any], headers: dict[str, str]) -> None:
        """Take an action that the one who asks is offered, with a form that is nearly right."""
        number = case.path_parameters["number"] = self.chance.choice(self.numbers)
        headers.setdefault("If-Match", f'"{self._version(number)}"')
        offered = self.office.client(**headers).get(f"{API}/cases/{number}").json().get("actions")
        if offered:
            action = self.chance.choice(offered)
            case.path_parameters["action"] = action["name"]
            case.body = {one["name"]: self._given(one) for one in action["fields"] if self.chance.random() < 0.9}

    def _given(self, asked: Mapping[str, Any]) -> Any:
        options = list(asked["options"])
        return self.chance.choice(options if options and self.chance.random() < 0.8 else ANYTHING)

    def _version(self, number: object) -> int:
        with reading(self.office.engine) as db:
            return db.exec(select(Row.version).where(Row.number == str(number))).first() or 1

    def _fill(self) -> None:
        """Raise cases of all kinds, at several points of their road."""
        self.numbers: tuple[str, ...] = ()
        for identity in KNOWN["identity"]:
            for until in ("", "accept", "sign_for", "report", "verify"):
                number = self.office.submitted(identity=identity)
                if until:
                    self.office.go(number, until=until)
                self.numbers += (number,)
        sent = {"file": ("工资条.txt", "八月未发".encode())}
        answer = self.office.program("li").post(f"{API}/cases/{self.numbers[0]}/attachments", files=sent)
        self.digest = answer.json()["file"]["digest"]
        fan_out(self.office.engine, self.office.app.state.settings, self.office.at)


class Answering:
    """An application as a server shows it: an error is what was answered, and nothing starts or stops."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan here")
        has_answered = False

        async def noting(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception:
            if not has_answered:  # Starlette raises again what it has answered with 500
                raise
