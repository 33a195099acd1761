"""Figures, sizes and times as a person reads them."""

from datetime import datetime, timedelta

TIMES = "\N{MULTIPLICATION SIGN}"
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")
_STEP = 1024
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MINUTES_UNTIL = 90 * 60  # seconds; beyond, hours say enough
_DAYS_BY_NAME = 7  # how long ago a time is told as days before it is told as a date


def number(value: int) -> str:
    """``2707`` as ``2,707``."""
    return f"{value:,}"


def count(value: int, one: str, many: str = "") -> str:
    """``1 file``, ``2,707 files``."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def size(value: float) -> str:
    """Bytes in steps of 1024: ``88 KB``, ``2.3 MB``, ``42.5 GB``."""
    amount = float(value)
    unit = _UNITS[0]
    for unit in _UNITS:
        if amount < _STEP or unit == _UNITS[-1]:
            break
        amount /= _STEP
    if unit in ("B", "KB") or amount >= 100:
        return f"{amount:.0f} {unit}"
    return f"{amount:.1f} {unit}"


def duration(seconds: float) -> str:
    """``45 s``, ``2 min 52 s``, ``3 h 5 min``, ``2 days``."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    if whole < 2 * _DAY:
        hours, rest = divmod(whole // _MINUTE, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{whole // _DAY} days"


def about(seconds: float) -> str:
    """A duration with one unit, for what is left: ``45 s``, ``2 min``, ``6 h``."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _MINUTES_UNTIL:
        return f"{round(whole / _MINUTE)} min"
    if whole < 2 * _DAY:
        return f"{round(whole / _HOUR)} h"
    return f"{round(whole / _DAY)} days"


def clip_length(seconds: float) -> str:
    """A video's length as on players: ``0:24``, ``1:08``, ``1:02:03``."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, _HOUR)
    minutes, second = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"


def ago(moment: datetime, now: datetime) -> str:
    """``just now``, ``12 min ago``, ``2 h ago``, ``yesterday``, ``5 days ago``, ``8 Oct``, ``8 Oct 2024``."""
    passed = (now - moment).total_seconds()
    if passed < 0:
        return f"in {about(-passed)}"
    if passed < _MINUTE:
        return "just now"
    if passed < _HOUR:
        return f"{int(passed // _MINUTE)} min ago"
    if passed < _DAY and moment.date() == now.date():
        return f"{int(passed // _HOUR)} h ago"
    days = (now.date() - moment.date()).days
    if days <= 1:
        return "yesterday" if days else f"{int(passed // _HOUR)} h ago"
    if days < _DAYS_BY_NAME:
        return f"{days} days ago"
    return short_date(moment, now)


def short_date(moment: datetime, now: datetime) -> str:
    """``8 Oct``, with the year where it is another one."""
    text = f"{moment.day} {moment:%b}"
    return text if moment.year == now.year else f"{text} {moment.year}"


def day_heading(day: datetime, now: datetime) -> str:
    """``Today``, ``Yesterday``, ``Monday 6 October``, ``6 October 2024``."""
    if day.date() == now.date():
        return "Today"
    if day.date() == (now - timedelta(days=1)).date():
        return "Yesterday"
    if day.year == now.year:
        return f"{day:%A} {day.day} {day:%B}"
    return f"{day.day} {day:%B} {day.year}"


def name_parts(name: str, tail: int = 9) -> tuple[str, str]:
    """A file name in two: the start may be cut by the page, the end with the extension stays."""
    if len(name) <= tail * 2:
        return name, ""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 5:
        return name[:-tail], name[-tail:]
    return stem[: -(tail - len(extension))], f"{stem[-(tail - len(extension)) :]}.{extension}"


def address_words(url: str) -> str:
    """A URL without what says nothing: ``instagram.com/savanna.daily``."""
    text = url.split("://", 1)[-1]
    return text.removeprefix("www.").rstrip("/")
