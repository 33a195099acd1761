"""Hosts and downloaders that told everybody to wait: stored, so that it holds over restarts."""

from datetime import datetime, timedelta

from django.db.models import F

from mediadl.media import MediaError
from queue_app.engine.retries import told_delay_seconds
from queue_app.models import HostWait


def told_to_wait(key: str, error: MediaError, now: datetime) -> tuple[datetime, int]:
    """Remember a wait, inside the caller's transaction; returns until when, and how many in a row.

    Several answers to requests that were on their way together count as one.
    """
    until = now + timedelta(seconds=told_delay_seconds(error))
    known = HostWait.objects.select_for_update().filter(key=key).first()
    if known is None:
        HostWait.objects.create(key=key, until=until, times=1)
        return until, 1
    if known.until > now:
        until = max(until, known.until)
        HostWait.objects.filter(key=key).update(until=until)
        return until, known.times
    HostWait.objects.filter(key=key).update(until=until, times=F("times") + 1)
    return until, known.times + 1


def answered(keys: set[str]) -> None:
    """These answered again: their waits in a row start from the beginning."""
    HostWait.objects.filter(key__in=keys).delete()


def waiting_hosts(now: datetime) -> dict[str, datetime]:
    """The keys that must wait, and until when."""
    return dict(HostWait.objects.filter(until__gt=now).values_list("key", "until"))
