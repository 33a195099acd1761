"""What a failure leads to: tried again, and when, or over (design: engine.md, Retries)."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mediadl.media import FailureKind, MediaError
from queue_app.engine.timing import scaled

RETRY_SECONDS = (5.0, 30.0, 120.0, 600.0, 3600.0)  # after the first, second, ... failure; then the last again
JITTER = (0.5, 1.5)
LONGEST_WAIT_SECONDS = 24 * 3600.0
SHORTEST_WAIT_SECONDS = 1.0
DEFAULT_WAIT_SECONDS = 60.0  # told to wait without being told how long
FREE_WAITS = 4  # waits in a row that use up no attempt
_FINAL = frozenset({FailureKind.GONE, FailureKind.NEEDS_PERSON, FailureKind.REFUSED, FailureKind.SITE_CHANGED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do after a failure.

    Attributes:
        again_at: when to try again; None: never.
        counts: whether the try was used up.
    """

    again_at: datetime | None
    counts: bool = True


def retry_delay_seconds(failures: int, uniform: Callable[[float, float], float] = random.uniform) -> float:
    """How long to wait after the given number of failures (from 1)."""
    step = RETRY_SECONDS[min(max(failures, 1), len(RETRY_SECONDS)) - 1]
    return scaled(step * uniform(*JITTER))


def told_delay_seconds(error: MediaError) -> float:
    """How long a site asked to wait, held to a day."""
    asked = DEFAULT_WAIT_SECONDS if error.retry_after is None else error.retry_after
    return min(max(asked, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)


def judge(error: MediaError, *, failures: int, max_attempts: int, now: datetime, waits_in_a_row: int = 0) -> Verdict:
    """What follows from ``error``, the ``failures``-th failed try of ``max_attempts``.

    ``waits_in_a_row`` is how often the host has told us to wait without a success in between.
    """
    if error.kind in _FINAL or error.kind is FailureKind.EXPIRED_LINK:
        return Verdict(None)
    if error.kind is FailureKind.TOLD_TO_WAIT:
        counts = waits_in_a_row > FREE_WAITS
        if counts and failures >= max_attempts:
            return Verdict(None)
        return Verdict(now + timedelta(seconds=told_delay_seconds(error)), counts)
    if error.kind in {FailureKind.DISK, FailureKind.STOPPED}:
        return Verdict(now, counts=False)
    if failures >= max_attempts:
        return Verdict(None)
    return Verdict(now + timedelta(seconds=retry_delay_seconds(failures)))
