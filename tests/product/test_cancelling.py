"""Cancel through the whole product: whatever an item is doing, it stops at once and leaves no process."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import psutil
import pytest

from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.fakes.site_fastdl import FastDlFake
from tests.fakes.site_gallery import BOARD_HOST, PROFILE_HOST
from tests.product.running import Product, wait_for
from tests.product.test_from_link_to_file import add, item

PROMISED_SECONDS = 2.0
NOMINAL_START_SECONDS = 0.1  # of an empty Python process where nothing else runs
BEGIN_SECONDS = 180.0
CHILDREN = ("gallery_dl", "yt_dlp", "page_process", "chrom")


@dataclass
class Silence:
    """A path that says nothing: whether it is asked now, and whether the client has left."""

    asked: threading.Event
    left: threading.Event

    def __call__(self, exchange: Exchange) -> None:
        self.asked.set()
        exchange.wait_until_client_leaves()
        self.left.set()
        exchange.close()


@pytest.fixture
def site() -> Iterator[MediaServer]:
    with MediaServer() as server:
        yield server


def silent(site: MediaServer, path: str) -> Silence:
    made = Silence(threading.Event(), threading.Event())
    site.behave(path, made)
    return made


def allowed_seconds() -> float:
    """What is promised, and as much more as this machine is slower than an idle one just now."""
    started = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", ""], check=True, timeout=60)
    return PROMISED_SECONDS * max(1.0, (time.monotonic() - started) / NOMINAL_START_SECONDS)


def working(product: Product) -> list[str]:
    """The command lines of children that list or fetch."""
    found = []
    for process in product.tree():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if any(word in line for word in CHILDREN):
            found.append(line)
    return found


def connections_to(product: Product, site: MediaServer) -> int:
    """How many connections the product has open to the site."""
    count = 0
    for process in product.tree():
        with suppress(psutil.Error):
            count += sum(bool(one.raddr) and one.raddr.port == site.port for one in process.net_connections("tcp"))
    return count


def cancelled_in_time(product: Product, item_id: int, is_over: Callable[[], bool]) -> None:
    started = time.monotonic()
    answer = product.request("POST", f"/api/v1/queue/{item_id}/cancel", {})
    assert answer.status == 200, answer.body
    wait_for(is_over, 60, f"item {item_id} stops")
    took = time.monotonic() - started
    assert took < allowed_seconds()
    assert item(product, item_id)["status"] == "cancelled"
    assert product.request("GET", "/api/v1/queue/stats").json()["downloading"] == 0


def test_listings_by_gallery_dl_and_yt_dlp_and_a_transfer(new_product, site: MediaServer):
    stand_in = f"127.0.0.1:{site.port}"
    product = new_product(MEDIADL_TEST_HOST_MAP=f"{BOARD_HOST}={stand_in},{PROFILE_HOST}={stand_in}")
    product.spawn()
    product.wait_until_healthy(BEGIN_SECONDS)
    cases = [
        ("gallery-dl", f"http://{BOARD_HOST}/b/", "/b/catalog.json", "gallery_dl"),
        ("yt-dlp", f"http://{PROFILE_HOST}/u/ann", "/u/ann", "yt_dlp"),
        ("direct", site.url_of("/silent.jpg"), "/silent.jpg", ""),
    ]
    for downloader, url, path, program in cases:
        silence = silent(site, path)
        item_id = add(product, url, downloader=downloader)
        assert silence.asked.wait(BEGIN_SECONDS), downloader
        assert any(program in line for line in working(product)) or not program

        def is_over(silence: Silence = silence) -> bool:
            return silence.left.is_set() and not working(product)

        cancelled_in_time(product, item_id, is_over)


def test_a_transfer_in_the_middle_of_a_file(product: Product, site: MediaServer):
    site.add("/big.mp4", bytes(8_000_000))
    site.hold("/big.mp4", 4_000_000)
    item_id = add(product, site.url_of("/big.mp4"), downloader="direct")
    assert site.wait_for_bytes("/big.mp4", 4_000_000, timeout=BEGIN_SECONDS)
    assert connections_to(product, site)
    cancelled_in_time(product, item_id, lambda: not connections_to(product, site))
    site.release("/big.mp4")


def test_a_listing_in_the_browser(product: Product, site: MediaServer):
    assert shutil.which("chromium"), "make setup installs it"
    fake = FastDlFake(site)
    fake.user("ann", posts=3)
    # The plain client asks first, for the user, and is refused; the page is let through, and then waits.
    silence = silent(site, "/api/v1/instagram/postsV2")
    change = {"platforms": {"instagram": {"fastdl": {"base_url": site.base_url}}}}
    assert product.request("PATCH", "/api/v1/settings", change).status == 200
    body = {"username": "ann", "content_type": "posts", "downloader": "fastdl"}
    answer = product.request("POST", "/api/v1/platforms/instagram/download", body)
    assert answer.status == 202, answer.body
    assert silence.asked.wait(BEGIN_SECONDS)
    assert any("chrom" in line for line in working(product))
    cancelled_in_time(product, int(answer.json()["queue_id"]), lambda: not working(product))
