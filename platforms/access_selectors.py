"""What is set for sites, as people may see it: never a cookie's or a password's text."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from mediadl import clock
from mediadl.api.errors import NotFoundError
from platforms import registry
from platforms.access_services import clean_site
from platforms.access_store import known_of
from platforms.models import StoredAccess

SOON = timedelta(days=7)


class CookieState(StrEnum):
    """How a site's cookies are."""

    NONE = "none"
    VALID = "valid"
    EXPIRES_SOON = "expires_soon"
    EXPIRED = "expired"
    NO_SIGN_IN = "no_sign_in"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site.

    Attributes:
        proxy: without its password.
    """

    site: str
    label: str
    is_platform: bool
    cookie_state: CookieState
    cookie_count: int
    expires_at: datetime | None
    uploaded_at: datetime | None
    proxy: str
    user_agent: str


def list_sites() -> list[SiteRow]:
    """All sites for which something is set: platforms first, then hosts by name."""
    rows = [_row(stored) for stored in StoredAccess.objects.order_by("site")]
    return sorted(rows, key=lambda row: not row.is_platform)


def get_site(site: str) -> SiteRow:
    """One site.

    Raises:
        NotFoundError: nothing is set for it.
    """
    stored = StoredAccess.objects.filter(site=clean_site(site)).first()
    if stored is None:
        raise NotFoundError(f"Nothing is set for {site}.")
    return _row(stored)


def troubled_sites() -> list[SiteRow]:
    """Those whose cookies a person should renew."""
    troubled = (CookieState.EXPIRED, CookieState.EXPIRES_SOON, CookieState.UNREADABLE)
    return [row for row in list_sites() if row.cookie_state in troubled]


def shown_proxy(url: str) -> str:
    """A proxy's URL without its user and password."""
    if not url:
        return ""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{'***@' if '@' in parts.netloc else ''}{place}"


def _row(stored: StoredAccess) -> SiteRow:
    known = known_of(stored)
    labels = {info.name: info.display_name for info in registry.platforms()}
    return SiteRow(
        site=stored.site,
        label=labels.get(stored.site, stored.site),
        is_platform=stored.site in labels,
        cookie_state=CookieState.UNREADABLE if known.is_unreadable else _state(stored),
        cookie_count=stored.cookie_count,
        expires_at=stored.cookies_expire_at,
        uploaded_at=stored.cookies_changed_at,
        proxy=shown_proxy(known.proxy),
        user_agent=stored.user_agent,
    )


def _state(stored: StoredAccess) -> CookieState:
    if not stored.cookie_count:
        return CookieState.NONE
    if not stored.has_sign_in:
        return CookieState.NO_SIGN_IN
    now, ends = clock.now(), stored.cookies_expire_at
    if ends is not None and ends <= now:
        return CookieState.EXPIRED
    return CookieState.EXPIRES_SOON if ends is not None and ends <= now + SOON else CookieState.VALID
