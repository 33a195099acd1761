"""What a listing needs around it: a fake site, the guarding proxy, a client and a stop signal."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mediadl.media import MediaError, MediaItem
from mediadl.net.client import HttpClient
from mediadl.net.proxy import GuardingProxy
from mediadl.net.stopping import StopSignal
from platforms.contract import Adapter, ListingContext, ListingRequest
from tests.fakes.media_server import MediaServer
from tests.fakes.site_gallery import GallerySite


class ListingBench:
    """Runs adapters against a local site."""

    def __init__(self, site: GallerySite, proxy_url: str) -> None:
        self.site = site
        self.proxy_url = proxy_url
        self.stop = StopSignal()
        self.settings: dict[str, Any] = site.settings
        self._clients: list[HttpClient] = []

    def context(self, url: str, **request: Any) -> ListingContext:
        client = HttpClient(stop=self.stop)
        self._clients.append(client)
        return ListingContext(
            request=ListingRequest(url=url, source="source", **request),
            http=client,
            stop=self.stop,
            proxy_url=self.proxy_url,
            setting=self.settings.get,
            report=lambda _text: None,
        )

    def list(self, adapter: Adapter, url: str, **request: Any) -> list[MediaItem]:
        return list(adapter.list_media(self.context(url, **request)))

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextmanager
def listing_bench() -> Iterator[ListingBench]:
    with MediaServer() as server:
        site = GallerySite(server)
        proxy = GuardingProxy(host_map=site.host_map)
        proxy.start()
        bench = ListingBench(site, proxy.url)
        try:
            yield bench
        finally:
            bench.close()
            proxy.stop()


class InThread:
    """A listing in a thread of its own, so that the test can stop it from outside."""

    def __init__(self, bench: ListingBench, adapter: Adapter, url: str) -> None:
        self.error: BaseException | None = None
        self.ended_at = 0.0
        self._thread = threading.Thread(target=self._run, args=(bench, adapter, url))
        self._thread.start()

    def _run(self, bench: ListingBench, adapter: Adapter, url: str) -> None:
        try:
            bench.list(adapter, url)
        except MediaError as error:
            self.error = error
        self.ended_at = time.monotonic()

    def join(self, seconds: float) -> bool:
        """True if it ended in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()
