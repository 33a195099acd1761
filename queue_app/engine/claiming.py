"""When a drain claims, and how many items: as many as have a slot, and a little ahead at a high rate."""

import math
import time
from collections.abc import Callable

import structlog

from mediadl import clock
from queue_app.blocks import Blocks, read_blocks
from queue_app.engine.claims import SUSPECT_DEATHS, claim, has_claimable
from queue_app.engine.committer import Committer
from queue_app.engine.feed import Feed
from queue_app.engine.running import RunningItem
from queue_app.engine.timing import BLOCKS_SECONDS, LOOP_SECONDS
from queue_app.models import QueueItem

_AHEAD_SECONDS = 0.4  # from a claim to the first byte: a commit's window, the commit, a look at the site
_MOST_AHEAD = 128
_SLOW_LOOK_SECONDS = 0.005  # a look for work that takes longer is made once a second only
_SELDOM_SECONDS = 1.0
log = structlog.get_logger("Queue")


class Claiming:
    """Claims items for one worker.

    Args:
        begin: starts the listing of a claimed item.
    """

    def __init__(self, worker: str, feed: Feed, committer: Committer, begin: Callable[[RunningItem], None]) -> None:
        self._worker = worker
        self._feed = feed
        self._committer = committer
        self._begin = begin
        self._blocks: Blocks | None = None
        self._blocks_at = float("-inf")
        self._next_look = float("-inf")
        self._saw_work = False

    def sees_work(self, now: float) -> bool:
        """Whether something could be claimed, as of a moment ago."""
        if now >= self._next_look:
            moment = clock.now()
            started = time.monotonic()
            self._saw_work = has_claimable(moment, self._current_blocks(now))
            took = time.monotonic() - started
            if not self._saw_work:
                self._next_look = now + (_SELDOM_SECONDS if took > _SLOW_LOOK_SECONDS else LOOP_SECONDS)
        return self._saw_work

    def look(self, now: float, held_slots: int) -> None:
        """Claim what there is room for."""
        running = self._feed.running()
        if any(one.item.deaths >= SUSPECT_DEATHS for one in running):
            return  # it runs alone
        active, _media = self._feed.wants()
        room = held_slots + self._ahead(held_slots) - active
        if room < 1 or not self.sees_work(now):
            return
        blocks, alone = self._current_blocks(now), not running
        answer = self._committer.submit(
            lambda ledger: claim(ledger, self._worker, limit=room, blocks=blocks, alone=alone)
        )
        try:
            items: list[QueueItem] = answer.result()
        except Exception:
            log.exception("Items could not be claimed; it is tried again")
            self._next_look = now + _SELDOM_SECONDS
            return
        self._saw_work = len(items) == room
        for item in items:
            started = RunningItem(item, time.monotonic(), shown_progress=item.progress, first_progress=item.progress)
            self._feed.add_item(started)
            self._begin(started)

    def _ahead(self, held_slots: int) -> int:
        """As many as the slots could use up while the next ones are claimed and listed.

        None where files take long: then only as many items run as there are slots.
        """
        seconds = self._feed.mean_transfer_seconds()
        if not seconds:
            return 0
        return min(_MOST_AHEAD, math.floor(held_slots * _AHEAD_SECONDS / seconds))

    def _current_blocks(self, now: float) -> Blocks:
        if self._blocks is None or now - self._blocks_at > BLOCKS_SECONDS:
            self._blocks, self._blocks_at = read_blocks(clock.now()), now
        return self._blocks
