"""How many page requests an hour a downloader may make, over all workers and restarts."""

import random
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F

from mediadl import clock
from mediadl.configuration import selectors as configuration
from mediadl.media import FailureKind, MediaError
from mediadl.net.stopping import StopSignal
from queue_app import preferences
from queue_app.blocks import BUDGET_WINDOW, budget_key
from queue_app.models import Budget

BUDGET_CODE = "BUDGET_USED_UP"


class RequestBudget:
    """Counts each page request of one listing, its children's too, and keeps the distance between them.

    Args:
        platform, downloader: whose budget it is.
        stop: ends the pause between two requests.
        before: called first with each request of the adapter's own (what was found so far is handed
            on before a pause).
    """

    def __init__(self, platform: str, downloader: str, stop: StopSignal, before: Callable[[], None]) -> None:
        self._platform, self._downloader = platform, downloader
        self._stop = stop
        self._before = before
        self._lock = threading.Lock()
        self._free_at = 0.0

    def before_request(self, _url: str) -> None:
        """Count a request of the adapter's own client, and wait until it may go out.

        Raises:
            MediaError: ``BUDGET_USED_UP`` (told to wait, until the hour is over), or stopped.
        """
        self._before()
        if seconds := self.count(_url):
            self._stop.wait(seconds)
        self._stop.raise_if_set()

    def count(self, _url: str) -> float:
        """Count a request; returns how long to wait before it. Raises as :meth:`before_request`."""
        self._stop.raise_if_set()
        limit = preferences.requests_per_hour(self._platform, self._downloader)
        if limit:
            spend(self._platform, self._downloader, limit)
        with self._lock:  # a child asks from several connections at once
            now = clock.monotonic()
            seconds = max(0.0, self._free_at - now)
            self._free_at = now + seconds + self._pause_seconds()
        return seconds

    def _pause_seconds(self) -> float:
        """From the platform's own setting, drawn anew each time so that requests keep no beat."""
        try:
            shortest = float(
                configuration.value(f"platforms.{self._platform}.{self._downloader}.request_pause_seconds")
            )
        except KeyError:
            return 0.0
        return random.uniform(shortest, 2 * shortest)  # noqa: S311 - a pause, not a secret


class PageBudget:
    """Counts the page that a stream's program reads again before it fetches; the stream itself is media.

    Args:
        platform, downloader: whose budget it is.
        url: the page; the first request to its host is the one that counts.
    """

    def __init__(self, platform: str, downloader: str, url: str) -> None:
        self._platform, self._downloader = platform, downloader
        self._host = urlsplit(url).hostname
        self._lock = threading.Lock()
        self._is_counted = False

    def count(self, url: str) -> float:
        """Count a request if it is the page's; never asks to wait.

        Raises:
            MediaError: ``BUDGET_USED_UP``.
        """
        with self._lock:
            if self._is_counted or urlsplit(url).hostname != self._host:
                return 0.0
            if limit := preferences.requests_per_hour(self._platform, self._downloader):
                spend(self._platform, self._downloader, limit)
            self._is_counted = True
        return 0.0


def spend(platform: str, downloader: str, limit: int) -> None:
    """Take one request from the hour's budget.

    Raises:
        MediaError: it is used up; ``retry_after`` says how long the hour still lasts.
    """
    now = clock.now()
    key = budget_key(platform, downloader)
    with transaction.atomic():
        Budget.objects.bulk_create([Budget(key=key, window_started_at=now)], ignore_conflicts=True)
        Budget.objects.filter(key=key, window_started_at__lte=now - BUDGET_WINDOW).update(window_started_at=now, used=0)
        if Budget.objects.filter(key=key, used__lt=limit).update(used=F("used") + 1):
            return
        started = Budget.objects.values_list("window_started_at", flat=True).get(key=key)
    seconds = max(1.0, (started + BUDGET_WINDOW - now).total_seconds())
    raise MediaError(
        FailureKind.TOLD_TO_WAIT,
        BUDGET_CODE,
        f"The {limit} requests an hour of {downloader} are used up; it goes on by itself.",
        retry_after=seconds,
    )
