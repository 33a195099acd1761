"""The life of one drain: claiming, watching, and handing everything back at its end."""

import threading
import time
from contextlib import ExitStack

import structlog
from django.conf import settings
from django.db import connections

from mediadl.net.kept_handles import KeptHandles
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.claiming import Claiming
from queue_app.engine.committer import Committer
from queue_app.engine.control import Control
from queue_app.engine.feed import Feed
from queue_app.engine.heartbeat import Heartbeat
from queue_app.engine.identity import own_identity
from queue_app.engine.leases import heartbeat
from queue_app.engine.lister_pool import ListerPool
from queue_app.engine.pipeline import Pipeline
from queue_app.engine.progress import ProgressTicker
from queue_app.engine.running import RunningItem
from queue_app.engine.slot_holder import SlotHolder
from queue_app.engine.stop_flag import StopFlag
from queue_app.engine.tidying import tidy_up
from queue_app.engine.timing import (
    END_GRACE_SECONDS,
    LINGER_SECONDS,
    LONGEST_DRAIN_SECONDS,
    LOOP_SECONDS,
    STOP_SECONDS,
    UNWIND_SECONDS,
)

log = structlog.get_logger("Queue")


class DrainSession:
    """Works the queue off with all slots that it can get.

    Args:
        flag: asks to hand everything back and end.
        linger_seconds: how long it waits for new work when there is none.
    """

    def __init__(self, flag: StopFlag, *, linger_seconds: float | None = None) -> None:
        self._flag = flag
        self._linger = LINGER_SECONDS if linger_seconds is None else linger_seconds
        self._identity = own_identity()
        self._wake = threading.Event()
        self._feed = Feed()
        self._proxy = ChildProxy()
        self._handles = KeptHandles(per_host=1)
        self._committer = Committer(
            self._feed, on_change=self._wake.set, on_expired=self._renew, on_disk_trouble=self._disk_refused
        )
        self._listers = ListerPool(self._feed, self._committer, self._proxy, self._handles)
        self._pipeline = Pipeline(self._feed, self._committer, self._proxy)
        self._ticker = ProgressTicker(self._feed, self._committer)
        self._heartbeat = Heartbeat(self._identity)
        self._slots = SlotHolder(self._identity.name, self._feed, self._pipeline, self._handles)
        self._claiming = Claiming(self._identity.name, self._feed, self._committer, self._listers.begin)
        self._control = Control(self._feed, self._committer)
        self.time_is_over = False
        """It ended since it had run for long enough, not since there was nothing to do."""

    @property
    def is_broken(self) -> bool:
        """It ended since a part of it failed."""
        return self._feed.is_broken

    def run(self) -> None:
        """Work until there is nothing to do, the time is over, or the flag is set."""
        heartbeat(self._identity)
        if self._claiming.sees_work(time.monotonic()):
            self._pipeline.warm_up()
        for part in (self._committer, self._heartbeat, self._ticker):
            part.start()
        try:
            tidy_up()
            self._control.expect_waits()
            self._loop()
        finally:
            self._shut_down()

    def _loop(self) -> None:
        began = idle_since = period_began = time.monotonic()
        while not self._flag.is_set() and not self._feed.is_broken:
            now = time.monotonic()
            self._control.look(now)
            self._listers.flush_old(now)
            self._listers.start_waiting(now)
            may_claim = now - period_began < settings.DRAIN_CLAIM_SECONDS
            has_work = bool(self._feed.running())
            held = self._slots.look(now, has_work=has_work or self._claiming.sees_work(now))
            self._listers.allow(held)
            if may_claim and held:
                self._claiming.look(now, held)
            if self._feed.running():
                idle_since = now
            else:
                self._handles.hang_up()  # no site need keep connections that nothing asks over
                if not may_claim or now - idle_since > self._linger:
                    self.time_is_over = not may_claim
                    return
            if now - began > LONGEST_DRAIN_SECONDS:
                self.time_is_over = True
                return
            if now - period_began > settings.DRAIN_CLAIM_SECONDS + END_GRACE_SECONDS:
                period_began = now  # a long transfer must not keep others waiting
            self._wake.wait(LOOP_SECONDS)
            self._wake.clear()

    def _shut_down(self) -> None:
        """Hand back what runs, with its partial files, and let every thread end, whatever fails on the way."""
        with ExitStack() as parts:  # ended from the last to the first
            parts.callback(connections.close_all)
            parts.callback(self._proxy.close)
            parts.callback(self._slots.close, self._identity)
            parts.callback(self._heartbeat.close)
            parts.callback(self._committer.close)
            parts.callback(self._handles.close)
            parts.callback(self._listers.close)
            parts.callback(self._pipeline.close)
            parts.callback(self._ticker.close)
            self._feed.close()
            self._hand_back()

    def _hand_back(self) -> None:
        """What a part of the engine failed with is left to its lease instead: as a death, which counts."""
        if self.is_broken:
            self._control.leave_all()
        else:
            self._control.hand_back_all("")
        deadline = time.monotonic() + STOP_SECONDS
        while self._feed.running() and time.monotonic() < deadline:
            self._control.unwind()
            self._listers.start_waiting(time.monotonic())  # each ends only once it has seen that it is stopped
            self._wake.wait(UNWIND_SECONDS)
            self._wake.clear()
        for running in self._feed.running():
            if not running.lost:
                log.warning("An item did not stop in time; its lease is given back", queue_id=running.item.pk)
                self._control.give_back(running)

    def _renew(self, running: RunningItem) -> None:
        if tasks := self._feed.take_expired(running):
            self._listers.renew(running, tasks)

    def _disk_refused(self) -> None:
        self._control.disk_refused()
        self._wake.set()
