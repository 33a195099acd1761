"""Builders for tests of transfers: short time limits, a partial file, one fetch."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mediadl.net.limits import Timeouts
from mediadl.net.transfer import FetchResult, Transfer, TransferRequest
from mediadl.net.validators import Validators

SHORT_TIMES = Timeouts(connect=1.0, first_byte=0.6, stall=0.6)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def fetch(url: str, path: Path, *, transfer: Transfer | None = None, **options: object) -> FetchResult:
    """Fetch ``url`` into ``path``; options are attributes of :class:`TransferRequest`."""
    used = transfer or Transfer(timeouts=SHORT_TIMES)
    try:
        with opened(path) as descriptor:
            return used.fetch(replace(TransferRequest(url=url, fd=descriptor), **options))  # type: ignore[arg-type]
    finally:
        if transfer is None:
            used.close()


def validators(url: str, *, etag: str = '"v1"', last_modified: str = "", total: int | None = None) -> Validators:
    return Validators(etag, last_modified, total, url)
