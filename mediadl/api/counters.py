"""Counters of one-hour windows that all web processes share and that outlive a restart.

A small SQLite file of their own, never synced: a power cut may lose the last seconds of counting,
a request never waits for a disk. Where Redis is configured the counters live there.
"""

import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

WINDOW_SECONDS = 3600
_BUSY_SECONDS = 2.0
_HITS_BETWEEN_TRIMS = 2000

_log = structlog.get_logger("System")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS windows (key TEXT PRIMARY KEY, started INTEGER NOT NULL, used INTEGER NOT NULL)
WITHOUT ROWID
"""
# A window that starts in the future is one from before the clock was set back: it starts again.
_HIT = f"""
INSERT INTO windows (key, started, used) VALUES (:key, :now, 1)
ON CONFLICT (key) DO UPDATE SET
    used = CASE WHEN started BETWEEN :now - {WINDOW_SECONDS - 1} AND :now THEN used + 1 ELSE 1 END,
    started = CASE WHEN started BETWEEN :now - {WINDOW_SECONDS - 1} AND :now THEN started ELSE :now END
RETURNING started, used
"""  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class Window:
    """One key's running hour: when it began (epoch seconds), and the requests in it."""

    started: int
    used: int


class Counters(Protocol):
    """Counts requests."""

    def hit(self, key: str, now: int) -> Window:
        """Count one request of ``key`` at ``now`` (epoch seconds)."""
        ...


class FileCounters:
    """Counters in a file; one connection a process, shared by its threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._hits = 0

    def hit(self, key: str, now: int) -> Window:
        """Count one request of ``key`` at ``now`` (epoch seconds).

        Raises:
            sqlite3.Error: the file cannot be used, not even a fresh one.
        """
        with self._lock:
            try:
                return self._hit(key, now)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # never synced, so a power cut may have damaged it
                self._start_afresh()
                return self._hit(key, now)

    def close(self) -> None:
        """Close this process's connection."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
            self._connection = None

    def _hit(self, key: str, now: int) -> Window:
        connection = self._open()
        with closing(connection.execute(_HIT, {"key": key, "now": now})) as cursor:
            started, used = cursor.fetchone()
        self._hits += 1
        if self._hits % _HITS_BETWEEN_TRIMS == 0:
            connection.execute("DELETE FROM windows WHERE started <= ?", (now - WINDOW_SECONDS,))
        return Window(started, used)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._process != os.getpid():
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(_SCHEMA)
            self._connection, self._process = connection, os.getpid()
        return self._connection

    def _start_afresh(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)


class CountersUnavailableError(Exception):
    """The shared counters do not answer."""


class RedisCounters:
    """Counters in Redis: the key's own expiry is the window."""

    def __init__(self, url: str) -> None:
        import redis  # an optional dependency, there only where it is configured

        self._error = redis.RedisError
        self._client = redis.Redis.from_url(url, socket_timeout=_BUSY_SECONDS, socket_connect_timeout=_BUSY_SECONDS)

    def hit(self, key: str, now: int) -> Window:
        """Count one request of ``key`` at ``now`` (epoch seconds).

        Raises:
            CountersUnavailableError: the server does not answer.
        """
        name = f"mediadl:requests:{key}"
        pipeline = self._client.pipeline(transaction=True)
        pipeline.set(name, 0, ex=WINDOW_SECONDS, nx=True)
        pipeline.incr(name)
        pipeline.ttl(name)
        try:
            _, used, seconds_left = pipeline.execute()
        except self._error as error:
            raise CountersUnavailableError(str(error)) from error
        return Window(now - WINDOW_SECONDS + max(int(seconds_left), 0), int(used))


class CountersWithFallback:
    """The first while it answers, else the second: a broken counter must not stop the API."""

    def __init__(self, first: Counters, second: Counters) -> None:
        self._first = first
        self._second = second

    def hit(self, key: str, now: int) -> Window:
        """Count one request of ``key`` at ``now`` (epoch seconds)."""
        try:
            return self._first.hit(key, now)
        except CountersUnavailableError as error:
            _log.warning("Redis does not count requests; counting in a file", error=str(error))
            return self._second.hit(key, now)
