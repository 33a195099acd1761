"""Headers: cleaned before they are sent, collected within a limit, read without regard to case."""

import re
from collections.abc import Iterator, Mapping

from mediadl.media import FailureKind, MediaError
from mediadl.net.limits import HEADER_BYTES_LIMIT, KIB

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The client's own business: a caller that set them would break the framing of the request.
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "expect"})


class HeaderMap(Mapping[str, str]):
    """The headers of one response; names in any case, several of one name joined by ``, ``."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower(), []).append(value)

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> list[str]:
        """Every value of ``name``, in order; for headers such as ``Set-Cookie`` that cannot be joined."""
        return list(self._values.get(name.lower(), []))

    def __repr__(self) -> str:
        return f"HeaderMap({dict(self)!r})"


class HeaderCollector:
    """Takes the header lines of one hop: interim answers (1xx) pass, the last answer's lines stay."""

    def __init__(self) -> None:
        self.status = 0
        self._pairs: list[tuple[str, str]] = []
        self._bytes = 0

    def take(self, line: bytes) -> bool:
        """Take one line; True when it ends the headers of the final answer.

        Raises:
            MediaError: ``HEADERS_TOO_LARGE``.
        """
        self._bytes += len(line)
        if self._bytes > HEADER_BYTES_LIMIT:
            detail = f"The server sent more than {HEADER_BYTES_LIMIT // KIB} KiB of headers."
            raise MediaError(FailureKind.REFUSED, "HEADERS_TOO_LARGE", detail)
        text = _decode(line).rstrip("\r\n")
        if text.startswith("HTTP/"):
            self._start(text)
        elif not text:
            return self.status >= 200
        elif text[0] in " \t" and self._pairs:
            name, value = self._pairs[-1]
            self._pairs[-1] = (name, f"{value} {text.strip()}")
        else:
            name, _, value = text.partition(":")
            self._pairs.append((name.strip(), value.strip()))
        return False

    def headers(self) -> HeaderMap:
        """The headers taken so far."""
        return HeaderMap(self._pairs)

    def _start(self, status_line: str) -> None:
        fields = status_line.split(" ", 2)
        self.status = int(fields[1]) if len(fields) > 1 and fields[1].isdecimal() else 0
        self._pairs = []


def request_lines(headers: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Headers to send, by lower-case name, without those that are the client's own.

    Raises:
        MediaError: ``BAD_HEADER``: a name or value that would change the request around it.
    """
    lines = {}
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or _CONTROL.search(value):
            raise MediaError(FailureKind.REFUSED, "BAD_HEADER", "A header to send has characters that are not allowed.")
        if name.lower() not in _OWN_HEADERS:
            lines[name.lower()] = (name, value.strip())
    return lines


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
