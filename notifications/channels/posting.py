"""HTTP to addresses that somebody has typed in: bounded in time and size, never to where it may not go.

A name is resolved here, every address that it stands for is checked, and one of those very addresses is connected to,
so that no second answer of a name server leads elsewhere. No redirect is followed, no proxy of the environment asked.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore2
import httpx2

from config.settings import Settings
from notifications.channels import Answer, later, never

#: So much of an answer is read; the rest is left unread.
LONGEST_REPLY = 64 * 1024
#: The IPv6 of the open Internet, and the networks in it that lead to others in disguise or are for books: 6to4, Teredo.
OPEN = ipaddress.IPv6Network("2000::/3")
DISGUISED = tuple(ipaddress.IPv6Network(network) for network in ("2002::/16", "2001::/32", "3fff::/20"))
#: Its last four bytes are the IPv4 address that is meant.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
GONE = 410

for chatty in ("httpx2", "httpcore2"):  # they log every address, and that of a robot holds its key
    logging.getLogger(chatty).setLevel(logging.WARNING)


class PrivateAddress(Exception):
    """A name stands for an address of an inner network, and those are not allowed."""


@dataclass(frozen=True)
class Reply:
    """What a receiver answered, as far as it was read."""

    status: int
    body: bytes


class Poster:
    """Posts to web addresses; `is_trusted` are those of the settings, which may lie in an inner network."""

    def __init__(self, settings: Settings, *, is_trusted: bool = False) -> None:
        self.patience = settings.patience
        self.allows_private = is_trusted or settings.private_addresses
        self.tls = ssl.create_default_context()

    def post(
        self, url: str, content: bytes, headers: Mapping[str, str], params: Mapping[str, str] | None = None
    ) -> Reply | Answer:
        """Return the reply of whoever is there, or why there is none."""
        try:
            target = httpx2.URL(url)
            if target.scheme not in ("http", "https") or not target.host or target.userinfo:
                return never("bad_address")
            if params:  # else the address stays as it was typed in
                target = target.copy_merge_params(dict(params))
            return self._posted(target, content, headers)
        except (httpx2.InvalidURL, UnicodeError, ValueError):
            return never("bad_address")
        except PrivateAddress as error:
            return never("private_address", error)
        except httpx2.TimeoutException:
            return later("timeout")
        except httpx2.TransportError as error:  # its text may hold the address, which is a secret
            return later("certificate" if "CERTIFICATE" in str(error) else "unreachable", type(error).__name__)

    def _posted(self, url: httpx2.URL, content: bytes, headers: Mapping[str, str]) -> Reply:
        until = time.monotonic() + self.patience
        transport = _Transport(_Checked(until, self.allows_private), self.tls)
        every = httpx2.Timeout(self.patience)
        plain = {"Accept-Encoding": "identity", "User-Agent": "bihuan", **headers}
        with (
            httpx2.Client(transport=transport, trust_env=False, timeout=every) as client,
            client.stream("POST", url, content=content, headers=plain) as reply,
        ):
            body = b""
            for chunk in reply.iter_raw():
                body += chunk
                if len(body) >= LONGEST_REPLY:
                    break
            return Reply(reply.status_code, body[:LONGEST_REPLY])


def refusal(reply: Reply) -> Answer | None:
    """Return why a reply is no success by its status alone; None for a success."""
    if 200 <= reply.status < 300:
        return None
    said = f"HTTP {reply.status} {reply.body[:200].decode('utf-8', 'replace')}"
    if 300 <= reply.status < 400:
        return later("redirect", f"HTTP {reply.status}")
    return never("refused", said) if reply.status == GONE else later("refused", said)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open Internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in NAT64:
            ip = ipaddress.IPv4Address(ip.packed[-4:])
        elif ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip not in OPEN or any(ip in network for network in DISGUISED):
            return False
    return ip.is_global and not ip.is_multicast


class _Transport(httpx2.HTTPTransport):
    """A transport whose connections are checked; its own constructor takes no network backend."""

    def __init__(self, backend: httpcore2.NetworkBackend, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore2.ConnectionPool(ssl_context=tls, network_backend=backend, max_keepalive_connections=0)


class _Checked(httpcore2.NetworkBackend):
    """Connects to addresses that were checked, and lets nobody take longer than until a moment."""

    def __init__(self, until: float, allows_private: bool) -> None:
        self.until, self.allows_private = until, allows_private
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of a name that answers, if all of them may be connected to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self.allows_private and not all(is_public(address) for address in addresses):
            raise PrivateAddress(host)
        problem: Exception = httpcore2.ConnectError("no address")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(address, port, _left(self.until), local_address, socket_options)
                return _Hurried(stream, self.until)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
        raise problem

    def connect_unix_socket(self, *arguments: Any, **more: Any) -> httpcore2.NetworkStream:
        """Refuse: nothing here talks to sockets of this machine."""
        raise PrivateAddress("unix socket")


class _Hurried(httpcore2.NetworkStream):
    """A connection whose every step gets only what is left of the whole time."""

    def __init__(self, stream: httpcore2.NetworkStream, until: float) -> None:
        self.stream, self.until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes."""
        return self.stream.read(max_bytes, _left(self.until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes."""
        self.stream.write(buffer, _left(self.until))

    def close(self) -> None:
        """Hang up."""
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Go on encrypted; the certificate has to be that of the name, not of the address."""
        return _Hurried(self.stream.start_tls(ssl_context, server_hostname, _left(self.until)), self.until)

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self.stream.get_extra_info(info)


def _left(until: float) -> float:
    """Return how many seconds are left. Raises ReadTimeout when none are."""
    if (left := until - time.monotonic()) <= 0:
        raise httpcore2.ReadTimeout("the time is over")
    return left
