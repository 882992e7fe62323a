"""The API keeps to its own description, whoever asks for whatever: no answer of 500, none that was not declared.

Everyday the same 3,000 calls are made, half of them on each engine; `BIHUAN_TEST_EXAMPLES` says how many others.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from cases.throttling import TooManyGuesses
from tests.web.described import LIST, SUBMIT, Trial
from tests.web.visitors import Office

CALLS = int(os.environ.get("BIHUAN_TEST_EXAMPLES", "3000"))
SEED = random.SystemRandom().randrange(10**9) if "BIHUAN_TEST_EXAMPLES" in os.environ else 20261116
ENGINES = 2


def test_every_call_keeps_to_the_description_in_every_role(office: Office) -> None:
    print(f"seed {SEED}")
    trial = Trial(office, SEED)
    trial.run(CALLS // ENGINES)
    print(f"{trial.asked.total()} calls: {sorted(trial.statuses.items())}")
    print("\n".join(trial.wrong))
    assert trial.wrong == []
    assert trial.asked.total() >= CALLS // ENGINES
    taken = {label for label, status in trial.statuses if status in (200, 201)}
    assert taken == {one.label for one in trial.operations}  # each call was taken by somebody
    assert len(trial.asked) == len(trial.operations) * len(trial.people)  # by everyone


def failing(*_: object) -> None:
    raise RuntimeError("nobody foresaw this")


def refusing(*_: object) -> None:
    raise TooManyGuesses("慢一点。", "Slow down.")


def telling(*_: object) -> Response:
    return JSONResponse({"number": 7}, 201)


@pytest.mark.parametrize(
    ("where", "broken", "call", "told"),
    [
        ("web.api.cases.newest", failing, LIST, "Server error"),
        ("web.api.cases.newest", refusing, LIST, "Undocumented status code"),
        ("web.api.cases._raised", telling, SUBMIT, "Response violates schema"),
    ],
)
def test_a_build_that_answers_500_or_what_it_did_not_declare_is_found(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, where: str, broken: Callable[..., Any], call: str, told: str
) -> None:
    trial = Trial(sqlite_office, SEED)
    monkeypatch.setattr(where, broken)
    trial.run(40, only=call)
    assert any(told in one for one in trial.wrong)
