"""The dashboard's figures, each a sum over the cube or a few counters (spec: Statistics)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q, Sum

from downloads.cube import total_bytes
from downloads.models import CubeCell, CubeHour, CubeTotal
from mediadl import clock
from mediadl.configuration import selectors as configuration
from mediadl.stats.timelines import Bucket, Period, timeline
from platforms import registry
from queue_app.models import QueueCount
from queue_app.states import Status
from scheduler.models import Job

__all__ = ["Bucket", "Period", "overview", "queue_counts", "storage_use", "timeline"]

_STEP = 1024
BYTES_PER_GB = _STEP**3
_ENDED = ("completed", "failed")
_WINDOWS = {"today": 1, "week": 7, "month": 30}  # days, today included


def success_rate(success: int, failed: int) -> float:
    """Percent with one decimal; 0.0 when there is nothing."""
    total = success + failed
    return round(100 * success / total, 1) if total else 0.0


def download_counts() -> tuple[dict[str, int], dict[str, float]]:
    """Downloads of today, the week, the month and in total, failed ones too; success rates of the first three.

    The specification's example has 45 today at 97.8 %: 44 of them succeeded.
    """
    today = clock.now().date()
    sums = {}
    for name, days in _WINDOWS.items():
        recent = Q(day__gt=today - timedelta(days=days))
        for status in _ENDED:
            sums[f"{name}_{status}"] = Sum("n", filter=recent & Q(status=status), default=0)
    first = today - timedelta(days=max(_WINDOWS.values()) - 1)
    found = CubeHour.objects.filter(day__gte=first).aggregate(**sums)
    counts = {name: sum(found[f"{name}_{status}"] for status in _ENDED) for name in _WINDOWS}
    counts["total"] = CubeTotal.objects.filter(status__in=_ENDED).aggregate(n=Sum("n", default=0))["n"]
    rates = {name: success_rate(found[f"{name}_completed"], found[f"{name}_failed"]) for name in _WINDOWS}
    return counts, rates


def queue_counts() -> dict[str, int]:
    """How many queue items are in each status, over all platforms."""
    found = dict(QueueCount.objects.values_list("status").annotate(total=Sum("n")))
    return {status.value: found.get(status.value, 0) for status in Status}


def storage_use() -> tuple[int, int | None]:
    """Bytes that the library takes, and its limit or None."""
    used = total_bytes()
    limit = configuration.value("general.storage_limit_gb")
    return used, limit * BYTES_PER_GB or None


def human_size(value: int) -> str:
    """Bytes in steps of 1024 with one decimal where it is not zero: ``42.5 GB``, ``500 GB``."""
    amount, unit = float(value), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if amount < _STEP or unit == "TB":
            break
        amount /= _STEP
    return f"{amount:.1f}".removesuffix(".0") + f" {unit}"


def platforms_today() -> dict[str, int]:
    """Downloads of today for each enabled platform, failed ones too, zeros included."""
    today = CubeCell.objects.filter(day=clock.now().date(), status__in=_ENDED)
    found = dict(today.values_list("platform").annotate(total=Sum("n")))
    return {
        platform.name: found.get(platform.name, 0)
        for platform in registry.platforms()
        if registry.is_platform_enabled(platform.name)
    }


def next_scheduled_task() -> dict[str, Any] | None:
    """The enabled job that is due first, or None."""
    job = Job.objects.filter(enabled=True, next_run__isnull=False).order_by("next_run", "id").first()
    if job is None or job.next_run is None:
        return None
    return {
        "job_id": job.slug,
        "job_name": job.name,
        "scheduled_time": clock.isoformat_seconds(job.next_run),
        "in_seconds": max(0, round((job.next_run - clock.now()).total_seconds())),
    }


def storage() -> dict[str, Any]:
    """The storage part of the overview; with no limit ``limit_bytes`` is null."""
    used, limit = storage_use()
    return {
        "used_bytes": used,
        "used_human": human_size(used),
        "limit_bytes": limit,
        "limit_human": human_size(limit) if limit else None,
        "percent": round(100 * used / limit, 1) if limit else 0.0,
    }


def overview(platform_status: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What ``GET /stats/overview`` answers.

    Args:
        platform_status: each platform's ``status`` as the platforms' room tells it; those that
            are not named count as operational.
    """
    counts, rates = download_counts()
    queue = queue_counts()
    status_of = platform_status or {}
    return {
        "downloads": counts,
        "queue": {name: queue[name] for name in ("pending", "downloading", "failed")},
        "success_rate": rates,
        "storage": storage(),
        "platforms": {
            name: {"status": status_of.get(name, "operational"), "downloads_today": n}
            for name, n in platforms_today().items()
        },
        "next_scheduled_task": next_scheduled_task(),
    }
