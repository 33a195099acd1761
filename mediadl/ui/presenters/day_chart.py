"""The chart of downloads over time, as figures for an SVG without a viewBox: all places in percent."""

from dataclasses import dataclass

from mediadl import clock
from mediadl.stats.timelines import Bucket, Period, Row, rows
from mediadl.ui.words import count, number

_BUCKETS = {Period.WEEK: Bucket.DAY, Period.MONTH: Bucket.DAY, Period.YEAR: Bucket.WEEK}
_GAP = 0.34  # of a column's width
_LEAST_FAILED = 2.6  # percent of the height: at least 4 px
_LABELS = 5
PERIODS = (("week", "Week"), ("month", "Month"), ("year", "Year"))
_SPACE_BETWEEN = 0.9  # percent between the done and the failed part


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: its place, its two heights, and what its tip says."""

    x: float
    width: float
    middle: float
    hit_x: float
    hit_width: float
    y: float
    height: float
    failed_y: float
    failed_height: float
    title: str
    words: str
    label: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns, the values of the three hairlines from below, and the same as text."""

    period: str
    columns: list[Column]
    ticks: list[int]
    total: int
    bucket_word: str


def _step(highest: int) -> int:
    """The value of the middle line: a round number of which two cover the highest bar."""
    magnitude = 1
    while True:
        for factor in (1, 2, 4, 5):
            if 2 * factor * magnitude >= highest:
                return factor * magnitude
        magnitude *= 10


def _title(row: Row, bucket: Bucket) -> str:
    day = f"{row.start:%a} {row.start.day} {row.start:%B}"
    return f"Week of {day}" if bucket is Bucket.WEEK else day


def _words(row: Row) -> str:
    if not row.success and not row.failed:
        return "Nothing"
    return f"{number(row.success)} done" + (f", {number(row.failed)} failed" if row.failed else "")


def _column(row: Row, index: int, total: int, top: int, bucket: Bucket) -> Column:
    slot = 100 / total
    height = 100 * row.success / top
    failed = max(_LEAST_FAILED, 100 * row.failed / top) if row.failed else 0.0
    last = index == total - 1
    every = max(1, round((total - 1) / (_LABELS - 1)))
    label = f"{row.start.day} {row.start:%b}" if (total - 1 - index) % every == 0 else ""
    return Column(
        x=round(index * slot + slot * _GAP / 2, 3),
        width=round(slot * (1 - _GAP), 3),
        middle=round((index + 0.5) * slot, 3),
        hit_x=round(index * slot, 3),
        hit_width=round(slot, 3),
        y=round(100 - height, 2),
        height=round(height, 2),
        failed_y=round(100 - height - failed - (_SPACE_BETWEEN if height else 0), 2),
        failed_height=round(failed, 2),
        title=_title(row, bucket),
        words=_words(row),
        label="Today" if last and bucket is Bucket.DAY else label,
        is_last=last and row.start <= clock.now(),
    )


def chart(period: str) -> Chart:
    """The chart of a ``week``, ``month`` or ``year``; anything else is a month."""
    chosen = Period(period) if period in ("week", "year") else Period.MONTH
    bucket = _BUCKETS[chosen]
    found = rows(chosen, bucket)
    highest = max((row.success + row.failed for row in found), default=0)
    step = _step(max(1, highest))
    return Chart(
        period=chosen.value,
        columns=[_column(row, index, len(found), 2 * step, bucket) for index, row in enumerate(found)],
        ticks=[0, step, 2 * step],
        total=sum(row.success for row in found),
        bucket_word=count(len(found), bucket.value),
    )
