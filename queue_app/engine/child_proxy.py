"""The guarding proxy of this process's children, started when the first one needs it."""

import threading

from mediadl.net.proxy import GuardingProxy


class ChildProxy:
    """One proxy a drain."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._proxy: GuardingProxy | None = None

    def url(self) -> str:
        """Its address with user and password."""
        with self._lock:
            if self._proxy is None:
                proxy = GuardingProxy()
                proxy.start()
                self._proxy = proxy
            return self._proxy.url

    def close(self) -> None:
        """Stop it, if it runs."""
        with self._lock:
            if self._proxy is not None:
                self._proxy.stop()
                self._proxy = None
