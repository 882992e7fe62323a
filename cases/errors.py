"""What can go wrong with a case, in words a person can act on; none of it knows HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.errors import Refusal


class NotFound(Refusal):
    """There is no such thing, or it is not for the one who asks: the two answer alike."""


class Stale(Refusal):
    """Someone acted on the case before; nothing was written."""


class BadRequest(Refusal):
    """A word that is not understood: a moment, a cursor, a filter."""


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a form."""

    field: str
    zh: str
    en: str


class InvalidFields(Refusal):
    """A form with missing, unknown or wrong fields; nothing was written."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("；".join(e.zh for e in errors), "; ".join(e.en for e in errors))
        self.errors = tuple(errors)

    def __reduce__(self) -> tuple[type[InvalidFields], tuple[list[FieldError]]]:  # type: ignore[override]  # made from its errors, not from two sentences
        return type(self), (list(self.errors),)


def shown(given: object, longest: int = 40) -> str:
    """Return the beginning of what someone sent, fit to be shown, logged and sent back whatever it was."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(given)[:longest])


def no_case(number: str) -> NotFound:
    """Return the one answer for a case that does not exist and for one that may not be seen."""
    return NotFound(f"没有编号为 {shown(number)} 的案件。", f"There is no case {shown(number)}.")


def stale(number: str) -> Stale:
    """Return the answer for someone who acted on a version that has moved on."""
    return Stale(
        f"案件 {number} 刚被他人办理，请查看最新情况后再试。", f"Someone acted on {number} before you; look again."
    )
