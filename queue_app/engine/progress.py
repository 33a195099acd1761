"""Twice a second: one progress event for each running item, all in one transaction."""

import threading
import time
from datetime import timedelta

import structlog

from mediadl import failpoints
from mediadl.events.progress import progress_key
from mediadl.events.services import Event
from queue_app.engine.committer import Committer
from queue_app.engine.feed import Feed
from queue_app.engine.progress_data import current_name, percent, progress_data
from queue_app.engine.running import RunningItem
from queue_app.engine.timing import PROGRESS_SECONDS, SPEED_WINDOW_SECONDS
from queue_app.engine.writer_ledger import WriterLedger

log = structlog.get_logger("Queue")


class ProgressTicker:
    """A thread that measures speeds and has the committer publish what changed."""

    def __init__(self, feed: Feed, committer: Committer) -> None:
        self._feed = feed
        self._committer = committer
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def start(self) -> None:
        """Start ticking."""
        self._thread.start()

    def close(self) -> None:
        """Stop ticking."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(PROGRESS_SECONDS):
            try:
                self.tick()
            except Exception:
                log.exception("Progress could not be published")

    def tick(self) -> None:
        """Publish the progress of all running items; waits until it is committed."""
        moment = time.monotonic()
        shown = [running for running in self._feed.running() if not running.ending and not running.stop.is_set()]
        speeds = {running: measure(running, moment) for running in shown}
        if shown:
            self._committer.submit(
                lambda ledger: publish_progress(ledger, speeds, moment), owners=list(speeds)
            ).result()


def measure(running: RunningItem, moment: float) -> float:
    """Bytes a second, as the mean over the last five seconds."""
    total = running.finished_bytes + sum(max(0, task.bytes_done - task.bytes_start) for task in list(running.in_flight))
    samples = running.samples
    samples.append((moment, total))
    while len(samples) > 2 and moment - samples[0][0] > SPEED_WINDOW_SECONDS:
        samples.popleft()
    seconds = moment - samples[0][0]
    if seconds <= 0:
        seconds, first = max(moment - running.started, 0.001), 0
    else:
        first = samples[0][1]
    return max(0.0, (total - first) / seconds)


def publish_progress(ledger: WriterLedger, speeds: dict[RunningItem, float], moment: float) -> None:
    """Write what changed since it was last shown, into the rows and the outbox."""
    failpoints.reach("engine.before_progress")
    for running, speed in speeds.items():
        if not running.is_held or running.ending:
            continue
        item = running.item
        done = percent(running)
        state = (done, item.items_downloaded, item.items_total, current_name(running), round(speed))
        if state == running.shown:
            continue
        eta = _eta_seconds(running, moment)
        estimated = ledger.now + timedelta(seconds=eta) if eta is not None else None
        item.progress, item.estimated_completion = done, estimated
        ledger.save(running)
        running.shown = state
        ledger.event(
            Event("download_progress", progress_data(running, speed=speed, eta_seconds=eta), key=progress_key(item.pk))
        )


def _eta_seconds(running: RunningItem, moment: float) -> int | None:
    done = running.shown_progress - running.first_progress
    elapsed = moment - running.started
    if done <= 0 or elapsed <= 0:
        return None
    return round(elapsed * (100 - running.shown_progress) / done)
