"""Who comes with a receipt: a browser that has shown one may follow that one case, under addresses that tell nothing.

The browser gets a cookie of its own, beside that of an account: somebody of the staff who follows what they raised is
not the same visitor to both.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from cases import access
from cases.access import Caller
from cases.record.database import reading
from cases.veil import is_veil
from web.access import NotSignedIn
from web.proxies import address_of
from web.visits import Moment, Visit, reads_by, writes_by

#: Seconds; an hour is enough to read and to write, on a phone that others may pick up.
LASTS = 3_600
#: What leads from such a page elsewhere does not say where it came from.
UNTOLD = {"Referrer-Policy": "no-referrer"}
#: Everyone in one of these counts as one network: an office, a home.
PREFIXES = {4: 24, 6: 48}


class NoReceipt(NotSignedIn):
    """Nobody has shown a receipt here, or too long ago."""


def cookie_of(request: Request) -> str:
    """Return the name of the cookie."""
    return "__Host-bihuan-receipt" if request.app.state.settings.secure_cookies else "bihuan-receipt"


def give(request: Request, response: Response, secret: str) -> None:
    """Hand the visit to the browser."""
    secure = request.app.state.settings.secure_cookies
    response.set_cookie(cookie_of(request), secret, LASTS, path="/", secure=secure, httponly=True, samesite="strict")


def take(request: Request, response: Response) -> None:
    """Take the visit from the browser, and what it has kept of it."""
    secure = request.app.state.settings.secure_cookies
    response.delete_cookie(cookie_of(request), path="/", secure=secure, httponly=True, samesite="strict")
    response.headers["Clear-Site-Data"] = '"cache"'


def holder(request: Request, at: datetime) -> Caller | None:
    """Return the veil of whoever has shown a receipt in this browser."""
    secret = request.cookies.get(cookie_of(request))
    if not secret:
        return None
    with reading(request.app.state.engine) as db:
        found = access.browser(db, secret, at)
    return found if found is not None and is_veil(found.user_id) else None


def network_of(request: Request) -> str:
    """Return the network that a request comes from, coarse enough to be nobody's own address."""
    host = request.client.host if request.client else ""
    address = address_of(host)
    if address is None:
        return host
    return str(ipaddress.ip_network((address, PREFIXES[address.version]), strict=False))


def held(request: Request, at: Moment) -> Caller:
    """Return who comes with a receipt. Raises NoReceipt."""
    found = holder(request, at)
    if found is None:
        raise NoReceipt
    request.state.caller = found
    return found


Held = Annotated[Caller, Depends(held)]
Following = Annotated[Visit, reads_by(held)]
Adding = Annotated[Visit, writes_by(held)]
