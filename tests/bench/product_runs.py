"""The product's side of the transfer benches: a running installation that fetches what a bench asks for."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from queue_app.models import QueueItem
from queue_app.states import Status
from tests.bench.usage import Usage, measure
from tests.product.running import Product

_LIMIT_SECONDS = 300.0
_BATCH = 100
_PROGRAMS = 2
_LOOK_SECONDS = 0.03


class MeasuredProduct:
    """One installation with a fresh data folder; ``close`` stops it."""

    def __init__(self, data_dir: Path) -> None:
        self.product = Product(data_dir)
        self._database: sqlite3.Connection | None = None
        try:
            self.product.start()
            self._set({"general": {"concurrent_downloads": 4, "per_host_connections": 4}})
            self._wait_until_prepared(data_dir / "cache")
            self._database = sqlite3.connect(f"file:{data_dir / 'mediadl.sqlite3'}?mode=ro", uri=True)
        except BaseException:
            self.product.close()
            raise

    def close(self) -> None:
        """Stop it and prove that nothing of it is left."""
        if self._database is not None:
            self._database.close()
        self.product.close()

    def gallery(self, address: str, number: int) -> Usage:
        """One page with ``number`` pictures: from the request to the last committed file."""
        return self._measured(lambda: self._add([f"{address}/gallery"]), items=1, files=number)

    def items(self, urls: Sequence[str]) -> Usage:
        """Every URL an item of its own, from the first request to the last committed file."""
        return self._measured(lambda: self._add(urls), items=len(urls), files=len(urls))

    def file(self, url: str) -> Usage:
        """One file."""
        return self._measured(lambda: self._add([url]), items=1, files=1)

    @staticmethod
    def _wait_until_prepared(cache: Path) -> None:
        """What a new installation does once (reading the programs' URL patterns) is not measured."""
        deadline = time.monotonic() + _LIMIT_SECONDS
        while len(list(cache.glob("*-patterns-*.json"))) < _PROGRAMS:
            assert time.monotonic() < deadline, "the URL patterns are there"
            time.sleep(_LOOK_SECONDS)

    def _measured(self, add: Callable[[], None], *, items: int, files: int) -> Usage:
        completed, stored = self._completed(), self._stored()

        def work() -> None:
            add()
            deadline = time.monotonic() + _LIMIT_SECONDS
            while self._completed() - completed < items:
                assert time.monotonic() < deadline, f"{items} items completed"
                time.sleep(_LOOK_SECONDS)

        assert self.product.process is not None
        usage = measure(self.product.process.pid, work)
        if self._stored() - stored != files:
            raise AssertionError(f"{self._stored() - stored} of {files} files were stored")
        return usage

    def _add(self, urls: Sequence[str]) -> None:
        for start in range(0, len(urls), _BATCH):
            answer = self.product.request("POST", "/api/v1/queue/import", {"urls": urls[start : start + _BATCH]})
            assert answer.status in {200, 201}, answer.body

    def _completed(self) -> int:
        """As committed. Looked up beside the product: to be asked ten times a second costs it a twentieth."""
        statement = f"SELECT count(*) FROM {QueueItem._meta.db_table} WHERE status = ?"  # noqa: S608
        assert self._database is not None
        return int(self._database.execute(statement, [Status.COMPLETED.value]).fetchone()[0])

    def _stored(self) -> int:
        return int(self.product.request("GET", "/api/v1/downloads?per_page=1&status=completed").json()["total"])

    def _set(self, patch: object) -> None:
        answer = self.product.request("PATCH", "/api/v1/settings", patch)
        assert answer.status == 200, answer.body
