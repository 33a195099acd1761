"""Wrong, odd and malicious ways to serve one file, one path each, with what must come of it.

    cases = hostile_cases(body)
    url = server.behave("/" + case.name, case.behaviour)

``expected`` is ``WHOLE`` (the file, byte for byte) or the code of the error that a fetch must end
with. Cases whose bytes arrive as the server says, though they are no media, are ``AS_SENT``: there
verification has to refuse. ``SAFE``: servers break the standard here in a way that clients read
differently; the whole file or an error, nothing else.

A client that believes the lie must be seen to have a wrong file. So what these servers send is never the
right file by chance: it is the first half of it where the client may take it for all, and its second half is
scrambled where nobody can tell what it should have been.
"""

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakes.http_exchange import Exchange

WHOLE = "WHOLE"
AS_SENT = "AS_SENT"
SAFE = "SAFE"

# 64 MiB of zeros, as brotli (quality 11).
BROTLI_BOMB = bytes.fromhex(
    "cfffff7ff82700e2b14020f7fe9ffffffff04f00c4610180eefd3fffffffe19f0088c32200ddfbfffcffffc73f0110870500baf7ff"
)
HOSTILE_NAMES: Mapping[str, str] = {
    "traversal": 'attachment; filename="../../etc/passwd.jpg"',
    "dos-path": 'attachment; filename="C:\\\\windows\\\\x.jpg"',
    "nul": "attachment; filename*=UTF-8''a%00b.jpg",
    "long": f'attachment; filename="{"x" * 300}.jpg"',
    "rfc5987": "attachment; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.jpg",
    "empty": 'attachment; filename=""',
    "device": 'attachment; filename="CON"',
    "bidi": "attachment; filename*=UTF-8''photo%E2%80%AEgpj.exe",
    "separator": "attachment; filename*=UTF-8''a%2F..%2Fb.jpg",
}


@dataclass(frozen=True)
class HostileCase:
    """One behaviour and its only right end; ``cookies`` and ``headers`` are what a fetch has to bring."""

    name: str
    behaviour: Callable[[Exchange], None]
    expected: str
    headers: Mapping[str, str] = field(default_factory=dict)


def hostile_cases(body: bytes, *, canary_port: int = 9) -> list[HostileCase]:
    """All cases that serve ``body`` (some 100 KB, whose first half is a picture by itself)."""
    return [
        *_lengths(body),
        *_slowness(body),
        *_encodings(body),
        *_codings(body),
        *_redirects(body, canary_port),
        *_statuses(body),
        *_odd(body),
    ]


def _scrambled(body: bytes) -> bytes:
    """Begins as ``body`` does, goes on otherwise."""
    half = len(body) // 2
    return body[:half] + bytes(byte ^ 0xFF for byte in body[half:])


def _head(exchange: Exchange, length: int | str | None, **more: str) -> None:
    headers = {"Content-Type": "image/jpeg"}
    if length is not None:
        headers["Content-Length"] = str(length)
    exchange.send_head(200, headers | {name.replace("_", "-"): value for name, value in more.items()})


def _lengths(body: bytes) -> list[HostileCase]:
    half = len(body) // 2

    def with_length(length: int | str | None, sent: bytes = body) -> Callable[[Exchange], None]:
        def behaviour(exchange: Exchange) -> None:
            _head(exchange, length)
            exchange.send_body(sent)
            exchange.close()

        return behaviour

    def chunked(*tail: bytes) -> Callable[[Exchange], None]:
        def behaviour(exchange: Exchange) -> None:
            _head(exchange, None, Transfer_Encoding="chunked")
            exchange.send_raw(f"{half:x}\r\n".encode() + body[:half] + b"\r\n")
            exchange.send_raw(b"".join(tail))
            exchange.close()

        return behaviour

    rest = f"{len(body) - half:x}\r\n".encode() + body[half:] + b"\r\n"

    def reset(exchange: Exchange) -> None:
        _head(exchange, len(body))
        exchange.send_body(body[:half])
        exchange.wait(0.1)
        exchange.reset()

    return [
        HostileCase("no-length", with_length(None), WHOLE),
        HostileCase("length-plus-one", with_length(len(body), body[:-1]), "SHORT_BODY"),
        HostileCase("length-minus-one", with_length(len(body) - 1), "LONG_BODY"),
        HostileCase("negative-length", with_length(-5, body[:half]), "BAD_RESPONSE"),
        HostileCase("huge-length", with_length("99999999999999999999999", body[:half]), "BAD_RESPONSE"),
        HostileCase("word-length", with_length("many", body[:half]), "BAD_RESPONSE"),
        HostileCase("chunked", chunked(rest, b"0\r\n\r\n"), WHOLE),
        HostileCase("chunked-trailer", chunked(rest, b"0\r\nX-Sum: 1\r\nContent-Length: 5\r\n\r\n"), WHOLE),
        HostileCase("chunked-cut", chunked(), "SHORT_BODY"),
        HostileCase("chunked-cut-in-chunk", chunked(rest[:100]), "SHORT_BODY"),
        HostileCase("chunk-size-overflow", chunked(b"fffffffffffffffffff\r\n"), "CONNECTION_LOST"),
        HostileCase("reset-half", reset, "CONNECTION_LOST"),
    ]


def _slowness(body: bytes) -> list[HostileCase]:
    def silent(exchange: Exchange) -> None:
        exchange.wait_until_client_leaves()
        exchange.close()

    def stall(exchange: Exchange) -> None:
        _head(exchange, len(body))
        exchange.send_body(body[: len(body) // 2])
        exchange.wait_until_client_leaves()
        exchange.close()

    def drip(exchange: Exchange) -> None:
        _head(exchange, len(body))
        exchange.send_body(body[: len(body) // 2])
        for position in range(len(body) // 2, len(body)):
            exchange.send_body(body[position : position + 1])
            exchange.wait(0.05)

    def slow_headers(exchange: Exchange) -> None:
        exchange.send_raw(b"HTTP/1.1 200 OK\r\n")
        while True:
            exchange.send_raw(b"X-Slow: 1\r\n")
            exchange.wait(0.05)

    def endless(exchange: Exchange) -> None:
        _head(exchange, None)
        while True:
            exchange.send_body(body)

    return [
        HostileCase("silent", silent, "TIMEOUT"),
        HostileCase("stall-half", stall, "TIMEOUT"),
        HostileCase("drip", drip, "TIMEOUT"),
        HostileCase("slow-headers", slow_headers, "TIMEOUT"),
        HostileCase("endless-body", endless, "TOO_LARGE"),
    ]


def _encodings(body: bytes) -> list[HostileCase]:
    packed = gzip.compress(body)
    bomb = gzip.compress(bytes(64 * 1024 * 1024))

    def encoded(data: bytes, encoding: str) -> Callable[[Exchange], None]:
        return lambda exchange: exchange.respond(
            200, data, {"Content-Type": "image/jpeg", "Content-Encoding": encoding}
        )

    return [
        HostileCase("gzip-unasked", encoded(packed, "gzip"), WHOLE),
        HostileCase("gzip-twice", encoded(gzip.compress(packed), "gzip, gzip"), "BAD_RESPONSE"),
        HostileCase("gzip-cut", encoded(packed[:-2000], "gzip"), "SHORT_BODY"),
        HostileCase("gzip-garbage", encoded(packed + b"rubbish", "gzip"), WHOLE),
        HostileCase("gzip-not", encoded(_scrambled(body), "gzip"), "BAD_RESPONSE"),
        HostileCase("gzip-bomb", encoded(bomb, "gzip"), "TOO_LARGE"),
        HostileCase("brotli-bomb", encoded(BROTLI_BOMB, "br"), "BAD_RESPONSE"),
        HostileCase("encoding-unknown", encoded(_scrambled(body), "x-rot13"), "BAD_RESPONSE"),
    ]


def _codings(body: bytes) -> list[HostileCase]:
    """Framing and packing as curl's and aria2's tests have it."""
    one_chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n"
    deflated = zlib.compress(body)
    commented = b"\x1f\x8b\x08\x10" + bytes(6) + b"c" * 500_000 + b"\0" + gzip.compress(body)[10:]

    def framed(head: bytes, data: bytes) -> Callable[[Exchange], None]:
        def behaviour(exchange: Exchange) -> None:
            exchange.send_raw(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n" + head + b"\r\n" + data)
            exchange.close()

        return behaviour

    chunked = b"Transfer-Encoding: chunked\r\n"
    whole = one_chunk + b"0\r\n\r\n"
    length = f"Content-Length: {len(body)}\r\n".encode()
    half = len(body) // 2
    half_length = f"Content-Length: {half}\r\n".encode()
    return [
        HostileCase("chunked-and-length-0", framed(chunked + b"Content-Length: 0\r\n", whole), SAFE),
        HostileCase("chunked-nul-trailer", framed(chunked, one_chunk + b"0\r\nX: a\0b\r\n\r\n"), SAFE),
        HostileCase("chunked-twice", framed(b"Transfer-Encoding: chunked, chunked\r\n", whole), SAFE),
        HostileCase("chunked-two-headers", framed(chunked * 2, whole), SAFE),
        HostileCase("identity-chunked", framed(b"Transfer-Encoding: identity, chunked\r\n", whole), SAFE),
        HostileCase("chunked-identity", framed(b"Transfer-Encoding: chunked, identity\r\n", whole), SAFE),
        HostileCase("coding-unknown", framed(b"Transfer-Encoding: rot13\r\n", _scrambled(body)), SAFE),
        HostileCase("lengths-differ", framed(length + half_length, body), SAFE),
        HostileCase("length-twice", framed(length * 2, body), SAFE),
        HostileCase(
            "deflate-broken", framed(b"Content-Encoding: deflate\r\n", deflated[: len(deflated) * 2 // 3] + body), SAFE
        ),
        HostileCase("deflate-unasked", framed(b"Content-Encoding: deflate\r\n", deflated), SAFE),
        HostileCase("gzip-comment", framed(b"Content-Encoding: gzip\r\n", commented), SAFE),
        HostileCase(
            "encoding-chain", framed(b"Content-Encoding: " + b"gzip," * 30 + b"gzip\r\n", _scrambled(body)), SAFE
        ),
        HostileCase("header-space", framed(b" X-Folded: 1\r\n" + length, body), SAFE),
    ]


def _redirects(body: bytes, canary_port: int) -> list[HostileCase]:
    def to(location: str, status: int = 302, text: bytes = b"", **headers: str) -> Callable[[Exchange], None]:
        def behaviour(exchange: Exchange) -> None:
            if exchange.request.query.get("there"):
                exchange.respond(200, body, {"Content-Type": "image/jpeg"})
            else:
                exchange.respond(status, text, {"Location": location, **headers})

        return behaviour

    def idn(exchange: Exchange) -> None:
        """To a host that is written in no letters of a URL's, as browsers understand them: this very one."""
        host, _colon, port = exchange.request.headers["host"].rpartition(":")
        wide = host.translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
        to(f"http://{wide}:{port}/redirect-idn?there=1")(exchange)

    private = {
        "redirect-metadata": "http://169.254.169.254/latest/meta-data/",
        "redirect-private": f"http://10.1.2.3:{canary_port}/",
        "redirect-mapped": f"http://[::ffff:10.1.2.3]:{canary_port}/",
        "redirect-decimal": f"http://167838211:{canary_port}/",
        "redirect-unspecified": f"http://0.0.0.0:{canary_port}/",
        "redirect-metadata-v6": "http://[fd00:ec2::254]/",
    }
    bad = {
        "redirect-file": "file:///etc/passwd",
        "redirect-gopher": "gopher://127.0.0.1/",
        "redirect-no-host": "http:////127.0.0.1/",
        "redirect-user": f"http://user@127.0.0.1:{canary_port}/",
        "redirect-backslash": f"http:\\\\127.0.0.1:{canary_port}\\",
    }
    return [
        *(HostileCase(name, to(location), "PRIVATE_ADDRESS") for name, location in private.items()),
        *(HostileCase(name, to(location), "BAD_URL") for name, location in bad.items()),
        HostileCase("redirect-loop", to("/redirect-loop"), "TOO_MANY_REDIRECTS"),
        HostileCase("redirect-utf8", to("/redirect-utf8?there=ü€"), WHOLE),
        HostileCase("redirect-body", to("/redirect-body?there=1", text=b"x" * 300_000), WHOLE),
        HostileCase("redirect-fragment", to("/redirect-fragment?there=1#part"), WHOLE),
        HostileCase("redirect-308", to("/redirect-308?there=1", 308), WHOLE),
        HostileCase("redirect-idn", idn, WHOLE),
        HostileCase("redirect-idn-unknown", to("http://bücher.invalid/redirect"), "NAME_NOT_RESOLVED"),
        HostileCase("redirect-empty", to(""), "HTTP_302"),
        HostileCase("redirect-type", to("/redirect-type?there=1", **{"Content-Type": "video/mp4"}), WHOLE),
        HostileCase(
            "redirect-named",
            to(
                "/redirect-named?there=1", **{"Content-Disposition": 'attachment; filename="../../of-the-redirect.php"'}
            ),
            WHOLE,
        ),
        HostileCase(
            "redirect-without-location", lambda exchange: exchange.respond(302, body[: len(body) // 2]), "HTTP_302"
        ),
    ]


def _statuses(body: bytes) -> list[HostileCase]:
    no_file = body[: len(body) // 2]  # a picture that says "not found", as many sites have it

    def status(number: int, **headers: str) -> Callable[[Exchange], None]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return lambda exchange: exchange.respond(number, no_file, named)

    def twice(number: int) -> Callable[[Exchange], None]:
        def behaviour(exchange: Exchange) -> None:
            if exchange.request.number <= 2:
                exchange.respond(number, no_file, {"Retry-After": "1"})
            else:
                exchange.respond(200, body, {"Content-Type": "image/jpeg"})

        return behaviour

    return [
        *(HostileCase(f"status-{n}", status(n), f"HTTP_{n}") for n in (304, 400, 401, 403, 404, 410, 500, 502, 504)),
        HostileCase("no-content", lambda exchange: exchange.send_head(204, {}), "HTTP_204"),
        HostileCase("retry-after-1", status(429, Retry_After="1"), "HTTP_429"),
        HostileCase("retry-after-99999", status(429, Retry_After="99999"), "HTTP_429"),
        HostileCase("retry-after-date", status(503, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"), "HTTP_503"),
        HostileCase("limited-until-a-date", status(429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"), "HTTP_429"),
        HostileCase("limited-until-a-past-date", status(429, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"), "HTTP_429"),
        HostileCase("limited-until-nonsense", status(429, Retry_After="Wed, 99 Foo 2099"), "HTTP_429"),
        HostileCase("busy-without-time", status(503), "HTTP_503"),
        HostileCase("busy-twice", twice(503), "HTTP_503"),
        HostileCase("limited-twice", twice(429), "HTTP_429"),
    ]


def _odd(body: bytes) -> list[HostileCase]:
    half = body[: len(body) // 2]

    def only_get(exchange: Exchange) -> None:
        if exchange.request.method == "GET":
            exchange.respond(200, body, {"Content-Type": "image/jpeg"})
        else:
            exchange.respond(405, b"", {"Allow": "GET"})

    def needs_referer(exchange: Exchange) -> None:
        exchange.respond(200 if exchange.request.headers.get("referer") else 403, body, {"Content-Type": "image/jpeg"})

    def needs_cookie(exchange: Exchange) -> None:
        if "seen=1" in exchange.request.headers.get("cookie", ""):
            exchange.respond(200, body, {"Content-Type": "image/jpeg"})
        else:
            exchange.respond(302, b"", {"Location": "/cookie", "Set-Cookie": "seen=1"})

    def flood(exchange: Exchange) -> None:
        exchange.send_raw(b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 100_000 + b"\r\n\r\n" + half)
        exchange.close()

    def many(exchange: Exchange) -> None:
        exchange.send_raw(b"HTTP/1.1 200 OK\r\n")
        while True:
            exchange.send_raw(b"X-Many: value\r\n" * 100)

    def interim(exchange: Exchange) -> None:
        while True:
            exchange.send_raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 50)

    def uninvited_part(first: int, end: int) -> Callable[[Exchange], None]:
        shown = {"Content-Range": f"bytes {first}-{end - 1}/{len(body)}", "Content-Length": str(end - first)}

        def behaviour(exchange: Exchange) -> None:
            exchange.send_head(206, shown)
            exchange.send_body(body[first:end])

        return behaviour

    def raw(data: bytes) -> Callable[[Exchange], None]:
        def behaviour(exchange: Exchange) -> None:
            exchange.send_raw(data)
            exchange.close()

        return behaviour

    def as_jpeg(data: bytes, kind: str = "image/jpeg") -> Callable[[Exchange], None]:
        return lambda exchange: exchange.respond(200, data, {"Content-Type": kind})

    return [
        HostileCase("referer", needs_referer, WHOLE, {"Referer": "http://127.0.0.1/page"}),
        HostileCase("cookie", needs_cookie, WHOLE),
        HostileCase("only-get", only_get, WHOLE),
        HostileCase("header-flood", flood, "HEADERS_TOO_LARGE"),
        HostileCase("header-many", many, "HEADERS_TOO_LARGE"),
        HostileCase("interim-flood", interim, "HEADERS_TOO_LARGE"),
        HostileCase("part-unasked", uninvited_part(100, 200), "BAD_RANGE"),
        HostileCase("part-unasked-half", uninvited_part(0, len(half)), "BAD_RANGE"),
        HostileCase("no-reply", raw(b""), "CONNECTION_LOST"),
        HostileCase("http-0.9", raw(half), "BAD_RESPONSE"),
        HostileCase("bad-status", raw(b"HTTP/1.1 two hundred\r\n\r\n" + half), "BAD_RESPONSE"),
        HostileCase("nul-header", raw(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n" + half), "BAD_RESPONSE"),
        HostileCase("negative-status", raw(b"HTTP/1.1 -200 OK\r\n\r\n" + half), SAFE),
        HostileCase("wrong-type", as_jpeg(body, "text/html; charset=no-such"), WHOLE),
        HostileCase("html-named-jpg", as_jpeg(b"<!DOCTYPE html><title>Log in</title>"), AS_SENT),
        HostileCase("json-error", as_jpeg(b'{"error": 1}', "application/json"), AS_SENT),
        HostileCase("empty-200", as_jpeg(b""), AS_SENT),
    ]
