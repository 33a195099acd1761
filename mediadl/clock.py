"""The time, from outside: production reads the system's clock, tests hold it still or move it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731 - replaced as a value by tests


def now() -> datetime:
    """The present moment in UTC; every stored time comes from here."""
    return _now()


def monotonic() -> float:
    """Seconds of a clock that never jumps, for measuring how long something took."""
    return time.monotonic()


@contextmanager
def clock_set_to(source: Callable[[], datetime]) -> Iterator[None]:
    """Let :func:`now` answer from ``source`` inside the block (for tests)."""
    global _now  # noqa: PLW0603 - the one switch that tests turn
    before = _now
    _now = source
    try:
        yield
    finally:
        _now = before


def isoformat_seconds(moment: datetime) -> str:
    """``2025-10-13T15:45:23Z``: how resources write a time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")[:-6] + "Z"


def isoformat_milliseconds(moment: datetime) -> str:
    """``2025-10-13T15:45:23.456Z``: how errors, logs and events write a time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
