"""What a child process says to the guarding proxy: read, checked for its password, made plain."""

import asyncio
import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from mediadl.media import MediaError
from mediadl.net.addresses import check_url
from mediadl.net.proxy_guests import ProxyGuest
from mediadl.net.urls import origin_of

_REQUEST_LINE = re.compile(r"([A-Z]{3,16}) (\S+) HTTP/1\.[01]")
_HEADER_LINE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+:[^\x00-\x08\x0a-\x1f\x7f]*")
_HOP_BY_HOP = frozenset(
    {"connection", "proxy-connection", "proxy-authorization", "proxy-authenticate", "keep-alive", "te", "upgrade"}
)


class RefusedRequestError(Exception):
    """The proxy answers with ``status`` and the text, and closes."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """One request through the proxy.

    Attributes:
        guest: whose request it is.
        url: what is asked for; of a tunnel only its origin is known.
        host: normalised, not resolved yet; literals have been checked.
        forwarded_head: for a plain request, what the site gets to see.
        body_bytes: of a plain request.
    """

    guest: ProxyGuest
    is_tunnel: bool
    url: str
    host: str
    port: int
    forwarded_head: bytes = b""
    body_bytes: int = 0


async def read_proxy_request(
    reader: asyncio.StreamReader, guest_of: Callable[[str, str], ProxyGuest | None]
) -> ProxyRequest:
    """Read the head of one request; ``guest_of`` knows who has these credentials.

    Raises:
        RefusedRequestError: it cannot be read, the password is wrong or missing (407), or the target
            is refused by its look.
        asyncio.IncompleteReadError: the child closed the connection.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise RefusedRequestError(431, "The request's head is too large.") from None
    lines = head.decode("latin-1").split("\r\n")
    match = _REQUEST_LINE.fullmatch(lines[0])
    if match is None:
        raise RefusedRequestError(400, "The request cannot be read.")
    headers = [line for line in lines[1:] if line]
    guest = guest_of(*_credentials(headers))
    if guest is None:
        raise RefusedRequestError(407, "The proxy's password is missing or wrong.")
    method, target = match.groups()
    try:
        if method == "CONNECT":
            url = check_url(_tunnel_url(target))
            _, host, port = origin_of(url)
            return ProxyRequest(guest, is_tunnel=True, url=url, host=host, port=port)
        if not target.lower().startswith("http://"):
            raise RefusedRequestError(400, "Only http:// requests and CONNECT are possible here.")
        return _plain_request(guest, method, target, headers)
    except MediaError as error:
        guest.refused(error)
        raise RefusedRequestError(403, f"{error.code}: {error.detail}") from error


def answer(status: int, text: str) -> bytes:
    """An answer of the proxy itself, after which it closes."""
    body = f"{text}\n".encode()
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Content-Type: text/plain; charset=utf-8"]
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        lines.append('Proxy-Authenticate: Basic realm="mediadl"')
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def _tunnel_url(target: str) -> str:
    """CONNECT's ``host:port`` as a URL, so that the rules for URLs apply to it."""
    if not re.fullmatch(r"[^/?#@\\]+:\d{1,5}", target):
        raise RefusedRequestError(400, "CONNECT needs a host and a port.")
    return f"https://{target}/"


def _plain_request(guest: ProxyGuest, method: str, target: str, headers: list[str]) -> ProxyRequest:
    url = check_url(target)
    _, host, port = origin_of(url)
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    kept = [line for line in headers if _name(line) not in _HOP_BY_HOP | {"host"}]
    # One request a connection: a second one could name another host, and would go to this one.
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", *kept, "Connection: close", "", ""]
    return ProxyRequest(
        guest,
        is_tunnel=False,
        url=url,
        host=host,
        port=port,
        forwarded_head="\r\n".join(lines).encode("latin-1"),
        body_bytes=_body_bytes(headers),
    )


def _body_bytes(headers: list[str]) -> int:
    """How long the request's body is.

    What two programs could read differently is refused: the site would see a second request that
    nobody has checked or counted. A body that says its end only itself is among that.
    """
    if not all(_HEADER_LINE.fullmatch(line) for line in headers):
        raise RefusedRequestError(400, "A header of the request cannot be read.")
    if any(_name(line) == "transfer-encoding" for line in headers):
        raise RefusedRequestError(400, "The request must say the length of its body.")
    lengths = [line.partition(":")[2].strip() for line in headers if _name(line) == "content-length"]
    if len(lengths) > 1 or not all(re.fullmatch(r"[0-9]{1,15}", length) for length in lengths):
        raise RefusedRequestError(400, "The length of the request's body cannot be read.")
    return int(lengths[0]) if lengths else 0


def _credentials(headers: list[str]) -> tuple[str, str]:
    """User name and password, empty where there are none that can be read."""
    for line in headers:
        if _name(line) != "proxy-authorization":
            continue
        scheme, _, encoded = line.partition(":")[2].strip().partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            break
        user, _, password = given.partition(":")
        return (user, password) if scheme.lower() == "basic" else ("", "")
    return "", ""


def _name(line: str) -> str:
    return line.partition(":")[0].strip().lower()
