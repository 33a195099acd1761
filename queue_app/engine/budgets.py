"""How many page requests an hour a downloader may make, over all workers and restarts."""

import random
from collections.abc import Callable

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
    """The hook that runs before each page request of one listing.

    Args:
        platform, downloader: whose budget it is.
        stop: ends the pause between two requests.
        before: called first, each time (what was found so far is handed on before a pause).
    """

    def __init__(self, platform: str, downloader: str, stop: StopSignal, before: Callable[[], None]) -> None:
        self._platform, self._downloader = platform, downloader
        self._stop = stop
        self._before = before
        self._requests = 0

    def before_request(self, _url: str) -> None:
        """Count the request and keep the distance to the one before.

        Raises:
            MediaError: ``BUDGET_USED_UP`` (told to wait, until the hour is over), or stopped.
        """
        self._before()
        limit = preferences.requests_per_hour(self._platform, self._downloader)
        if limit:
            spend(self._platform, self._downloader, limit)
        if self._requests and (seconds := self._pause_seconds()):
            self._stop.wait(seconds)
        self._stop.raise_if_set()
        self._requests += 1

    def _pause_seconds(self) -> float:
        """From the platform's own setting, drawn anew each time so that requests keep no beat."""
        try:
            shortest = float(
                configuration.value(f"platforms.{self._platform}.{self._downloader}.request_pause_seconds")
            )
        except KeyError:
            return 0.0
        return random.uniform(shortest, 2 * shortest)  # noqa: S311 - a pause, not a secret


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
