"""``Retry-After``: seconds or a date, never longer than a day."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mediadl import clock
from mediadl.net.headers import HeaderMap

RETRY_AFTER_CAP_SECONDS = 24 * 3600.0


def retry_after_seconds(headers: HeaderMap) -> float | None:
    """How long the site asks to wait, 0..24 h; None where it does not say so in a way that can be read."""
    values = headers.all("Retry-After")
    if not values:
        return None
    text = values[0].strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text)
    else:
        moment = parse_http_date(text)
        if moment is None:
            return None
        seconds = (moment - clock.now()).total_seconds()
    return min(max(seconds, 0.0), RETRY_AFTER_CAP_SECONDS)


def parse_http_date(text: str) -> datetime | None:
    """An HTTP date in UTC, in any of its three forms; None if it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
