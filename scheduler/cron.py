"""Cron schedules in a time zone: when they are due, and how a person would say them.

A schedule is matched on the zone's wall clock (spec: api-decisions, Scheduler): a time that does
not exist on the day the clocks go forward is due once, right after the gap; a time that comes
twice when they go back is due once, the first time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cron_descriptor import CasingTypeEnum, Options, get_description
from cronsim import CronSim, CronSimError

WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
FIELDS = 5
MAX_LENGTH = 120
_DAYS: dict[tuple[str, ...], str] = {
    ("*", "*", "*"): "Every day",
    ("*", "*", "1-5"): "On weekdays",
}  # day of month, month, day of week
_ANY_DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - a wall clock's time, without a zone


class ScheduleError(ValueError):
    """Not a schedule, or one that never fires; the text says why."""


def fields_of(schedule: str) -> str:
    """The five fields behind a schedule, which may be a word such as ``@hourly``.

    Raises:
        ScheduleError: it cannot be read, or is never due.
    """
    text = " ".join(schedule.split())
    if len(text) > MAX_LENGTH:
        raise ScheduleError(f"A schedule has at most {MAX_LENGTH} characters.")
    expression = WORDS.get(text.lower(), text)
    if expression.startswith("@"):
        raise ScheduleError(f"There is no schedule {text}; the words are {', '.join(WORDS)}.")
    if len(expression.split(" ")) != FIELDS:
        raise ScheduleError("A schedule has five fields: minute, hour, day of month, month, day of week.")
    try:
        next(CronSim(expression, _ANY_DAY))
    except CronSimError as error:
        raise ScheduleError(f"Not a schedule that can be due: {str(error).lower()}.") from error
    except StopIteration as error:
        raise ScheduleError("This schedule is never due: there is no such day.") from error
    return expression


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a wall-clock time: the first of two; for one that does not exist, the gap's end."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    before, after = wall.replace(tzinfo=zone, fold=0).utcoffset(), wall.replace(tzinfo=zone, fold=1).utcoffset()
    low, high = sorted((wall - (before or timedelta()), wall - (after or timedelta())))
    return _gap_end(low.replace(tzinfo=UTC), high.replace(tzinfo=UTC), zone)


def _gap_end(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first second in ``low``..``high`` with the later offset, found by halving."""
    later = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == later else (middle, high)
    return high.replace(microsecond=0)


def due_times(schedule: str, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every moment (UTC, rising) later than ``after`` at which ``schedule`` is due."""
    wall_clock = after.astimezone(zone).replace(tzinfo=None, fold=0)
    last = after
    for wall in CronSim(fields_of(schedule), wall_clock):
        moment = _instant(wall, zone)
        if moment > last:
            last = moment
            yield moment


def next_due(schedule: str, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment later than ``after``, or None where there is none in the next 50 years."""
    return next(due_times(schedule, after, zone), None)


def in_words(schedule: str) -> str:
    """The schedule in plain English: ``Every 4 hours``.

    Raises:
        ScheduleError: it cannot be read.
    """
    options = Options()
    options.use_24hour_time_format = True
    options.casing_type = CasingTypeEnum.Sentence
    expression = fields_of(schedule)
    words = str(get_description(expression, options))
    days = _DAYS.get(tuple(expression.split(" ")[2:]))
    if days and words.startswith("At "):  # "At 03:00, Monday through Friday"
        return f"{days} at {words.removeprefix('At ').partition(', Monday through Friday')[0]}"
    return words
