"""One limit on the bytes a second that all transfers of this process share, its children's included."""

import threading

from mediadl import clock

_MOST_AHEAD_SECONDS = 1.0  # a pause earns this much at most


class Bandwidth:
    """Gives out the right to have received bytes; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rate = 0.0
        self._free_at = 0.0

    def limit_to(self, bytes_per_second: float) -> None:
        """Set the limit; 0 means none. What waits already goes by the old one."""
        with self._lock:
            self._rate = max(0.0, bytes_per_second)

    def wait_for(self, size: int) -> float:
        """How many seconds to wait before going on, ``size`` more bytes having come."""
        with self._lock:
            if not self._rate:
                return 0.0
            now = clock.monotonic()
            self._free_at = max(self._free_at, now - _MOST_AHEAD_SECONDS) + size / self._rate
            return max(0.0, self._free_at - now)


SHARED = Bandwidth()
