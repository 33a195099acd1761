"""Cookies that a person gave us, in the form in which curl's own cookie rules take them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_SAFE = re.compile(r"[^\x00-\x1f\x7f;]*")
_SAFE_NAME = re.compile(r"[^\x00-\x20\x7f;=,]+")
_HTTP_ONLY = "#HttpOnly_"
_FIELDS = 7
LAST_SECOND = 253_402_300_799  # of the year 9999, the last that dates can say


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie of a cookies file.

    Attributes:
        domain: without a leading dot.
        include_subdomains: whether hosts below ``domain`` get it too.
        expires: epoch seconds, 0 for the end of the session.
    """

    domain: str
    name: str
    value: str
    path: str = "/"
    include_subdomains: bool = True
    secure: bool = False
    expires: int = 0
    http_only: bool = False

    def netscape_line(self) -> str:
        """The line of a ``cookies.txt`` file.

        Raises:
            ValueError: a field has characters that would make another cookie of it.
        """
        if not _SAFE_NAME.fullmatch(self.name) or not all(map(_SAFE.fullmatch, (self.domain, self.path, self.value))):
            raise ValueError(f"The cookie {self.name!r} has control characters, or a semicolon.")
        fields = (
            (_HTTP_ONLY if self.http_only else "") + ("." if self.include_subdomains else "") + self.domain,
            _flag(self.include_subdomains),
            self.path or "/",
            _flag(self.secure),
            str(self.expires),
            self.name,
            self.value,
        )
        return "\t".join(fields)


def parse_cookies_txt(text: str) -> list[Cookie]:
    """The cookies of a Netscape ``cookies.txt`` file.

    Raises:
        ValueError: a line is not one of that format; the text says which.
    """
    cookies = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or (line.startswith("#") and not line.startswith(_HTTP_ONLY)):
            continue
        fields = line.removeprefix(_HTTP_ONLY).split("\t")
        if len(fields) == _FIELDS - 1:
            fields.append("")  # some programs drop the tab before an empty value
        if len(fields) != _FIELDS or not re.fullmatch(r"\d+(\.\d+)?", fields[4] or "0"):
            raise ValueError(f"Line {number} is not a cookie: a cookies.txt line has seven fields, separated by tabs.")
        cookies.append(_cookie_from(fields, http_only=line.startswith(_HTTP_ONLY)))
    return cookies


def cookies_for(cookies: Sequence[Cookie], url: str) -> Sequence[Cookie]:
    """``cookies`` if any of them belongs to the URL's host, else none.

    Which of them a request carries is curl's to decide; without this a person's cookies for one
    site would change how strictly redirects of all others are followed.
    """
    if not cookies:
        return ()
    host = urlsplit(url).hostname or ""
    return cookies if any(_belongs(cookie, host) for cookie in cookies) else ()


def _belongs(cookie: Cookie, host: str) -> bool:
    return host == cookie.domain or (cookie.include_subdomains and host.endswith(f".{cookie.domain}"))


def _cookie_from(fields: list[str], *, http_only: bool) -> Cookie:
    domain, subdomains, path, secure, expires, name, value = fields
    cookie = Cookie(
        domain=domain.removeprefix(".").lower(),
        name=name,
        value=value,
        path=path,
        include_subdomains=subdomains.upper() == "TRUE" or domain.startswith("."),
        secure=secure.upper() == "TRUE",
        expires=min(int(float(expires or 0)), LAST_SECOND),
        http_only=http_only,
    )
    cookie.netscape_line()
    return cookie


def _flag(value: bool) -> str:  # noqa: FBT001 - the one thing it turns into text
    return "TRUE" if value else "FALSE"
