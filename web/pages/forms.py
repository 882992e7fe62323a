"""Forms as they come from pages: with the token of the browser, and the version that was on the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from cases.access import Caller
from web.access import NotAllowed, is_own_form
from web.visits import SignedIn

TOKEN, SEEN = "_form_token", "_seen"
#: Behind the name of a field: the unit in which its number is meant.
UNIT = ".unit"
#: Behind the name of a field: what was chosen from a list beside it, where nothing was typed.
CHOSEN = ".chosen"
MOST_FIELDS = 100


class OutdatedForm(NotAllowed):
    """A form does not carry the token of the browser that sends it: it was made for another sign-in."""


@dataclass(frozen=True)
class Posted:
    """What a form holds; a name that comes more than once is a list. Empty fields are left out."""

    values: dict[str, str | list[str]]
    files: dict[str, UploadFile]
    seen: int | None

    def text(self, name: str) -> str:
        """Return one value as text."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else value[-1]


async def posted(request: Request, caller: SignedIn) -> AsyncIterator[Posted]:
    """Read a form. Raises OutdatedForm."""
    async for form in _read(request, caller):
        yield form


def posted_by(who: Callable[..., Caller]) -> Any:
    """Return the dependency that reads a form of whoever a function finds, such as the holder of a receipt."""

    async def of_theirs(request: Request, caller: Caller = Depends(who)) -> AsyncIterator[Posted]:
        async for form in _read(request, caller):
            yield form

    return Depends(of_theirs)


async def _read(request: Request, caller: Caller) -> AsyncIterator[Posted]:
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        if not is_own_form(caller, form.get(TOKEN)):
            raise OutdatedForm(
                "页面已过期，请返回刷新后重试。", "The page is out of date; go back, reload it and try again."
            )
        files = {name: value for name, value in form.multi_items() if isinstance(value, UploadFile)}
        seen = form.get(SEEN)
        yield Posted(
            values=filled_in(form),
            files={name: file for name, file in files.items() if file.filename},
            seen=int(seen) if isinstance(seen, str) and seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        )


Form = Annotated[Posted, Depends(posted)]


def filled_in(form: FormData) -> dict[str, str | list[str]]:
    """Return the texts of a form without what our own pages put there; a name that comes more than once is a list.

    A bare number takes the unit that was chosen beside it; a unit alone says nothing. What was typed goes before what
    was chosen from a list.
    """
    values: dict[str, str | list[str]] = {}
    for name, raw in form.multi_items():
        value = raw.replace("\r\n", "\n") if isinstance(raw, str) else ""  # browsers end lines as the network does
        if name in (TOKEN, SEEN) or not value:
            continue
        before = values.get(name)
        if before is None:
            values[name] = value
        else:
            values[name] = [*before, value] if isinstance(before, list) else [before, value]
    for name in [name for name in values if name.endswith(CHOSEN)]:
        values.setdefault(name.removesuffix(CHOSEN), values.pop(name))
    for name in [name for name in values if name.endswith(UNIT)]:
        unit, of = values.pop(name), name.removesuffix(UNIT)
        number = values.get(of)
        if isinstance(number, str) and isinstance(unit, str) and number.strip().isdecimal():
            values[of] = number.strip() + unit
    return values


def local_path(wanted: object) -> str:
    """Return a path of this site, and the desk for anything that would lead elsewhere."""
    if not isinstance(wanted, str) or not wanted.startswith("/") or not wanted.isprintable() or "\\" in wanted:
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc or wanted.startswith("//") else wanted
