"""Where a request really came from: proxies that we trust may say so, everybody else may not."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from mediadl.environment import IpNetwork

_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"forwarded")
_SCHEMES = {b"https": ("https", "wss"), b"http": ("http", "ws")}


class Entrance:
    """Wraps the ASGI application: forwarded headers and the URL prefix are settled once, here.

    Behind it ``client``, ``scheme`` and ``Host`` are the outer ones where a trusted proxy told them,
    the forwarded headers are gone (nobody can be fooled by them), and every path starts with the
    prefix, whether or not the proxy cuts it off.
    """

    def __init__(self, application: Any, *, trusted_proxies: Sequence[IpNetwork], base_path: str) -> None:
        self._application = application
        self._trusted = tuple(trusted_proxies)
        self._base_path = base_path

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Hand one connection on with its scope corrected."""
        if scope["type"] in {"http", "websocket"}:
            scope = self._with_prefix(self._with_origin(dict(scope)))
        await self._application(scope, receive, send)

    def _with_origin(self, scope: dict[str, Any]) -> dict[str, Any]:
        headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        scope["headers"] = [pair for pair in headers if pair[0] not in _FORWARDED]
        client = scope.get("client")
        if client is None or not self._is_trusted(client[0]):
            return scope
        chain = [part.strip() for part in b",".join(_values(headers, b"x-forwarded-for")).split(b",")]
        scope["client"] = [self._outermost(client[0], chain), 0]
        schemes = _SCHEMES.get(_last(headers, b"x-forwarded-proto").lower())
        if schemes:
            scope["scheme"] = schemes[scope["type"] == "websocket"]
        host = _last(headers, b"x-forwarded-host")
        if host:
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"host"] + [(b"host", host)]
        return scope

    def _outermost(self, peer: str, chain: Sequence[bytes]) -> str:
        """The last address that a proxy of ours saw: what stands before it, its owner may have made up."""
        address = peer
        for part in reversed(chain):
            candidate = _address(part.decode("latin1"))
            if candidate is None:
                break
            address = candidate
            if not self._is_trusted(candidate):
                break
        return address

    def _is_trusted(self, address: str) -> bool:
        if not self._trusted:
            return False
        text = _address(address)
        return text is not None and any(ipaddress.ip_address(text) in network for network in self._trusted)

    def _with_prefix(self, scope: dict[str, Any]) -> dict[str, Any]:
        base, path = self._base_path, scope["path"]
        scope["root_path"] = base
        if base and path == base:  # as people type it
            scope["path"] = base + "/"
            scope["raw_path"] = scope["path"].encode()
        if base and not scope["path"].startswith(base + "/"):
            scope["path"] = base + path
            scope["raw_path"] = base.encode() + scope.get("raw_path", b"")
        return scope


def _values(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _last(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> bytes:
    """The last value of a header: the one that the proxy next to us wrote."""
    values = _values(headers, name)
    return values[-1].split(b",")[-1].strip() if values else b""


def _address(text: str) -> str | None:
    """``text`` as a plain address (IPv4-mapped ones unwrapped, ports and brackets gone), or None."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].split("]", 1)[0]
    elif text.count(":") == 1:
        text = text.split(":", 1)[0]
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
