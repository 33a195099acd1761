"""``GET /downloads/stats``: sums of the cube."""

from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet, Sum

from downloads.models import CubeCell, CubeTotal
from mediadl import clock

MAX_TIMELINE_DAYS = 366


class Period(StrEnum):
    """How far back the figures go."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


class GroupBy(StrEnum):
    """The breakdown that is asked for."""

    PLATFORM = "platform"
    SOURCE = "source"
    CONTENT_TYPE = "content_type"


_DAYS = {Period.TODAY: 1, Period.WEEK: 7, Period.MONTH: 30, Period.YEAR: 365}
# "by_platform" tells third-party downloaders apart, as folders do (api-decisions, collection).
_GROUPED = {GroupBy.PLATFORM: "collection", GroupBy.SOURCE: "source", GroupBy.CONTENT_TYPE: "content_type"}


def stats(period: Period | str = Period.ALL, group_by: GroupBy | str | None = None) -> dict[str, Any]:
    """The figures of ``period``; ``group_by`` leaves the other breakdowns out.

    Raises:
        ValueError: no such period or group.
    """
    period = Period(period)
    groups = [GroupBy(group_by)] if group_by else list(GroupBy)
    today = clock.now().astimezone(UTC).date()
    cells: QuerySet[Any] = CubeTotal.objects.all()
    if period is not Period.ALL:
        cells = CubeCell.objects.filter(day__gt=today - timedelta(days=_DAYS[period]))
    sums = cells.aggregate(total=Sum("n"), completed=Sum("n", filter=Q(status="completed")), bytes=Sum("bytes"))
    total, completed = int(sums["total"] or 0), int(sums["completed"] or 0)
    figures: dict[str, Any] = {
        "total_downloads": total,
        "completed": completed,
        "failed": total - completed,
        "success_rate": success_rate(completed, total),
        "total_size_bytes": int(sums["bytes"] or 0),
    }
    for group in groups:
        figures[f"by_{group}"] = _breakdown(cells, _GROUPED[group])
    figures["timeline"] = _timeline(period, today)
    return figures


def success_rate(completed: int, total: int) -> float:
    """Percent with one decimal; 0.0 when there is nothing."""
    return round(100 * completed / total, 1) if total else 0.0


def _breakdown(cells: QuerySet[Any], column: str) -> dict[str, int]:
    rows = cells.values_list(column).annotate(sum=Sum("n")).order_by("-sum", column)
    return {name: int(n) for name, n in rows if n}


def _timeline(period: Period, today: date) -> list[dict[str, Any]]:
    """One row a day up to today, zeros included."""
    if period is not Period.ALL:
        start = today - timedelta(days=_DAYS[period] - 1)
    else:
        first = CubeCell.objects.order_by("day").values_list("day", flat=True).first()
        if first is None:
            return []
        start = max(min(first, today), today - timedelta(days=MAX_TIMELINE_DAYS - 1))
    rows = CubeCell.objects.filter(day__gte=start).values_list("day").annotate(sum=Sum("n"))
    counts = {day: int(n) for day, n in rows}
    days = (start + timedelta(days=number) for number in range((today - start).days + 1))
    return [{"date": day.isoformat(), "count": counts.get(day, 0)} for day in days]
