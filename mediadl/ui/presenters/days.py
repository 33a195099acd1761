"""Tiles in groups of a day, with the day's own figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby

from downloads.selectors import DownloadFilters
from mediadl import clock
from mediadl.ui.presenters.tiles import Tile
from mediadl.ui.selectors.facets import day_sums
from mediadl.ui.words import day_heading


@dataclass(frozen=True, slots=True)
class Day:
    """One day's tiles; ``continues`` where the page before began this day."""

    day: date
    heading: str
    files: int
    size: int
    tiles: list[Tile]
    continues: bool


def days_of(tiles: Iterable[Tile], filters: DownloadFilters, after: str = "") -> list[Day]:
    """The groups of a page of tiles that are sorted by download date."""
    groups = [(day, list(group)) for day, group in groupby(tiles, key=lambda tile: tile.date.date())]
    sums = day_sums([day for day, _ in groups], filters)
    now = clock.now()
    return [
        Day(
            day=day,
            heading=day_heading(datetime.combine(day, time(), UTC), now),
            files=sums.get(day, (0, 0))[0],
            size=sums.get(day, (0, 0))[1],
            tiles=group,
            continues=day.isoformat() == after,
        )
        for day, group in groups
    ]
