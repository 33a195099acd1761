"""What ``platforms`` cannot know by itself: when something was last stored, what is left of an hour."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q, Subquery

from downloads.models import Download, DownloadStatus
from mediadl import clock
from platforms.facts import Downloader, RateLimit
from queue_app import preferences
from queue_app.blocks import BUDGET_WINDOW, budget_key
from queue_app.models import Budget


def last_downloads(platforms: Sequence[str]) -> Mapping[str, datetime]:
    """When each platform's newest completed download was stored, in one query along the index."""
    wanted = Q()
    for platform in platforms:
        newest = Download.objects.filter(platform=platform, status=DownloadStatus.COMPLETED)
        wanted |= Q(pk=Subquery(newest.order_by("-download_date", "-id").values("pk")[:1]))
    if not wanted:
        return {}
    return dict(Download.objects.filter(wanted).values_list("platform", "download_date"))


def rate_limits(downloaders: Sequence[Downloader]) -> Mapping[Downloader, RateLimit]:
    """What is left of the running hour of each downloader that has a limit."""
    limits = {one: limit for one in downloaders if (limit := preferences.requests_per_hour(*one))}
    started_after = clock.now() - BUDGET_WINDOW
    keys = [budget_key(*one) for one in limits]
    rows = {row.key: row for row in Budget.objects.filter(key__in=keys, window_started_at__gt=started_after)}
    return {one: _left(limit, rows.get(budget_key(*one))) for one, limit in limits.items()}


def _left(limit: int, budget: Budget | None) -> RateLimit:
    if budget is None:
        return RateLimit(limit=limit, remaining=limit, reset=None)
    return RateLimit(limit, max(0, limit - budget.used), budget.window_started_at + BUDGET_WINDOW)
