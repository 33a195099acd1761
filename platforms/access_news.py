"""Telling people that cookies want renewing: once for each sign-in that ends, once for each that a site refused."""

from django.db import transaction
from django.db.models import F, Q

from mediadl import clock
from mediadl.notifications.kinds import Kind, Note
from mediadl.notifications.services import notify
from platforms import registry
from platforms.access import hosts_of
from platforms.access_selectors import SOON
from platforms.models import StoredAccess

_LINK, _LABEL = "/platforms", "Platforms"
_TITLE = "Cookies Need Renewal"


def tell_expiring_cookies() -> int:
    """Tell of each sign-in that ends within days, or has ended, and was not told of; returns how many."""
    now = clock.now()
    not_told = Q(expiry_told__isnull=True) | ~Q(expiry_told=F("cookies_expire_at"))
    ending = StoredAccess.objects.filter(not_told, has_sign_in=True, cookies_expire_at__lte=now + SOON)
    told = 0
    for site, expires_at in list(ending.values_list("site", "cookies_expire_at")):
        if expires_at is None:
            continue
        with transaction.atomic():
            mine = StoredAccess.objects.filter(not_told, site=site, cookies_expire_at=expires_at)
            if not mine.update(expiry_told=expires_at):
                continue  # somebody was faster, or new ones were uploaded
            verb = "expired" if expires_at <= now else "expire"
            words = f"The cookies of {_label(site)} {verb} on {expires_at:%-d %B %Y}. Upload new ones under Platforms."
            notify(Kind.NEEDS_PERSON, _TITLE, words, _LINK, label=_LABEL)
            told += 1
    return told


def refused_cookies_note(platform: str, url: str) -> Note | None:
    """The note on a login wall that was met in spite of uploaded cookies; None where there are none.

    Called inside the transaction in which a listing ends. Only the first item that meets it is news;
    what the others say goes to open pages alone, until other cookies are uploaded.
    """
    names = [*hosts_of(url), platform]
    stored = {row.site: row for row in StoredAccess.objects.filter(site__in=names, has_sign_in=True)}
    row = next((stored[name] for name in names if name in stored), None)
    if row is None:
        return None
    fresh = StoredAccess.objects.filter(site=row.site, cookies_changed_at=row.cookies_changed_at)
    not_told = Q(refusal_told__isnull=True) | ~Q(refusal_told=F("cookies_changed_at"))
    is_news = bool(fresh.filter(not_told).update(refusal_told=row.cookies_changed_at))
    words = f"{_label(row.site)} asks for a login in spite of the uploaded cookies. Upload new ones under Platforms."
    return Note(Kind.NEEDS_PERSON, _TITLE, words, _LINK, _LABEL, pages_only=not is_news)


def _label(site: str) -> str:
    return {info.name: info.display_name for info in registry.platforms()}.get(site, site)
