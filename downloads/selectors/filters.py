"""What a list of downloads is narrowed to, as SQL over the downloads and over the cube."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

EXACT_FIELDS = ("platform", "downloader", "collection", "source", "content_type", "media_type", "status", "upgraded")


@dataclass(frozen=True, slots=True)
class DownloadFilters:
    """All given ones must match. ``date_from`` and ``date_to`` are UTC days, both inclusive.

    Attributes:
        search: a case-insensitive part of the URL or the file name.
    """

    platform: str | None = None
    downloader: str | None = None
    collection: str | None = None
    source: str | None = None
    content_type: str | None = None
    media_type: str | None = None
    status: str | None = None
    upgraded: bool | None = None
    kept: bool | None = None
    tag: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    search: str = ""

    @property
    def exact(self) -> dict[str, Any]:
        """The filters that the cube knows, without the days."""
        values = {name: getattr(self, name) for name in EXACT_FIELDS}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def in_cube(self) -> bool:
        """Whether the cube alone can count the matches."""
        return self.kept is None and self.tag is None and not self.search


@dataclass(slots=True)
class Where:
    """Conditions joined by AND, with their parameters."""

    conditions: list[str]
    parameters: list[Any]

    def add(self, condition: str, *parameters: Any) -> None:
        """One more condition."""
        self.conditions.append(condition)
        self.parameters.extend(parameters)

    @property
    def sql(self) -> str:
        """``WHERE ...``, or nothing."""
        return "WHERE " + " AND ".join(self.conditions) if self.conditions else ""

    def copy(self) -> "Where":
        """Another one with the same conditions."""
        return Where(list(self.conditions), list(self.parameters))

    def by_index_of(self, column: str | None) -> "Where":
        """The same, written so that SQLite uses no other filter's index than ``column``'s.

        It has no statistics to choose by; without ``column`` it takes the sort's own index, or the
        wide one. PostgreSQL chooses well by itself.
        """
        if connection.vendor != "sqlite":
            return self
        return Where(
            [_unindexed(text) if text != f"d.{column} = %s" else text for text in self.conditions], self.parameters
        )


_EXACT_CONDITION = re.compile(rf"^d\.({'|'.join(EXACT_FIELDS)}) = %s$")


def _unindexed(condition: str) -> str:
    return re.sub(_EXACT_CONDITION, r"+d.\1 = %s", condition)


def where_downloads(filters: DownloadFilters) -> Where:
    """Over ``downloads_download d``; without the search."""
    where = Where([], [])
    for name, value in filters.exact.items():
        where.add(f"d.{name} = %s", value)
    if filters.kept is not None:
        where.add("d.kept" if filters.kept else "NOT d.kept")
    if filters.tag is not None:
        where.add("d.id IN (SELECT download_id FROM downloads_downloadtag WHERE name = %s)", filters.tag.lower())
    if filters.date_from:
        where.add("d.download_date >= %s", day_start(filters.date_from))
    if filters.date_to and (end := following_day(filters.date_to)):
        where.add("d.download_date < %s", day_start(end))
    return where


def where_cube(filters: DownloadFilters) -> Where:
    """Over ``downloads_cubecell``; only what the cube knows."""
    where = Where([], [])
    for name, value in filters.exact.items():
        where.add(f"{name} = %s", value)
    if filters.date_from:
        where.add("day >= %s", filters.date_from.isoformat())
    if filters.date_to:
        where.add("day <= %s", filters.date_to.isoformat())
    return where


def following_day(day: date) -> date | None:
    """The day after ``day``; None after the last there is."""
    return None if day == date.max else day + timedelta(days=1)


def day_start(day: date) -> Any:
    """The first moment of a UTC day, as the database's columns hold moments."""
    return connection.ops.adapt_datetimefield_value(datetime.combine(day, time(), UTC))
