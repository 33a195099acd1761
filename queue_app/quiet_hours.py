"""Hours in which nothing starts, or all is slower: the settings ``general.quiet_hours`` and its neighbours."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from mediadl.configuration import selectors as configuration

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")
_KIBIBYTE = 1024


def quiet_until(now: datetime) -> datetime | None:
    """When the present quiet hours end; None outside of them. In the server's configured time zone."""
    found = _HOURS.fullmatch(str(configuration.value("general.quiet_hours")))
    if found is None:
        return None
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    local = now.astimezone(ZoneInfo(settings.SCHEDULE_TIME_ZONE))
    at = local.time().replace(tzinfo=None)
    is_quiet = begin <= at < end if begin < end else at >= begin or at < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if at >= end else local.date()
    return datetime.combine(day, end, local.tzinfo)


def stopped_until(now: datetime) -> datetime | None:
    """The same where nothing starts in quiet hours."""
    return quiet_until(now) if configuration.value("general.quiet_hours_action") == "stop" else None


def bytes_per_second(now: datetime) -> int:
    """The present limit of all transfers; 0 means none."""
    limit = int(configuration.value("general.bandwidth_limit_kb"))
    if configuration.value("general.quiet_hours_action") == "slower" and quiet_until(now) is not None:
        slower = int(configuration.value("general.quiet_hours_bandwidth_kb"))
        limit = min(limit, slower) if limit else slower
    return limit * _KIBIBYTE
