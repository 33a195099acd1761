"""Whether the worker cluster still takes tasks: a question through the broker, an answer in a file.

A worker that is killed while idle can die holding the lock of the cluster's shared queue; every
worker after it then waits for ever, and looks alive. Only a task that comes back proves otherwise.
"""

import secrets
from collections.abc import Callable

PING_EVERY_SECONDS = 10.0
ANSWER_WITHIN_SECONDS = 20.0
START_GRACE_SECONDS = 20.0  # a cluster that was just started may take so long to load


class PingWatch:
    """Asks every ten seconds, and tells when the cluster has not answered for twenty.

    Args:
        send: puts a ping with this token into the broker; may raise.
        answer: the token answered last.
        clock: monotonic seconds.
        wait_scale: multiplies all waits; tests that kill the cluster again and again shorten them.
    """

    def __init__(
        self,
        send: Callable[[str], None],
        answer: Callable[[], str],
        clock: Callable[[], float],
        *,
        wait_scale: float = 1.0,
    ) -> None:
        self._send = send
        self._answer = answer
        self._clock = clock
        self._wait_scale = wait_scale
        self._token = ""
        self._next_ping_at = 0.0
        self._deadline = 0.0
        self._grace_until = 0.0
        self.cluster_started()

    def cluster_started(self) -> None:
        """A new cluster was started: ask it at once, and let it load first."""
        now = self._clock()
        self._token = ""
        self._next_ping_at = now
        self._grace_until = now + START_GRACE_SECONDS * self._wait_scale

    def is_dead(self) -> bool:
        """Ask if it is time to, look for the answer; True once an answer is overdue."""
        now = self._clock()
        if self._token:
            if self._answer() == self._token:
                self._token = ""
            elif now >= self._deadline:
                return True
        if not self._token and now >= self._next_ping_at:
            token = secrets.token_hex(8)
            self._send(token)  # a question that could not be sent is no silence of the cluster's
            self._token = token
            self._next_ping_at = now + PING_EVERY_SECONDS * self._wait_scale
            self._deadline = max(now, self._grace_until) + ANSWER_WITHIN_SECONDS * self._wait_scale
        return False
