"""Forwarded headers and the URL prefix are settled before the application sees a request."""

import asyncio
import ipaddress
from typing import Any

import pytest

from mediadl.web.forwarded import Entrance

PROXIES = (ipaddress.ip_network("10.0.0.0/8"),)


def _seen(*, client: str = "10.0.0.1", path: str = "/x", kind: str = "http", base: str = "", **headers: str) -> Any:
    """The scope as the application sees it."""
    seen: list[Any] = []

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "in", **headers}.items()]
    scope = {"type": kind, "client": [client, 5], "scheme": "http", "path": path, "raw_path": b"", "headers": pairs}
    asyncio.run(Entrance(application, trusted_proxies=PROXIES, base_path=base)(scope, None, None))
    return seen[0]


@pytest.mark.parametrize(
    ("peer", "chain", "expected"),
    [
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        ("::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("8.8.8.8", "1.2.3.4", "8.8.8.8"),
    ],
)
def test_the_client_is_the_last_address_that_a_proxy_of_ours_saw(peer: str, chain: str, expected: str) -> None:
    assert _seen(client=peer, x_forwarded_for=chain)["client"][0] == expected


def test_scheme_and_host_come_from_a_trusted_proxy_only() -> None:
    told = {"x_forwarded_proto": "https", "x_forwarded_host": "media.example"}
    trusted, stranger = _seen(**told), _seen(client="8.8.8.8", **told)
    assert trusted["scheme"] == "https"
    assert (b"host", b"media.example") in trusted["headers"]
    assert stranger["scheme"] == "http"
    assert (b"host", b"in") in stranger["headers"]
    assert _seen(kind="websocket", **told)["scheme"] == "wss"


def test_the_headers_themselves_go_no_further() -> None:
    for peer in ("10.0.0.1", "8.8.8.8"):
        names = {name for name, _ in _seen(client=peer, x_forwarded_for="1.2.3.4", forwarded="for=1.2.3.4")["headers"]}
        assert names == {b"host"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/media/a", "/media/a"), ("/a", "/media/a"), ("/media", "/media/"), ("/mediatheque", "/media/mediatheque")],
)
def test_the_prefix_is_there_whether_or_not_the_proxy_cuts_it(path: str, expected: str) -> None:
    scope = _seen(path=path, base="/media")
    assert (scope["path"], scope["root_path"]) == (expected, "/media")
