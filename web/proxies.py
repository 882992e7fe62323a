"""Who is really there, behind a proxy: only those that the settings name are believed, in three headers.

Anything else that says where a request comes from or who sends it is taken away before anybody could read it: forged
`X-Forwarded-*`, `Forwarded`, `Remote-User`, `CF-Connecting-IP` (CVE-2026-34720, GHSA-9cm3-qvj2-8hg4; ASVS 5.0 4.1.3).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from config.settings import networks

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FOR, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
#: What proxies of others say, and nobody here reads.
FOREIGN = frozenset(
    {b"forwarded", b"x-real-ip", b"remote-user", b"x-remote-user", b"x-authenticated-user", b"cf-connecting-ip",
     b"true-client-ip", b"x-client-ip", b"x-cluster-client-ip", b"client-ip"}
)  # fmt: skip
#: Where a request says whether it went through a proxy that nobody has named: its address is not the visitor's then.
UNKNOWN = "bihuan.unknown_proxy"
#: Hops that are looked at; a longer list is somebody's joke.
MOST = 20
A_HOST = re.compile(rb"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


class Proxies:
    """Puts the address, scheme and host of the real visitor in the place of a configured proxy's."""

    def __init__(self, app: ASGIApp, proxies: str) -> None:
        self.app = app
        self.trusted = networks(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = self._believed(scope)
        await self.app(scope, receive, send)

    def _believed(self, scope: Scope) -> Scope:
        headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        kept = [(name, value) for name, value in headers if name not in FOREIGN and not name.startswith(b"x-forwarded")]
        changed: dict[str, object] = {"headers": kept, UNKNOWN: len(kept) < len(headers)}
        peer = address_of((scope.get("client") or ("", 0))[0])
        if peer is not None and is_of(peer, self.trusted):
            changed[UNKNOWN] = False
            changed["client"] = (str(self._visitor(peer, _values(headers, FOR))), 0)
            if (scheme := _last(headers, PROTO)) in (b"http", b"https"):
                changed["scheme"] = scheme.decode()
            if A_HOST.fullmatch(host := _last(headers, HOST)):
                changed["headers"] = [(name, value) for name, value in kept if name != b"host"] + [(b"host", host)]
        return {**scope, **changed}

    def _visitor(self, peer: Address, hops: Iterable[str]) -> Address:
        """Return the nearest hop that is no proxy of ours; what cannot be read ends the way there."""
        nearest = peer
        for hop in list(hops)[::-1][:MOST]:
            found = address_of(hop)
            if found is None:
                return nearest
            nearest = found
            if not is_of(found, self.trusted):
                return found
        return nearest


def is_of(address: Address, places: Iterable[Network]) -> bool:
    """Tell whether an address lies in one of some networks."""
    return any(address.version == network.version and address in network for network in places)


def comes_from(request: Request, places: str) -> bool:
    """Tell whether a request comes from one of some networks for sure."""
    address = address_of(request.client.host if request.client else "")
    if address is None or request.scope.get(UNKNOWN):
        return False
    return is_of(address, networks(places))


def address_of(word: str) -> Address | None:
    """Return the address that a word is, without a port; an IPv4 address in IPv6 clothes is one of IPv4."""
    word = word.strip()
    if word.startswith("["):
        word = word[1:].partition("]")[0]
    elif word.count(":") == 1:
        word = word.partition(":")[0]
    try:
        found = ipaddress.ip_address(word)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _values(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    """Return the parts of a header that may come several times, in order."""
    return [part for name, value in headers if name == wanted for part in value.decode("latin-1").split(",")]


def _last(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    """Return what the nearest proxy has said."""
    found = [value for name, value in headers if name == wanted]
    return found[-1].rpartition(b",")[2].strip() if found else b""
