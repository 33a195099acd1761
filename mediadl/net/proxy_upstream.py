"""The guarding proxy behind another proxy: its handshake, over a connection that stands."""

import asyncio
import base64
import ipaddress
import ssl
from urllib.parse import unquote, urlsplit

from mediadl.media import FailureKind, MediaError
from mediadl.net.handle import certificate_file

_HANDSHAKE_SECONDS = 30.0
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SOCKS = b"\x05"
_SOCKS_NO_PASSWORD, _SOCKS_PASSWORD = 0, 2
_SOCKS_ADDRESS_BYTES = {1: 4, 4: 16}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def upstream_place(url: str) -> tuple[str, int]:
    """Host and port of an upstream proxy.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("not a proxy's URL")
    return parts.hostname, parts.port or _PORTS[parts.scheme]


async def tunnel_through(url: str, streams: Streams, address: str, port: int) -> None:
    """Ask the proxy at the other end of ``streams`` for a tunnel to a checked ``address``.

    Raises:
        MediaError: ``UPSTREAM_PROXY_FAILED``; its text has no credentials.
    """
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    reader, writer = streams
    try:
        async with asyncio.timeout(_HANDSHAKE_SECONDS):
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=certificate_file())
                await writer.start_tls(context, server_hostname=parts.hostname)
            if parts.scheme in {"http", "https"}:
                await _connect(reader, writer, address, port, f"{user}:{password}" if parts.username else "")
            else:
                await _socks(reader, writer, address, port, (user.encode(), password.encode()))
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise _failed(parts.hostname or "", "did not answer as one") from error


async def _connect(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, port: int, credentials: str
) -> None:
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if credentials:
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(credentials.encode()).decode()}")
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        word = status[0].decode("ascii", "replace")[:3] if status else "?"
        raise _failed(str(writer.get_extra_info("peername", ("?",))[0]), f"refused the connection (HTTP {word})")


async def _socks(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    address: str,
    port: int,
    credentials: tuple[bytes, bytes],
) -> None:
    user, password = credentials
    peer = str(writer.get_extra_info("peername", ("?",))[0])
    writer.write(_SOCKS + (b"\x02\x00\x02" if user else b"\x01\x00"))
    version, method = await reader.readexactly(2)
    if version != _SOCKS[0] or method not in {_SOCKS_NO_PASSWORD, _SOCKS_PASSWORD}:
        raise _failed(peer, "asks for another way to sign in")
    if method == _SOCKS_PASSWORD:
        writer.write(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
        if (await reader.readexactly(2))[1] != 0:
            raise _failed(peer, "refused its user name or password")
    packed = ipaddress.ip_address(address)
    kind = b"\x01" if packed.version == 4 else b"\x04"
    writer.write(_SOCKS + b"\x01\x00" + kind + packed.packed + port.to_bytes(2, "big"))
    _version, answer, _reserved, bound = await reader.readexactly(4)
    if answer != 0:
        raise _failed(peer, f"refused the connection (SOCKS answer {answer})")
    length = _SOCKS_ADDRESS_BYTES.get(bound) or (await reader.readexactly(1))[0]
    await reader.readexactly(length + 2)


def _failed(host: str, what: str) -> MediaError:
    detail = f"The proxy {host} that is set for this site {what}. Check it under Platforms."
    return MediaError(FailureKind.TRANSIENT, "UPSTREAM_PROXY_FAILED", detail)
