"""The guarding proxy of this process's children, started when the first one needs it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from mediadl.media import MediaError
from mediadl.net.proxy import GuardingProxy

BeforeRequest = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class ChildAccess:
    """The way out of one listing's (or fetch's) children.

    Attributes:
        proxy_url: with credentials of its own.
        refusal: what the proxy refused to them, as the error that it means, or None.
    """

    proxy_url: str
    refusal: Callable[[], MediaError | None]


class ChildProxy:
    """One proxy a drain."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._proxy: GuardingProxy | None = None

    @contextmanager
    def access(self, before_request: BeforeRequest | None = None, upstream: str = "") -> Iterator[ChildAccess]:
        """Let the children of one piece of work out while the block lasts.

        Args:
            before_request: counts a request, in a thread of the proxy's; returns the seconds to wait
                before it, or raises ``MediaError``.
            upstream: the proxy that a person set for the site, or empty.

        Yields:
            what the children need.
        """
        proxy = self._started()
        guest = proxy.admit(before_request=_closing_connections(before_request), upstream=upstream)
        try:
            yield ChildAccess(proxy.url_of(guest), guest.refusal)
        finally:
            proxy.dismiss(guest)

    def close(self) -> None:
        """Stop it, if it runs."""
        with self._lock:
            if self._proxy is not None:
                self._proxy.stop()
                self._proxy = None

    def _started(self) -> GuardingProxy:
        with self._lock:
            if self._proxy is None:
                proxy = GuardingProxy(host_map=dict(settings.ENVIRONMENT.test_host_map))
                proxy.start()
                self._proxy = proxy
            return self._proxy


def _closing_connections(before_request: BeforeRequest | None) -> BeforeRequest | None:
    """The proxy's threads last longer than a database connection should."""
    if before_request is None:
        return None
    rule = before_request

    def ask(url: str) -> float:
        try:
            return rule(url)
        finally:
            connections.close_all()

    return ask
