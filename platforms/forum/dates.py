"""When a post was written: attributes where there are any, else the text that a guest is shown.

What says no time zone is in the forum's own, which its pages name at their foot.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from selectolax.lexbor import LexborNode

from mediadl import clock

_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_EPOCH_ATTRIBUTES = ("data-time", "data-timestamp", "data-unix", "data-date")
_TEXT_ATTRIBUTES = ("datetime", "title", "content", "data-original-title")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?\s*([ap])?\.?m?\b", re.IGNORECASE)
_WORDED = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s+([^\W\d_]{3,})|([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?)\.?,?\s+(\d{4})\b"
)
_NUMBERED = re.compile(r"\b(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})\b")
_ZONE = re.compile(
    r"(?:All times are|times are in|Alle Zeitangaben)\D{0,20}(?:GMT|UTC|WEZ)\s*(?:([+-])\s*(\d{1,2})(?::?(\d\d))?)?",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan", "feb fév", "mar mär mrz", "apr avr", "may mai maj", "jun juin", "jul juil", "aug aoû ago", "sep",
         "oct okt", "nov", "dec dez déc dic"), start=1
    )
    for name in names.split()
}  # fmt: skip


def zone_of(root: LexborNode) -> timezone:
    """The time zone that the page says its times are in; UTC where it does not say."""
    found = _ZONE.search(root.text(separator=" ")[-20_000:])
    if found is None or not found[1]:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset >= timedelta(hours=15):
        return UTC
    return timezone(-offset if found[1] == "-" else offset)


def moment_of(node: LexborNode | None, zone: timezone) -> datetime | None:
    """The moment that an element names (UTC), or None."""
    if node is None:
        return None
    attributes = node.attributes
    for name in _EPOCH_ATTRIBUTES:
        if found := epoch(attributes.get(name) or ""):
            return found
    texts = [attributes.get(name) or "" for name in _TEXT_ATTRIBUTES]
    texts.append(" ".join(node.text(separator=" ").split())[:200])
    return next((found for text in texts if (found := read_moment(text, zone))), None)


def epoch(value: object) -> datetime | None:
    """Seconds or milliseconds since 1970, as a number or text."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{9,13}(?:\.\d+)?", str(value)):
        return None
    number = float(str(value))
    return _plausible(datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC))


def read_moment(text: object, zone: timezone = UTC) -> datetime | None:
    """The moment in a text: ISO, a date in words or numbers with a time of day, today, yesterday."""
    if not isinstance(text, str) or not text:
        return None
    if iso := _ISO.search(text):
        found = datetime.fromisoformat(iso[0])
        return _plausible(found if found.tzinfo else found.replace(tzinfo=zone))
    day = _day(text, zone)
    if day is None:
        return None
    time = _CLOCK.search(re.sub(_NUMBERED, " ", text))
    hour, minute, second = (int(time[1]), int(time[2]), int(time[3] or 0)) if time else (0, 0, 0)
    if time and time[4]:
        hour = hour % 12 + (12 if time[4].lower() == "p" else 0)
    try:
        return _plausible(datetime(*day, hour, minute, second, tzinfo=zone))
    except ValueError:
        return None


def _day(text: str, zone: timezone) -> tuple[int, int, int] | None:
    lowered = text.lower()
    for word, days in (("today", 0), ("heute", 0), ("yesterday", 1), ("gestern", 1)):
        if word in lowered:
            that = clock.now().astimezone(zone) - timedelta(days=days)
            return that.year, that.month, that.day
    if worded := _WORDED.search(text):
        month = _MONTHS.get((worded[2] or worded[3]).lower()[:3]) or _MONTHS.get((worded[2] or worded[3]).lower()[:4])
        return (int(worded[5]), month, int(worded[1] or worded[4])) if month else None
    if numbered := _NUMBERED.search(text):
        first, separator, second, third = numbered.groups()
        if len(first) == 4:
            return int(first), int(second), int(third)
        if len(third) != 4:
            return None
        day_first = separator == "." or int(first) > 12
        return int(third), int(second if day_first else first), int(first if day_first else second)
    return None


def _plausible(moment: datetime) -> datetime | None:
    found = moment.astimezone(UTC)
    return found if _OLDEST < found < clock.now() + timedelta(days=2) else None
