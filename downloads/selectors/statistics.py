"""``GET /downloads/stats``: sums of the cube."""

from collections import Counter
from datetime import UTC, date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from downloads.models import CubeCell, CubeHour, CubeMonth, CubeTotal
from downloads.selectors.library_state import Library, library_since
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
_LONG = frozenset({Period.MONTH, Period.YEAR})
# "by_platform" tells third-party downloaders apart, as folders do (api-decisions, collection).
_GROUPED = {GroupBy.PLATFORM: "collection", GroupBy.SOURCE: "source", GroupBy.CONTENT_TYPE: "content_type"}


class _Sum(NamedTuple):
    """The downloads that share these values."""

    collection: str
    source: str
    content_type: str
    status: str
    n: int
    bytes: int

    def taken_away(self) -> "_Sum":
        """The same as a difference."""
        return self._replace(n=-self.n, bytes=-self.bytes)


def stats(period: Period | str = Period.ALL, group_by: GroupBy | str | None = None) -> dict[str, Any]:
    """The figures of ``period``; ``group_by`` leaves the other breakdowns out.

    Raises:
        ValueError: no such period or group.
    """
    period = Period(period)
    groups = [GroupBy(group_by)] if group_by else list(GroupBy)
    today = clock.now().astimezone(UTC).date()
    sums = _remembered_sums(period, today)
    total = sum(row.n for row in sums)
    completed = sum(row.n for row in sums if row.status == "completed")
    figures: dict[str, Any] = {
        "total_downloads": total,
        "completed": completed,
        "failed": total - completed,
        "success_rate": success_rate(completed, total),
        "total_size_bytes": sum(row.bytes for row in sums),
    }
    for group in groups:
        figures[f"by_{group}"] = _breakdown(sums, _GROUPED[group])
    figures["timeline"] = _timeline(period, today)
    return figures


def success_rate(completed: int, total: int) -> float:
    """Percent with one decimal; 0.0 when there is nothing."""
    return round(100 * completed / total, 1) if total else 0.0


_remembered: dict[Period, tuple[date, Library, list[_Sum]]] = {}


def forget_sums() -> None:
    """Start anew: the database went back in time, as it does between tests."""
    _remembered.clear()


def _remembered_sums(period: Period, today: date) -> list[_Sum]:
    """The period's sums, made once for a day and a state of the library."""
    library, _added = library_since(None)
    last = _remembered.get(period)
    if last is not None and last[:2] == (today, library):
        return last[2]
    sums = _sums(period, today)
    _remembered[period] = (today, library, sums)
    return sums


def _sums(period: Period, today: date) -> list[_Sum]:
    """From few rows of the cube: all days at once, some days, or months with days added or taken away."""
    if period is Period.ALL:
        return _sums_of(CubeTotal.objects.all())
    first = today - timedelta(days=_DAYS[period] - 1)
    if period not in _LONG:
        return _sums_of(CubeCell.objects.filter(day__gte=first))
    month = first.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    if first - month < following - first:
        before = _sums_of(CubeCell.objects.filter(day__gte=month, day__lt=first))
        return _sums_of(CubeMonth.objects.filter(month__gte=month)) + [row.taken_away() for row in before]
    days = CubeCell.objects.filter(day__gte=first, day__lt=following)
    return _sums_of(days) + _sums_of(CubeMonth.objects.filter(month__gte=following))


def _sums_of(cells: QuerySet[Any]) -> list[_Sum]:
    grouped = cells.values_list("collection", "source", "content_type", "status")
    return [_Sum(*row) for row in grouped.annotate(count=Sum("n"), size=Sum("bytes"))]


def _breakdown(sums: list[_Sum], column: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in sums:
        counts[getattr(row, column)] += row.n
    return {name: n for name, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n}


def _timeline(period: Period, today: date) -> list[dict[str, Any]]:
    """One row a day up to today, zeros included."""
    if period is not Period.ALL:
        start = today - timedelta(days=_DAYS[period] - 1)
    else:
        first = CubeHour.objects.order_by("day").values_list("day", flat=True).first()
        if first is None:
            return []
        start = max(min(first, today), today - timedelta(days=MAX_TIMELINE_DAYS - 1))
    rows = CubeHour.objects.filter(day__gte=start).values_list("day").annotate(sum=Sum("n"))
    counts = {day: int(n) for day, n in rows}
    days = (start + timedelta(days=number) for number in range((today - start).days + 1))
    return [{"date": day.isoformat(), "count": counts.get(day, 0)} for day in days]
