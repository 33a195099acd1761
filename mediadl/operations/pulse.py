"""The supervisor's second thread: whatever touches a database or a socket, so its first never waits."""

import http.client
import threading
import time
from collections.abc import Callable

import structlog
from django.db import close_old_connections

from mediadl.operations import tick
from mediadl.operations.lookout import LOOK_EVERY_SECONDS, Lookout
from mediadl.operations.ping import PingWatch
from queue_app.liveness import last_ping

SCHEDULE_EVERY_SECONDS = 10.0
WATCH_EVERY_SECONDS = 1.0
READY_POLL_SECONDS = 0.1
WEB_PROBE_EVERY_SECONDS = 15.0
WEB_PROBE_TIMEOUT_SECONDS = 20.0
WEB_SILENCES_ALLOWED = 3  # in a row, so a busy web process is not taken for a hung one

log = structlog.get_logger("System")


class Pulse:
    """Pings the cluster, probes the web process, runs the reaper and all registered ticks.

    Args:
        host: where the web process listens, as an address that can be connected to.
        port: its port.
        path: its health page.
        on_web_ready: called once, at the first answered page.
        on_dead: called with the name of a child that must be killed and started again.
        wait_scale: see :class:`PingWatch`.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        path: str,
        on_web_ready: Callable[[], None],
        on_dead: Callable[[str], None],
        wait_scale: float = 1.0,
    ) -> None:
        self._host, self._port, self._path = host, port, path
        self._on_web_ready = on_web_ready
        self._on_dead = on_dead
        self._stopping = threading.Event()
        self._cluster_restarted = threading.Event()
        self._web_silences = 0
        self._watch = PingWatch(_send_ping, last_ping, time.monotonic, wait_scale=wait_scale)
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Start beating."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what runs now; does not wait for it."""
        self._stopping.set()

    def cluster_started(self) -> None:
        """The cluster was started again (called from the main thread)."""
        self._cluster_restarted.set()

    def _run(self) -> None:
        while not self._answers(timeout=2.0):
            if self._stopping.wait(READY_POLL_SECONDS):
                return
        self._on_web_ready()
        ticks = [
            tick.Tick(WATCH_EVERY_SECONDS, "cluster watch", self._watch_cluster),
            tick.Tick(LOOK_EVERY_SECONDS, "reaper", Lookout().look),
            tick.Tick(SCHEDULE_EVERY_SECONDS, "scheduler", _tick_scheduler),
            tick.Tick(WEB_PROBE_EVERY_SECONDS, "web watch", self._watch_web),
            *tick.registered(),
        ]
        while not self._stopping.is_set():
            next_at = tick.run_due(ticks, time.monotonic(), _log_failure)
            close_old_connections()
            self._stopping.wait(max(0.05, next_at - time.monotonic()))

    def _watch_cluster(self) -> None:
        if self._cluster_restarted.is_set():
            self._cluster_restarted.clear()
            self._watch.cluster_started()
        if self._watch.is_dead():
            self._watch.cluster_started()
            self._on_dead("worker")

    def _watch_web(self) -> None:
        self._web_silences = 0 if self._answers(WEB_PROBE_TIMEOUT_SECONDS) else self._web_silences + 1
        if self._web_silences >= WEB_SILENCES_ALLOWED:
            self._web_silences = 0
            self._on_dead("web")

    def _answers(self, timeout: float) -> bool:
        """Whether the web process answers a request with any status at all."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        try:
            connection.request("GET", self._path, headers={"User-Agent": "mediadl-serve"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()
        return True


def _send_ping(token: str) -> None:
    from django_q.tasks import async_task

    async_task("queue_app.tasks.ping", token, task_name="ping")


def _tick_scheduler() -> None:
    from scheduler.ticks import tick

    tick()


def _log_failure(name: str, error: Exception) -> None:
    log.error("The supervisor's %s failed and will be tried again", name, exc_info=error)
