"""Posters and stickers with a code that opens the form for one union: a worker scans it and need not look for it."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

import segno
from fastapi import APIRouter
from starlette.responses import Response

from cases.errors import NotFound
from cases.policy import duties_of
from cases.units import RAISED_AT, unions_below
from web.pages.open_submit import PLACE
from web.render import page
from web.visits import Reading

router = APIRouter(prefix="/posters", include_in_schema=False)
#: How often a sticker stands on a sheet.
STICKERS = 8
#: Codes are read from paper that is wet, torn or written on: three parts in ten may be gone (ISO/IEC 18004, level H).
CORRECTION = "h"
#: Modules that stay white around a code.
QUIET = 4


@router.get("")
def choose(visit: Reading, q: str = "") -> Response:
    """Show the unions for which somebody may hang up posters: where they have a duty, and below."""
    found = unions_below(visit.db, duties_of(visit.db, visit.by, visit.at), q.strip()[:64])
    return page(visit.request, "posters.html", visitor=visit.caller, units=found, q=q.strip()[:64], kinds=RAISED_AT)


def drawn(address: str) -> dict[str, Any]:
    """Return a code as the `side` of its square and the path of its `dark` modules, run by run."""
    rows = list(segno.make(address, error=CORRECTION, micro=False).matrix_iter(border=QUIET))
    runs = []
    for y, row in enumerate(rows):
        x = 0
        for is_dark, modules in groupby(row):
            length = len(list(modules))
            if is_dark:
                runs.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return {"side": len(rows), "dark": "".join(runs)}


@router.get("/{code}")
def show(visit: Reading, code: str, size: str = "a4") -> Response:
    """Show the sheet of one union, to be printed. Raises NotFound for a union that is not below one of one's own."""
    found = unions_below(visit.db, duties_of(visit.db, visit.by, visit.at), code=code)
    if not found:
        raise NotFound("没有这个单位，或不在您的管理范围内。", "There is no such unit among those below yours.")
    address = f"{visit.settings.public_url.rstrip('/')}{PLACE}?{urlencode({'unit': code})}"
    return page(
        visit.request,
        "poster.html",
        visitor=visit.caller,
        unit=found[0],
        **drawn(address),
        address=address,
        times=STICKERS if size == "sticker" else 1,
        is_local=visit.settings.public_url.startswith(("http://127.", "http://localhost")),
    )
