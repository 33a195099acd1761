"""Sums for each platform (spec: GET /stats/platforms)."""

from typing import Any

from django.db.models import Q, Sum

from downloads.models import CubeTotal
from mediadl.stats.selectors import success_rate


def platform_breakdown() -> list[dict[str, Any]]:
    """Downloads, success, failures and bytes of each platform that has any, most downloads first."""
    completed, failed = Q(status="completed"), Q(status="failed")
    sums = (
        CubeTotal.objects.values_list("platform")
        .annotate(
            success=Sum("n", filter=completed, default=0),
            failures=Sum("n", filter=failed, default=0),
            size=Sum("bytes", filter=completed, default=0),
        )
        .order_by("platform")
    )
    rows = [
        {
            "platform": platform,
            "downloads": success + failures,
            "success": success,
            "failed": failures,
            "success_rate": success_rate(success, failures),
            "total_size_bytes": size,
        }
        for platform, success, failures, size in sums
        if success + failures
    ]
    return sorted(rows, key=lambda row: -row["downloads"])
