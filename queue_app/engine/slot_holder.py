"""How many transfers this drain may run: looked at every second, so that a changed setting works at once."""

from django.db import DatabaseError

from mediadl import clock
from mediadl.net import bandwidth
from mediadl.net.kept_handles import KeptHandles
from queue_app import preferences
from queue_app.engine.feed import Feed
from queue_app.engine.identity import WorkerIdentity
from queue_app.engine.leases import sign_off
from queue_app.engine.pipeline import Pipeline
from queue_app.engine.slots import give_slots_back, hold_slots
from queue_app.engine.timing import SLOT_RENEW_SECONDS, SLOTS_SECONDS
from queue_app.models import Worker
from queue_app.quiet_hours import bytes_per_second


class SlotHolder:
    """Holds slots while there is work, and sets the limits of the feed and of the listings accordingly."""

    def __init__(self, worker: str, feed: Feed, pipeline: Pipeline, handles: KeptHandles) -> None:
        self._worker = worker
        self._feed = feed
        self._pipeline = pipeline
        self._handles = handles
        self._held = 0
        self._wanted = self._limit = -1
        self._looked_at = self._renewed_at = float("-inf")

    def look(self, now: float, *, has_work: bool) -> int:
        """Take, renew or give back slots if it is time to; returns how many are held."""
        starved = has_work and not self._held
        if now - self._looked_at < SLOTS_SECONDS and not (starved and self._wanted == 0):
            return self._held
        self._looked_at = now
        bandwidth.SHARED.limit_to(bytes_per_second(clock.now()))
        limit = preferences.concurrent_downloads()
        wanted = self._wanted_now(limit) if has_work else 0
        unchanged = wanted == self._wanted and limit == self._limit and self._held == wanted
        if not unchanged or now - self._renewed_at > SLOT_RENEW_SECONDS:
            self._held = hold_slots(self._worker, wanted=wanted, limit=limit, now=clock.now())
            self._renewed_at, self._wanted, self._limit = now, wanted, limit
        self._pipeline.grow(self._held)
        per_host = preferences.per_host_connections()
        self._feed.set_limits(allowed=self._held, per_host=per_host)
        self._handles.allow(per_host)
        return self._held

    def close(self, worker: WorkerIdentity) -> None:
        """Give everything back; the worker signs off."""
        try:
            give_slots_back(self._worker)
            sign_off(worker)
        except DatabaseError:
            return  # the leases expire by themselves, and the reaper removes the row

    def _wanted_now(self, limit: int) -> int:
        """All of them, or what can be used where another worker may need the rest."""
        if Worker.objects.exclude(name=self._worker).exists():
            items, media = self._feed.wants()
            return min(limit, max(items, media) + 1)
        return limit
