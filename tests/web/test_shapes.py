"""No answer of the API has a place for what somebody told of themselves, nor for what opens it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cases.vault import FIELDS
from tests.web.visitors import Office

#: Words that no property of an answer has: fields of the vault, what seals or proves, who an account is.
SEALED = frozenset({*FIELDS, "email", "sealed", "salt", "password_hash", "verifier", "submitter_id", "veil_id"})
#: Shapes whose `name` is that of an action, a field, a file, a department, or of staff at work.
NAMED = {
    "Action", "ActionField", "WithheldAction", "File", "Part", "HandOfCase",
    "EventActor", "GroupMember", "OneWatcher", "WaitedFor",
}  # fmt: skip


def test_no_answer_has_a_place_for_a_sealed_field(sqlite_office: Office) -> None:
    found = set(properties(sqlite_office.app.openapi()))
    assert len(found) > 100
    assert {one for one in found if one[1] in SEALED} == {(shape, "name") for shape in NAMED}


def test_a_field_that_is_added_is_found() -> None:
    shape: dict[str, Any] = {"components": {"schemas": {"OneCase": {"properties": {"number": {}, "phone": {}}}}}}
    assert [name for _, name in properties(shape) if name in SEALED] == ["phone"]


def properties(description: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every property of every shape, by the name of the shape."""
    for shape, schema in description["components"]["schemas"].items():
        for name in schema.get("properties", {}):
            yield shape, name
