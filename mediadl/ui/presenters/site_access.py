"""The sites for which cookies, a proxy or a user agent are set, as the platforms' page shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediadl.ui.words import count
from platforms import access_selectors, registry
from platforms.access_selectors import CookieState

_WORDS = {
    CookieState.NONE: ("No cookies", "off", "off"),
    CookieState.VALID: ("Signed in", "done", "done"),
    CookieState.EXPIRES_SOON: ("Expires soon", "warn", "warning"),
    CookieState.EXPIRED: ("Expired", "failed", "failed"),
    CookieState.NO_SIGN_IN: ("Cookies without a sign-in", "warn", "warning"),
    CookieState.UNREADABLE: ("Cannot be read, upload again", "failed", "failed"),
}
_RENEWED = frozenset({CookieState.EXPIRES_SOON, CookieState.EXPIRED, CookieState.NO_SIGN_IN, CookieState.UNREADABLE})


@dataclass(frozen=True, slots=True)
class SiteCard:
    """One site with its state in words."""

    site: str
    label: str
    words: str
    tone: str
    mark: str
    expires_at: datetime | None
    ends_word: str
    should_renew: bool
    proxy: str
    user_agent: str


def access_context(chosen: str = "") -> dict[str, Any]:
    """What the panel needs; ``chosen`` is the site whose cookies are to be uploaded."""
    known = registry.platforms()
    return {
        "sites": [_card(row) for row in access_selectors.list_sites()],
        "access_site": chosen[:255],
        "cookie_platforms": [info.name for info in known if info.sign_in],
        "all_platforms": [info.name for info in known],
    }


def _card(row: access_selectors.SiteRow) -> SiteCard:
    words, tone, mark = _WORDS[row.cookie_state]
    if row.cookie_count and row.cookie_state is CookieState.VALID:
        words = f"{words}, {count(row.cookie_count, 'cookie')}"
    return SiteCard(
        site=row.site,
        label=row.label,
        words=words,
        tone=tone,
        mark=mark,
        expires_at=row.expires_at if row.cookie_count else None,
        ends_word="ended" if row.cookie_state is CookieState.EXPIRED else "ends",
        should_renew=row.cookie_state in _RENEWED,
        proxy=row.proxy,
        user_agent=row.user_agent,
    )
