"""What a schedule means: in words, with its next five times, or what is wrong with it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from mediadl import clock
from mediadl.ui.words import about
from scheduler.cron import ScheduleError, due_times, in_words
from scheduler.services import schedule_zone

PRESETS = (
    ("Hourly", "0 * * * *"),
    ("Every 4 h", "0 */4 * * *"),
    ("Daily", "0 6 * * *"),
    ("Weekly", "0 6 * * 1"),
)
FIELD_NAMES = ("minute", "hour", "day", "month", "weekday")
_NEXT_TIMES = 5


@dataclass(frozen=True, slots=True)
class Due:
    """One of the next times, on the schedule's own clock."""

    words: str
    until: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A schedule in words; ``error`` instead where it cannot be used."""

    words: str = ""
    zone: str = ""
    times: list[Due] = field(default_factory=list)
    error: str = ""


def _day_words(moment: datetime, today: datetime) -> str:
    if moment.date() == today.date():
        return "Today"
    if moment.date() == (today + timedelta(days=1)).date():
        return "Tomorrow"
    return f"{moment:%a} {moment.day} {moment:%b}"


def preview(schedule: str) -> Preview:
    """The preview of what somebody typed."""
    zone, now = schedule_zone(), clock.now()
    try:
        times = list(islice(due_times(schedule, now, zone), _NEXT_TIMES))
        words = in_words(schedule)
    except ScheduleError as error:
        return Preview(error=str(error))
    today = now.astimezone(zone)
    return Preview(
        words=words,
        zone=str(zone),
        times=[
            Due(
                f"{_day_words(at.astimezone(zone), today)}, {at.astimezone(zone):%H:%M}",
                f"in {about((at - now).total_seconds())}",
            )
            for at in times
        ],
    )
