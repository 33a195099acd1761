"""The drain's memory of circuits, so that healthy sites cost no query and no row for each listing."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from mediadl.media import MediaError
from platforms import circuits
from platforms.models import Circuit

_LOOK_SECONDS = 0.5
_SUCCESS_SECONDS = 10.0  # a success of the same circuit is written no oftener


class CircuitWatch:
    """Asks and tells :mod:`platforms.circuits`; used by all lister threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._any_open = False
        self._succeeded: dict[str, float] = {}

    def open_until(self, key: str) -> datetime | None:
        """As :func:`platforms.circuits.open_until`; no query while none is open."""
        now = time.monotonic()
        with self._lock:
            if now - self._looked_at > _LOOK_SECONDS:
                self._any_open = Circuit.objects.filter(open_until__isnull=False).exists()
                self._looked_at = now
            if not self._any_open:
                return None
        return circuits.open_until(key)

    def failed(self, key: str, platform: str, downloader: str, error: MediaError) -> Callable[[], object]:
        """What to do in the transaction that ends a failed listing."""
        with self._lock:
            self._succeeded.pop(key, None)
            self._looked_at = float("-inf")
        return partial(circuits.listing_failed, key, platform, downloader, error)

    def succeeded(self, key: str, platform: str, downloader: str) -> Callable[[], object] | None:
        """What to do in the transaction that ends a good listing; None where that was said a moment ago."""
        now = time.monotonic()
        with self._lock:
            if now - self._succeeded.get(key, float("-inf")) < _SUCCESS_SECONDS:
                return None
            self._succeeded[key] = now
        return partial(circuits.listing_succeeded, key, platform, downloader)
