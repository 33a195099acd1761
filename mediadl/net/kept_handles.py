"""Handles that clients borrow, one or many of them: a page is asked for over the connections of the last.

A thousand links of one file each would else be a thousand connections, as many at once as there
are listings.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mediadl.net.cookies import Cookie
from mediadl.net.handle import GuardedHandle
from mediadl.net.limits import PAGE_SECONDS, Timeouts
from mediadl.net.resolving import Names
from mediadl.net.stopping import StopSignal

_MOST_IDLE = 8
_LOOK_SECONDS = 0.5  # how late a waiting client notices that it was stopped


@dataclass(slots=True)
class _Host:
    """Who asks one host: ``users`` of it wait or ask, ``asking`` do."""

    freed: threading.Condition
    users: int = 0
    asking: int = 0


class KeptHandles:
    """Lends handles to clients, and says how many of these may ask one host at once; thread-safe.

    Args:
        per_host: so many requests to one host may run at once; None for any number.
        timeouts: others than the product's for pages.
        names: another resolver than the system's.
    """

    def __init__(
        self, per_host: int | None = None, *, timeouts: Timeouts | None = None, names: Names | None = None
    ) -> None:
        self._per_host = per_host
        self._timeouts = timeouts or Timeouts(total=PAGE_SECONDS)
        self._names = names
        self._lock = threading.Lock()
        self._idle: list[GuardedHandle] = []
        self._hosts: dict[str, _Host] = {}
        self._closed = False

    def allow(self, per_host: int) -> None:
        """From now on so many requests to one host may run at once."""
        with self._lock:
            self._per_host = per_host
            for host in self._hosts.values():
                host.freed.notify_all()

    def borrow(self, *, user_agent: str, proxy_url: str, cookies: Sequence[Cookie]) -> GuardedHandle:
        """A handle for one client; the one that was used last, since its connections are the freshest.

        Raises:
            ValueError: a cookie has characters that cannot be in one.
        """
        with self._lock:
            handle = self._idle.pop() if self._idle else None
        handle = handle or GuardedHandle(timeouts=self._timeouts, names=self._names)
        handle.use_user_agent(user_agent)
        handle.use_proxy(proxy_url)
        handle.use_cookies(cookies)
        return handle

    def give_back(self, handle: GuardedHandle) -> None:
        """The client is done with it; what sites set is forgotten."""
        handle.use_cookies(())
        with self._lock:
            is_kept = not self._closed and len(self._idle) < _MOST_IDLE
            if is_kept:
                self._idle.append(handle)
        if not is_kept:
            handle.close()

    @contextmanager
    def place(self, host: str, stop: StopSignal | None) -> Iterator[None]:
        """Wait until one more request may go to ``host``, and count it while the block lasts.

        Raises:
            MediaError: ``STOPPED``.
        """
        if self._per_host is None:
            yield
            return
        self._enter(host, stop)
        try:
            yield
        finally:
            self._leave(host)

    def _enter(self, host: str, stop: StopSignal | None) -> None:
        with self._lock:
            place = self._hosts.setdefault(host, _Host(threading.Condition(self._lock)))
            place.users += 1
            try:
                while self._per_host is not None and place.asking >= self._per_host:
                    if stop is not None:
                        stop.raise_if_set()
                    place.freed.wait(_LOOK_SECONDS)
                place.asking += 1
            except BaseException:
                self._forget_user(host)
                raise

    def _leave(self, host: str) -> None:
        with self._lock:
            self._hosts[host].asking -= 1
            self._hosts[host].freed.notify()
            self._forget_user(host)

    def _forget_user(self, host: str) -> None:
        self._hosts[host].users -= 1
        if not self._hosts[host].users:
            del self._hosts[host]

    def hang_up(self) -> None:
        """Close the connections that nobody uses just now."""
        with self._lock:
            idle, self._idle = self._idle, []
        for handle in idle:
            handle.close()

    def close(self) -> None:
        """Close the connections; what is lent is closed when it comes back."""
        self._closed = True
        self.hang_up()
