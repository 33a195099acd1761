"""What waits for a person: sign-ins, failures, sites that do not answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from mediadl import clock
from mediadl.ui.presenters.platform_cards import error_parts
from mediadl.ui.presenters.platform_words import platform_label
from mediadl.ui.selectors.health import TROUBLE
from mediadl.ui.selectors.library import failed_lately
from mediadl.ui.words import count, number
from platforms.access_selectors import CookieState, troubled_sites
from queue_app.models import QueueItem

LOGIN_CODES = ("LOGIN_REQUIRED", "COOKIES_EXPIRED", "CAPTCHA_REQUIRED", "ACCOUNT_PRIVATE")
_GONE_CODES = ("HTTP_404", "HTTP_410", "GONE", "PLACEHOLDER")
_MOST_ITEMS = 200  # failed queue items that are looked at


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a person can do something about."""

    title: str
    detail: str
    mark: str
    action: str = ""
    url: str = ""
    icon: str = ""
    more: str = ""
    more_url: str = ""


def _sign_ins(items: list[QueueItem]) -> list[Need]:
    waiting: dict[str, int] = {}
    for item in items:
        if item.error_code in LOGIN_CODES:
            waiting[item.platform] = waiting.get(item.platform, 0) + 1
    return [
        Need(
            title=f"{platform_label(platform)} asks to sign in",
            detail=f"{count(n, 'item')} failed because of it.",
            mark="failed",
            action="See why",
            url=f"{reverse('queue')}?status=failed",
            icon="list-details",
        )
        for platform, n in waiting.items()
    ]


def _failed_items(items: list[QueueItem]) -> list[Need]:
    others = [item for item in items if item.error_code not in LOGIN_CODES]
    if not others:
        return []
    first = others[0].error_message or "No cause was noted."
    return [
        Need(
            title=f"{count(len(others), 'request')} in the queue failed",
            detail=first if len(others) == 1 else f"The newest: {first}",
            mark="failed",
            action="See why",
            url=reverse("queue") + "?status=failed",
            icon="list-details",
        )
    ]


def _failed_downloads() -> list[Need]:
    failed = failed_lately(clock.now() - timedelta(days=7))
    total = sum(failed.values())
    if not total:
        return []
    gone = sum(n for code, n in failed.items() if code in _GONE_CODES)
    causes = [f"{number(gone)} {'was' if gone == 1 else 'were'} removed by their owner"] if gone else []
    if total - gone:
        causes.append(f"{number(total - gone)} had other causes")
    return [
        Need(
            title=f"{count(total, 'download')} failed this week",
            detail=", ".join(causes) + ".",
            mark="failed",
            more=f"See all {number(total)}" if total > 1 else "See it",
            more_url=reverse("history") + "?status=failed",
        )
    ]


_COOKIE_TROUBLE = {
    CookieState.EXPIRES_SOON: ("The sign-in of {} ends soon", "warning"),
    CookieState.EXPIRED: ("The sign-in of {} expired", "failed"),
    CookieState.UNREADABLE: ("The cookies of {} cannot be read", "failed"),
}


def _cookies() -> list[Need]:
    return [
        Need(
            title=_COOKIE_TROUBLE[row.cookie_state][0].format(row.label),
            detail="Sign in with a browser and upload its cookies anew.",
            mark=_COOKIE_TROUBLE[row.cookie_state][1],
            action="Upload new cookies",
            url=f"{reverse('platforms')}?{urlencode({'access': row.site})}#access",
            icon="key",
        )
        for row in troubled_sites()
    ]


def _sites(health: list[dict[str, Any]]) -> list[Need]:
    return [
        Need(
            title=f"{row['display_name']} {'does not answer' if row['status'] == 'down' else 'has trouble'}",
            detail=error_parts(row["last_error"])[1],
            mark="warning",
            more="Details",
            more_url=reverse("platforms"),
        )
        for row in health
        if row["status"] in TROUBLE
    ]


def needs(health: list[dict[str, Any]]) -> list[Need]:
    """Everything that waits for a person, the most pressing first."""
    failed = list(QueueItem.objects.filter(status="failed").order_by("list_order", "id")[:_MOST_ITEMS])
    return [*_cookies(), *_sign_ins(failed), *_failed_items(failed), *_failed_downloads(), *_sites(health)]
