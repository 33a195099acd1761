"""Reading the cookies that a person uploads: a ``cookies.txt``, or a browser extension's JSON.

What is kept are the site's own cookies that are still valid. No message has a cookie's value in it.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mediadl import clock
from mediadl.net.cookies import LAST_SECOND, Cookie, parse_cookies_txt
from platforms.contract import SignIn

MAX_COOKIES = 1000
MAX_CHARACTERS = 900_000  # a request's body may be 1 MiB
_SAME_SITE_AS_ANY = re.compile(
    r"sess|sid$|_sid|auth|token|login|logged|user|member|remember|^_t$|passhash|clearance", re.IGNORECASE
)
_FORMATS = "Upload the cookies.txt or the JSON that a cookie extension of the browser exports."


class CookieUploadError(ValueError):
    """The upload cannot be used; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class CheckedCookies:
    """Cookies that may be kept.

    Attributes:
        expires_at: when the sign-in ends, None where it does not say.
        has_sign_in: whether one of them looks like a sign-in.
        dropped: how many of the upload were another site's, or expired.
    """

    cookies: tuple[Cookie, ...]
    expires_at: datetime | None
    has_sign_in: bool
    dropped: int


def read_cookies(text: str) -> list[Cookie]:
    """The cookies of an upload in either format.

    Raises:
        CookieUploadError: it is neither, is empty, or is too large.
    """
    if len(text) > MAX_CHARACTERS:
        raise CookieUploadError("That is too large for cookies of one site. Export only the site's own.")
    text = text.lstrip("\ufeff").strip()
    try:
        cookies = _from_json(text) if text[:1] in {"[", "{"} else parse_cookies_txt(text)
    except (ValueError, OverflowError, RecursionError) as error:
        reason = str(error) if type(error) is ValueError else "The JSON cannot be read."
        raise CookieUploadError(f"{reason} {_FORMATS}") from None
    if not cookies:
        raise CookieUploadError(f"There are no cookies in it. {_FORMATS}")
    if len(cookies) > MAX_COOKIES:
        raise CookieUploadError(f"More than {MAX_COOKIES} cookies. Export only the site's own.")
    return cookies


def checked_cookies(text: str, *, domains: Sequence[str], sign_in: SignIn | None) -> CheckedCookies:
    """Read an upload and keep what belongs to ``domains`` and is valid.

    Raises:
        CookieUploadError: no such cookies, no sign-in among them where one is needed, or an old one.
    """
    given = read_cookies(text)
    own = [cookie for cookie in given if any(_is_of(cookie.domain, domain) for domain in domains)]
    if not own:
        others = sorted({cookie.domain for cookie in given})[:3]
        raise CookieUploadError(
            f"These cookies belong to {', '.join(others)}; what is needed are those of {' or '.join(domains)}. "
            "Open that site in the browser, sign in, and export there."
        )
    now = clock.now().timestamp()
    valid = tuple(cookie for cookie in own if not cookie.expires or cookie.expires > now)
    sign_ins = [cookie for cookie in valid if _is_sign_in(cookie, sign_in)]
    if not valid or (sign_in is not None and not sign_ins):
        raise _no_sign_in([cookie for cookie in own if _is_sign_in(cookie, sign_in)], domains[0])
    ends = max((cookie.expires for cookie in sign_ins), default=0)
    return CheckedCookies(
        cookies=valid,
        expires_at=datetime.fromtimestamp(ends, UTC) if ends else None,
        has_sign_in=bool(sign_ins),
        dropped=len(given) - len(valid),
    )


def _is_sign_in(cookie: Cookie, sign_in: SignIn | None) -> bool:
    if not cookie.value:
        return False
    if sign_in is not None:
        return cookie.name in sign_in.cookies
    return bool(_SAME_SITE_AS_ANY.search(cookie.name))


def _no_sign_in(expired: Iterable[Cookie], site: str) -> CookieUploadError:
    ended = max((cookie.expires for cookie in expired), default=0)
    if ended:
        day = datetime.fromtimestamp(ended, UTC).strftime("%-d %B %Y")
        return CookieUploadError(f"The sign-in in these cookies expired on {day}. Sign in again, then export anew.")
    return CookieUploadError(
        f"There is no sign-in among these cookies. Sign in to {site} in the browser first, then export."
    )


def _is_of(domain: str, site: str) -> bool:
    """Whether requests to ``site`` or hosts below it may carry cookies of ``domain``."""
    if domain == site or domain.endswith(f".{site}"):
        return True
    return "." in domain and site.endswith(f".{domain}")


def _from_json(text: str) -> list[Cookie]:
    found = json.loads(text)
    rows = found.get("cookies") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise ValueError("The JSON has no list of cookies.")  # noqa: TRY004 - one kind for every bad upload
    return [_from_row(row, number) for number, row in enumerate(rows, start=1)]


def _from_row(row: Any, number: int) -> Cookie:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("domain", "name", "value")):
        raise ValueError(f"Cookie {number} of the JSON has no domain, name and value.")
    domain = row["domain"].strip().lower()
    cookie = Cookie(
        domain=domain.removeprefix("."),
        name=row["name"],
        value=row["value"],
        path=row["path"] if isinstance(row.get("path"), str) and row["path"] else "/",
        include_subdomains=not row["hostOnly"] if isinstance(row.get("hostOnly"), bool) else domain.startswith("."),
        secure=row.get("secure") is True,
        expires=_expiry(row),
        http_only=row.get("httpOnly") is True,
    )
    cookie.netscape_line()
    return cookie


def _expiry(row: dict[str, Any]) -> int:
    """Epoch seconds; 0 for the end of the browser's session."""
    for name in ("expirationDate", "expires", "expiry"):
        value = row.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0:
            return min(int(value), LAST_SECOND)
    return 0
