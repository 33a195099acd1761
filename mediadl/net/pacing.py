"""Whether a server is too slow: to answer, to send on, or in all."""

from mediadl import clock
from mediadl.net.limits import Timeouts

_SAMPLE_SECONDS = 1.0


class Pace:
    """Judges one request's progress; asked about once a second or more often."""

    def __init__(self, timeouts: Timeouts, started: float) -> None:
        self._timeouts = timeouts
        self._deadline = None if timeouts.total is None else started + timeouts.total
        self._sample_seconds = min(_SAMPLE_SECONDS, timeouts.stall / 4)
        self._waiting_since: float | None = None
        self._sampled = 0.0
        self._sampled_bytes = 0
        self._fast_enough = 0.0
        self._is_answering = False

    def request_sent(self) -> None:
        """The connection stands and the request goes out: the answer is waited for from now on."""
        self._waiting_since = clock.monotonic()

    def answer_began(self) -> None:
        """The headers are complete: from now on the body's speed is what counts."""
        self._is_answering = True
        self._sampled = self._fast_enough = clock.monotonic()

    def is_too_slow(self, transferred: int) -> bool:
        """Whether to give up, ``transferred`` being all bytes of the body so far (the request's too)."""
        now = clock.monotonic()
        if self._deadline is not None and now > self._deadline:
            return True
        if not self._is_answering:
            return self._waiting_since is not None and now > self._waiting_since + self._timeouts.first_byte
        elapsed = now - self._sampled
        if elapsed >= self._sample_seconds:
            if transferred - self._sampled_bytes >= elapsed * self._timeouts.stall_bytes_per_second:
                self._fast_enough = now
            self._sampled, self._sampled_bytes = now, transferred
        return now > self._fast_enough + self._timeouts.stall
