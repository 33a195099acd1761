"""Listings of Instagram through a fake site in a real browser."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.conf import settings

from tests.unit.platforms.listing_bench import ListingBench, listing_bench

PROFILE = "https://www.instagram.com/{}/"


@contextmanager
def instagram_bench() -> Iterator[ListingBench]:
    """The bench; afterwards no process and no folder of a browser is left."""
    before = _working_folders()  # a test that killed a process may have left its own
    with listing_bench() as bench:
        yield bench
    wait_until_no_browser()
    assert _working_folders() - before == set()


def _working_folders() -> set[Path]:
    return set(Path(settings.RUN_DIR).glob("listing-*"))


def wait_until_no_browser(seconds: float = 10.0) -> None:
    """Killed processes take a moment to be gone where the machine is busy."""
    deadline = time.monotonic() + seconds
    while left := browser_processes():
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def browser_processes() -> list[psutil.Process]:
    """What runs in this data folder's profiles, and what belongs to it."""
    marker = str(settings.DATA_DIR)
    return [process for process in psutil.process_iter() if _belongs(process, marker)]


def _belongs(process: psutil.Process, marker: str) -> bool:
    try:
        words = " ".join(process.cmdline())
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return ("page_process.py" in words and marker in process.cwd()) or ("chrom" in words and marker in words)
    except psutil.Error:
        return False
