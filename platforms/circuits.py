"""Circuits: a site whose listings fail five times in a row is left alone for a while.

One for each site downloader, and in ``web`` and ``forum`` one for each host. Only failures to list
count. While a circuit is open nothing is asked; when its time is over one request may go (the
probe), and its success or failure closes the circuit or opens it for longer. Stored, so that it
holds over restarts and workers.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from mediadl.net.urls import host_of
from mediadl.notifications.kinds import Kind, Level
from mediadl.notifications.services import notify
from platforms.contract import DownloaderInfo
from platforms.models import Circuit

FAILURES_THAT_OPEN = 5
OPEN_MINUTES = (1, 5, 15, 30, 60)  # for each time that it opens without a success between
PROBE_MINUTES = 2  # how long one request may try the site before the next one may
KEY_MAX_CHARACTERS = 255
ERROR_MAX_CHARACTERS = 500
_COUNTED_KINDS = frozenset({FailureKind.TRANSIENT, FailureKind.SITE_CHANGED})
_COUNTED_CODES = frozenset({"CAPTCHA_REQUIRED"})
_PLATFORMS_OF_HOSTS = ("web", "forum")  # one host of many that does not answer is its items' news, not a site down


def circuit_key(platform: str, downloader: DownloaderInfo, url: str) -> str:
    """The circuit that a listing of ``url`` by this downloader belongs to.

    Raises:
        MediaError: ``BAD_URL``, where the circuit is per host.
    """
    if downloader.circuit_per_host:
        return f"{platform}/{host_of(url)}"[:KEY_MAX_CHARACTERS]
    return f"{platform}/{downloader.name}"


def open_until(key: str) -> datetime | None:
    """Until when nothing may be asked, or None where a listing may start.

    Where the time of an open circuit is over, the caller that gets None is its probe: others keep
    waiting until the probe's result is reported, or for :data:`PROBE_MINUTES`.
    """
    now = clock.now()
    row = Circuit.objects.filter(key=key).values("open_until").first()
    if row is None or row["open_until"] is None:
        return None
    if row["open_until"] > now:
        return row["open_until"]
    probing_until = now + timedelta(minutes=PROBE_MINUTES)
    is_probe = Circuit.objects.filter(key=key, open_until=row["open_until"]).update(
        open_until=probing_until, probing=True
    )
    return None if is_probe else probing_until


def listing_failed(key: str, platform: str, downloader: str, error: MediaError) -> datetime | None:
    """Remember a failed listing; returns until when the circuit is open, if it is.

    A failure that is not the site's (404, login, our own rules, a stop) is no news about it and
    changes nothing but the probe: whoever asked got an answer, so the site lives.
    """
    if error.kind is FailureKind.STOPPED:
        return None
    now = clock.now()
    if error.kind not in _COUNTED_KINDS and error.code not in _COUNTED_CODES:
        Circuit.objects.filter(key=key).update(open_until=None, probing=False)
        return None
    with transaction.atomic():
        Circuit.objects.get_or_create(key=key, defaults={"platform": platform, "downloader": downloader})
        Circuit.objects.filter(key=key).update(
            failures=F("failures") + 1,
            last_error=f"{error.code}: {error.detail}"[:ERROR_MAX_CHARACTERS],
            last_error_at=now,
        )
        return _opened(Circuit.objects.select_for_update().get(key=key), now)


def _opened(circuit: Circuit, now: datetime) -> datetime | None:
    """Open the circuit if it is time to; a request that began before it opened does not prolong it."""
    if circuit.failures < FAILURES_THAT_OPEN:
        return None
    is_open = circuit.open_until is not None and circuit.open_until > now and not circuit.probing
    if not is_open:
        minutes = OPEN_MINUTES[min(circuit.opened_times, len(OPEN_MINUTES) - 1)]
        circuit.open_until = now + timedelta(minutes=minutes)
        circuit.opened_times += 1
        circuit.probing = False
        circuit.save(update_fields=["open_until", "opened_times", "probing"])
        if circuit.opened_times == 1 and circuit.platform not in _PLATFORMS_OF_HOSTS:
            words = f"{circuit.key} failed {circuit.failures} times in a row and is left alone for a while."
            notify(Kind.PLATFORM_DOWN, "Site Down", f"{words} {circuit.last_error}", "/platforms", label="Platforms")
    return circuit.open_until


def listing_succeeded(key: str, platform: str, downloader: str) -> None:
    """Remember a listing that worked: the circuit is closed and its history forgotten."""
    now = clock.now()
    with transaction.atomic():
        was_down = (
            Circuit.objects.filter(key=key, opened_times__gt=0).exclude(platform__in=_PLATFORMS_OF_HOSTS).exists()
        )
        changed = Circuit.objects.filter(key=key).update(
            failures=0, opened_times=0, open_until=None, probing=False, last_success_at=now
        )
        if not changed:
            Circuit.objects.get_or_create(
                key=key, defaults={"platform": platform, "downloader": downloader, "last_success_at": now}
            )
        if was_down:
            notify(Kind.PLATFORM_DOWN, "Site Up Again", f"{key} answers again.", "/platforms", level=Level.SUCCESS)


def forget_quiet_hosts(older_than: timedelta) -> int:
    """Delete circuits of single hosts that nothing was heard of for so long; returns how many."""
    limit = clock.now() - older_than
    quiet = Q(last_error_at__isnull=True) | Q(last_error_at__lt=limit)
    quiet &= Q(last_success_at__isnull=True) | Q(last_success_at__lt=limit)
    quiet &= Q(open_until__isnull=True) | Q(open_until__lt=limit)
    deleted, _ = Circuit.objects.filter(quiet, platform__in=_PLATFORMS_OF_HOSTS).delete()
    return deleted
