"""Names to addresses, asked once for all threads, in a time that the asking thread holds."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from mediadl import clock
from mediadl.net.addresses import check_addresses, system_addresses
from mediadl.net.failures import timeout_error
from mediadl.net.stopping import StopSignal

NAME_LIFETIME_SECONDS = 60.0
_MAX_NAMES = 1024

Resolver = Callable[[str, int], list[str]]


@dataclass(slots=True)
class _Lookup:
    finished: bool = False
    waiters: list[threading.Event] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    expires: float = 0.0


class Names:
    """Asks a resolver in threads of its own and remembers the answers for a minute.

    ``getaddrinfo`` cannot be interrupted: a thread that waits here leaves when its time is over or
    its work is stopped, and the look-up ends behind it.
    """

    def __init__(self, resolver: Resolver = system_addresses) -> None:
        self._resolver = resolver
        self._lock = threading.Lock()
        self._lookups: dict[str, _Lookup] = {}

    def resolve(self, host: str, port: int, *, stop: StopSignal | None, seconds: float) -> list[str]:
        """The addresses of ``host``, all of them allowed.

        Raises:
            MediaError: ``PRIVATE_ADDRESS``, ``NAME_NOT_RESOLVED``, ``TIMEOUT`` or ``STOPPED``.
        """
        wake = threading.Event()
        lookup = self._lookup(host, port, wake)
        if not lookup.finished:
            unregister = stop.on_stop(wake.set) if stop else None
            wake.wait(seconds)
            if unregister:
                unregister()
        if not lookup.finished:
            if stop is not None:
                stop.raise_if_set()
            raise timeout_error(host)
        return check_addresses(host, lookup.addresses)

    def forget(self, host: str) -> None:
        """Ask again next time (its addresses did not answer)."""
        with self._lock:
            if host in self._lookups and self._lookups[host].finished:
                del self._lookups[host]

    def _lookup(self, host: str, port: int, wake: threading.Event) -> _Lookup:
        """The look-up of ``host``: remembered, under way (``wake`` is then set at its end), or begun."""
        with self._lock:
            lookup = self._lookups.get(host)
            if lookup is not None and lookup.finished and clock.monotonic() < lookup.expires:
                return lookup
            is_new = lookup is None or lookup.finished
            if lookup is None or is_new:
                if len(self._lookups) >= _MAX_NAMES:
                    self._lookups = {name: kept for name, kept in self._lookups.items() if not kept.finished}
                lookup = self._lookups[host] = _Lookup()
            lookup.waiters.append(wake)
        if is_new:
            threading.Thread(target=self._ask, args=(lookup, host, port), name="resolve", daemon=True).start()
        return lookup

    def _ask(self, lookup: _Lookup, host: str, port: int) -> None:
        addresses: list[str] = []
        try:
            addresses = self._resolver(host, port)
        finally:
            with self._lock:
                lookup.addresses = addresses
                # A name without an address may get one any moment: it is not remembered.
                lookup.expires = clock.monotonic() + (NAME_LIFETIME_SECONDS if addresses else 0.0)
                lookup.finished = True
                waiters = list(lookup.waiters)
            for waiter in waiters:
                waiter.set()


SYSTEM_NAMES = Names()
