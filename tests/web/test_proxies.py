"""Headers that say where a request comes from count only from a proxy that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from fastapi import Request
from starlette.testclient import TestClient

from config.settings import Settings, SettingsError
from tests.web.visitors import Office
from web.app import create_app
from web.receipts import network_of

FORGED = {
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-user": "li",
    "forwarded": "for=198.51.100.7;host=evil.example",
    "x-real-ip": "198.51.100.7",
    "cf-connecting-ip": "198.51.100.7",
    "true-client-ip": "198.51.100.7",
    "remote-user": "li",
    "x-remote-user": "li",
}


def seen(office: Office, proxies: str, peer: str, headers: Mapping[str, str]) -> dict[str, Any]:
    app = create_app(replace(office.app.state.settings, proxies=proxies))

    @app.get("/seen")
    def tell(request: Request) -> dict[str, Any]:
        return {"network": network_of(request), "url": str(request.url), "headers": sorted(request.headers)}

    with_headers = TestClient(app, client=(peer, 5000), headers=dict(headers))
    office.clients.append(with_headers)
    found: dict[str, Any] = with_headers.get("/seen").json()
    return found


@pytest.mark.parametrize("proxies", ["", "10.0.0.0/8"])
def test_forged_headers_of_a_stranger_are_gone_before_anybody_reads_them(sqlite_office: Office, proxies: str) -> None:
    found = seen(sqlite_office, proxies, "203.0.113.5", FORGED)
    assert found["network"] == "203.0.113.0/24"
    assert found["url"] == "http://testserver/seen"
    assert not set(FORGED) & set(found["headers"])


@pytest.mark.parametrize("name", sorted(FORGED))
def test_no_header_signs_anybody_in(sqlite_office: Office, name: str) -> None:
    client = sqlite_office.client(**{name: "li"})
    assert client.get("/").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("peer", "hops", "network"),
    [
        ("127.0.0.1", "198.51.100.7", "198.51.100.0/24"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.0/24"),  # what the visitor wrote stands further away
        ("127.0.0.1", "198.51.100.7, 10.2.3.4", "198.51.100.0/24"),  # two proxies of ours
        ("::ffff:127.0.0.1", "[2001:db8:1:2::3]:443", "2001:db8:1::/48"),
        ("127.0.0.1", "198.51.100.7:4711", "198.51.100.0/24"),
        ("127.0.0.1", "198.51.100.7, rubbish", "127.0.0.0/24"),
        ("127.0.0.1", "", "127.0.0.0/24"),
        ("203.0.113.5", "198.51.100.7", "203.0.113.0/24"),
    ],
)
def test_the_nearest_hop_that_is_no_proxy_of_ours_is_the_visitor(
    sqlite_office: Office, peer: str, hops: str, network: str
) -> None:
    found = seen(sqlite_office, "127.0.0.1, 10.0.0.0/8", peer, {"x-forwarded-for": hops})
    assert found["network"] == network


def test_scheme_and_host_come_from_our_proxy_if_they_are_any(sqlite_office: Office) -> None:
    headers = {"x-forwarded-proto": "https", "x-forwarded-host": "union.example"}
    assert seen(sqlite_office, "127.0.0.1", "127.0.0.1", headers)["url"] == "https://union.example/seen"
    wrong = {"x-forwarded-proto": "file", "x-forwarded-host": "a b/@evil"}
    assert seen(sqlite_office, "127.0.0.1", "127.0.0.1", wrong)["url"] == "http://testserver/seen"


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="proxies"):
        Settings(proxies="my-proxy")
