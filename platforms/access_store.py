"""What is stored of sites' cookies and proxies, read once and kept until somebody changes it."""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Count, Max

from mediadl import clock
from mediadl.configuration.secret_values import UnreadableSecretError, decrypt, encrypt
from mediadl.net.cookies import Cookie
from platforms.models import StoredAccess

RECHECK_SECONDS = 1.0  # how soon a process notices another one's change


@dataclass(frozen=True, slots=True)
class Known:
    """One site's row with its secrets in the clear.

    Attributes:
        is_unreadable: a secret was encrypted with another installation's key.
    """

    cookies: tuple[Cookie, ...]
    has_sign_in: bool
    expires_at: datetime | None
    proxy: str
    user_agent: str
    is_unreadable: bool = False


class _Cache:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.version: object = None
        self.checked_at = float("-inf")
        self.sites: Mapping[str, Known] = {}


_cache = _Cache()


def forget_known_sites() -> None:
    """Let the next read go to the database; called after a change of this process's own."""
    with _cache.lock:
        _cache.version = None
        _cache.checked_at = float("-inf")


def known_sites() -> Mapping[str, Known]:
    """Everything that is set, by site; at most a second old."""
    with _cache.lock:
        if clock.monotonic() - _cache.checked_at < RECHECK_SECONDS:
            return _cache.sites
    counted = StoredAccess.objects.aggregate(rows=Count("site"), newest=Max("changed_at"))
    version = (counted["rows"], counted["newest"])
    with _cache.lock:
        if version == _cache.version:
            _cache.checked_at = clock.monotonic()
            return _cache.sites
    sites = {row.site: known_of(row) for row in StoredAccess.objects.all()}
    with _cache.lock:
        _cache.sites, _cache.version, _cache.checked_at = sites, version, clock.monotonic()
    return sites


def sealed_cookies(cookies: Iterable[Cookie]) -> str:
    """Cookies as they are stored: encrypted."""
    return encrypt(json.dumps([asdict(cookie) for cookie in cookies]))


def known_of(row: StoredAccess) -> Known:
    """A row with its secrets in the clear; what cannot be read counts as not set."""
    try:
        stored = json.loads(decrypt(row.cookies)) if row.cookies else []
        cookies = tuple(Cookie(**fields) for fields in stored)
        proxy = decrypt(row.proxy) if row.proxy else ""
    except UnreadableSecretError:
        return Known((), has_sign_in=False, expires_at=None, proxy="", user_agent=row.user_agent, is_unreadable=True)
    return Known(
        cookies=cookies,
        has_sign_in=row.has_sign_in,
        expires_at=row.cookies_expire_at,
        proxy=proxy,
        user_agent=row.user_agent,
    )
