"""What waits to be sent to one client, in bounded memory."""

import asyncio
from collections import deque
from dataclasses import dataclass

from mediadl.events.deliveries import Delivery

# The server's own buffer and the message on its way come on top: below 1 MiB a client in all.
LIMIT_BYTES = 512 * 1024
ENTRY_BYTES = 200  # what an entry costs besides its text


@dataclass(slots=True)
class _Entry:
    seq: int  # 0: not an event
    text: str
    key: str | None
    is_dropped: bool = False

    @property
    def size(self) -> int:
        return len(self.text.encode()) + ENTRY_BYTES


class Outgoing:
    """A queue that forgets progress before anything else, and tells when even that does not help.

    Of the events with one key (the progress of one item) only the newest waits: a slow client skips
    the ones in between.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._entries: deque[_Entry] = deque()
        self._by_key: dict[str, _Entry] = {}
        self._bytes = 0
        self._is_interrupted = False
        self._filled = asyncio.Event()

    @property
    def waiting_bytes(self) -> int:
        """What the queue holds now."""
        return self._bytes

    def put(self, delivery: Delivery) -> bool:
        """Add an event; False: that is more than may wait."""
        return self._add(_Entry(delivery.seq, delivery.text, delivery.key))

    def put_text(self, text: str) -> bool:
        """Add an answer that is no event; False as for :meth:`put`."""
        return self._add(_Entry(0, text, None))

    def drop_events(self) -> None:
        """Forget all events (they are in the outbox), and wake the reader with None."""
        for entry in self._entries:
            if entry.seq and not entry.is_dropped:
                self._drop(entry)
        self._entries = deque(kept for kept in self._entries if not kept.is_dropped)
        self._is_interrupted = True
        self._filled.set()

    async def get(self, *, after: int = 0) -> tuple[int, str] | None:
        """Wait for the next ``seq`` (0: no event) and text; None once after :meth:`drop_events`.

        Events up to ``after`` were sent already and are skipped.
        """
        while True:
            if self._is_interrupted:
                self._is_interrupted = False
                return None
            while self._entries:
                entry = self._entries.popleft()
                if entry.is_dropped:
                    continue
                self._forget(entry)
                if entry.seq == 0 or entry.seq > after:
                    return entry.seq, entry.text
            self._filled.clear()
            await self._filled.wait()

    def _add(self, entry: _Entry) -> bool:
        if entry.key is not None:
            older = self._by_key.get(entry.key)
            if older is not None:
                self._drop(older)
            self._by_key[entry.key] = entry
        self._entries.append(entry)
        self._bytes += entry.size
        self._filled.set()
        if self._bytes > self._limit:
            for keyed in list(self._by_key.values()):
                self._drop(keyed)
            # Dropped entries are skipped when their turn comes; here they would pile up.
            self._entries = deque(kept for kept in self._entries if not kept.is_dropped)
        return self._bytes <= self._limit

    def _drop(self, entry: _Entry) -> None:
        entry.is_dropped = True
        self._forget(entry)

    def _forget(self, entry: _Entry) -> None:
        self._bytes -= entry.size
        if entry.key is not None and self._by_key.get(entry.key) is entry:
            del self._by_key[entry.key]
