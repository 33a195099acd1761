"""The engine's periods in seconds, and the scale by which tests shorten the long waits."""

import os

from django.conf import settings


def _factor(variable: str) -> float:
    return float(os.environ.get(variable, "1")) if settings.ENVIRONMENT.is_test else 1.0


_LEASES = _factor("MEDIADL_TEST_LEASE_SCALE")  # for tests that freeze processes past their leases
LEASE_SECONDS = 30.0 * _LEASES
HEARTBEAT_SECONDS = 10.0 * _LEASES
CONTROL_POLL_SECONDS = 0.25  # how soon a running item notices that it was paused, cancelled or deleted
LOOP_SECONDS = 0.1  # how soon new work is seen while a slot is free
SLOTS_SECONDS = 1.0  # how often the number of allowed transfers is read again
PROGRESS_SECONDS = 0.52  # a little over half a second: never more than two events a second
SPEED_WINDOW_SECONDS = 5.0
REAP_SECONDS = 5.0
LINGER_SECONDS = 3.0  # an idle drain stays a little, since links are often pasted one after another
COMMIT_WINDOW_SECONDS = 0.03
LONGEST_COMMIT_WINDOW_SECONDS = 0.25  # people see files arrive; a claim waits as long
COMMIT_FILES = 64
JOBS_WINDOW_SECONDS = 0.01  # while no file is on its way
STOP_SECONDS = 4.0  # within which running transfers have ended after a stop
UNWIND_SECONDS = 0.02  # between looks at whether stopped transfers have ended
BLOCKS_SECONDS = 0.25  # how old the snapshot of what must wait may be when items are claimed
SLOT_RENEW_SECONDS = 10.0 * _LEASES
END_GRACE_SECONDS = 5.0  # how long a drain that could end waits for its transfers before it claims again
LONGEST_DRAIN_SECONDS = 22 * 3600.0  # then it hands back even what runs: the broker would kill it later
LISTING_FLUSH_SECONDS = 0.25  # a found item waits no longer than this for others to be looked up with


def scaled(seconds: float) -> float:
    """``seconds``, or a fraction of them where ``MEDIADL_TEST_TIME_SCALE`` is set in a test's environment."""
    return seconds * _factor("MEDIADL_TEST_TIME_SCALE")
