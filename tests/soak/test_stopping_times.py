"""Cancel, pause and delete through the running product: two seconds, and nothing of the work is left."""

import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fakes import streams
from tests.fakes.media_server import MediaServer
from tests.fakes.site_fastdl import FastDlFake
from tests.fakes.site_gallery import BOARD_HOST, PROFILE_HOST, GallerySite
from tests.product.running import Product, wait_for
from tests.product.test_from_link_to_file import add
from tests.soak.measuring import Figures, Scale, percentile

pytestmark = [pytest.mark.product, pytest.mark.timeout(7200)]
PROMISED_SECONDS = 2.0
FEW_TRIES = 10  # their worst is all there is of a p95; a busy machine must not decide
BUSY_FACTOR = 3.0
NOMINAL_START_SECONDS = 0.1  # of an empty Python process where nothing else runs
BEGIN_SECONDS = 180.0
CHILDREN = ("gallery_dl", "yt_dlp", "page_process", "chrom", "ffmpeg")
OF_NO_ITEM = "url_patterns.py"  # once a worker: it asks both programs which addresses they know
FILE_BYTES = 8_000_000
Acts = Callable[[Product, int], None]


def cancel(product: Product, item_id: int) -> None:
    answer = product.request("POST", f"/api/v1/queue/{item_id}/cancel", {})
    assert (answer.status, answer.json()["status"]) == (200, "cancelled"), answer.body


def pause(product: Product, item_id: int) -> None:
    answer = product.request("PATCH", f"/api/v1/queue/{item_id}", {"status": "paused"})
    assert (answer.status, answer.json()["status"]) == (200, "paused"), answer.body


def delete(product: Product, item_id: int) -> None:
    answer = product.request("DELETE", f"/api/v1/queue/{item_id}")
    assert answer.status == 204, answer.body


ENDS: dict[Acts, str] = {cancel: "cancelled", pause: "paused", delete: ""}


@dataclass(frozen=True)
class Installation:
    """One product and the site that it downloads from.

    Attributes:
        stream: a folder with the pieces of one.
        numbers: of the tries, so that each has addresses of its own.
    """

    product: Product
    site: MediaServer
    gallery: GallerySite
    stream: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)


@dataclass(frozen=True)
class Work:
    """An item that never ends by itself.

    Attributes:
        runs: whether its transfer or listing is in the middle of it.
        program: what is in the command line of its children; empty where it has none.
        stores: whether something of it is on disk.
    """

    item_id: int
    runs: Callable[[], object]
    program: str = ""
    stores: bool = False


def a_file(there: Installation, number: int) -> Work:
    """``direct``, in the middle of a file."""
    path = f"/{number}.mp4"
    there.site.add(path, bytes(FILE_BYTES))
    there.site.hold(path, FILE_BYTES // 2)
    item_id = add(there.product, there.site.url_of(path), downloader="direct")
    return Work(item_id, lambda: there.site.bytes_sent(path) >= FILE_BYTES // 2, stores=True)


def a_silent_file(there: Installation, number: int) -> Work:
    """``direct``, before the answer's first byte."""
    path = f"/silent-{number}.jpg"
    url, asked = hang(there, path)
    return Work(add(there.product, url, downloader="direct"), asked)


def a_board(there: Installation, number: int) -> Work:
    """A listing by gallery-dl."""
    _url, asked = hang(there, f"/b{number}/catalog.json")
    item_id = add(there.product, f"http://{BOARD_HOST}/b{number}/", downloader="gallery-dl")
    return Work(item_id, asked, "gallery_dl")


def a_profile(there: Installation, number: int) -> Work:
    """A listing by yt-dlp."""
    _url, asked = hang(there, f"/u/ann{number}")
    return Work(add(there.product, f"http://{PROFILE_HOST}/u/ann{number}", downloader="yt-dlp"), asked, "yt_dlp")


def a_stream(there: Installation, number: int) -> Work:
    """yt-dlp in the middle of a stream, between its pieces."""
    url = there.gallery.stream(f"/hls{number}", there.stream)
    last = f"/hls{number}/{max(there.stream.glob('*.ts')).name}"
    there.site.hold(last, 100)
    item_id = add(there.product, url, downloader="yt-dlp")
    return Work(item_id, lambda: there.site.bytes_sent(last) >= 100, "yt_dlp", stores=True)


def a_profile_in_a_browser(there: Installation, number: int) -> Work:
    """A listing in Chromium: the plain client is refused, the page is let through, and then waits."""
    name = f"ann{number}"
    FastDlFake(there.site).user(name, posts=3)
    _url, asked = hang(there, "/api/v1/instagram/postsV2")
    body = {"username": name, "content_type": "posts", "downloader": "fastdl"}
    answer = there.product.request("POST", "/api/v1/platforms/instagram/download", body)
    assert answer.status == 202, answer.body
    return Work(int(answer.json()["queue_id"]), asked, "chrom")


WORKS = {
    "a file (direct)": a_file,
    "a file that says nothing (direct)": a_silent_file,
    "a listing by gallery-dl": a_board,
    "a listing by yt-dlp": a_profile,
    "a stream by yt-dlp": a_stream,
    "a listing by a browser (fastdl)": a_profile_in_a_browser,
}


def hang(there: Installation, path: str) -> tuple[str, Callable[[], bool]]:
    """Say nothing at ``path`` until the client leaves; its URL, and whether it is asked."""
    there.gallery.hanging.clear()
    return there.gallery.hang(path), there.gallery.hanging.is_set


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One product for all tries, as it is in use: at the end no process of it may be left."""
    assert shutil.which("chromium"), "make setup installs it"
    with MediaServer() as site:
        gallery = GallerySite(site)
        hosts = ",".join(f"{name}={address}" for name, address in gallery.host_map.items())
        folder = tmp_path_factory.mktemp("stopping")
        product = Product(folder / "data", variables={"MEDIADL_TEST_HOST_MAP": hosts})
        try:
            product.spawn()
            product.wait_until_healthy(BEGIN_SECONDS)
            # A hundred tries are more than an hour's budget.
            fastdl = {"base_url": site.base_url, "rate_limit_per_hour": 0}
            answer = product.request("PATCH", "/api/v1/settings", {"platforms": {"instagram": {"fastdl": fastdl}}})
            assert answer.status == 200, answer.body
            yield Installation(product, site, gallery, streams.hls(folder / "stream", seconds=4))
        finally:
            product.close()


def lines_of(processes: list[psutil.Process]) -> dict[psutil.Process, str]:
    """The command lines of those that list or fetch."""
    found = {}
    for process in processes:
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            of_an_item = any(word in line for word in CHILDREN) and OF_NO_ITEM not in line
            if of_an_item and process.status() != psutil.STATUS_ZOMBIE:
                found[process] = line
    return found


def connections_to(there: Installation) -> int:
    """How many connections the product has open to the site."""
    count = 0
    for process in there.product.tree():
        with suppress(psutil.Error):
            ends = [one.raddr for one in process.net_connections("tcp") if one.status != psutil.CONN_LISTEN]
            count += sum(bool(end) and end.port == there.site.port for end in ends)
    return count


def stored(product: Product) -> dict[str, int]:
    """What is below the folder of partial files, and its bytes."""
    found = {}
    for folder, _folders, names in os.walk(product.data_dir / "downloads" / ".partial"):
        for name in names:
            with suppress(FileNotFoundError):
                path = Path(folder) / name
                found[str(path)] = path.stat().st_size
    return found


def shown(product: Product, item_id: int) -> str:
    """The item's status; empty if it is gone."""
    answer = product.request("GET", f"/api/v1/queue/{item_id}")
    assert answer.status in {200, 404}, answer.body
    return str(answer.json()["status"]) if answer.status == 200 else ""


def seconds_to_stop(there: Installation, work: Work, act: Acts) -> float:
    """From the request until no process, no connection and, deleted, no byte of the item is left."""
    product = there.product
    wait_for(work.runs, BEGIN_SECONDS, f"item {work.item_id} is at work")
    if work.stores:
        wait_for(lambda: sum(stored(product).values()), BEGIN_SECONDS, "its first bytes are on disk")
    children = lines_of(product.tree())
    assert any(work.program in line for line in children.values()) or not work.program, children
    assert connections_to(there)
    kept = stored(product)

    def left() -> dict[str, Any]:
        """Also children that have lost their parent, and those that came meanwhile."""
        return {
            "processes": lines_of([*children, *product.tree()]),
            "connections": connections_to(there),
            "files": stored(product) if act is delete else {},
        }

    began = time.monotonic()
    act(product, work.item_id)
    try:
        wait_for(lambda: not any(left().values()), 60, "it stops")
    except AssertionError as error:
        raise AssertionError(f"{act.__name__} has left {left()}") from error
    took = time.monotonic() - began
    assert shown(product, work.item_id) == ENDS[act]
    assert product.request("GET", "/api/v1/queue/stats").json()["downloading"] == 0
    if act is not delete:  # it may be gone on with: a pause and a retry take up what is on disk
        now = stored(product)
        assert {path: now.get(path, 0) >= size for path, size in kept.items()} == dict.fromkeys(kept, True)
        delete(product, work.item_id)
        assert shown(product, work.item_id) == ""
        assert stored(product) == {}
    return took


def allowed_seconds(tries: int) -> float:
    """What is promised; with few tries as much more as this machine is slower than an idle one just now."""
    if tries > FEW_TRIES:
        return PROMISED_SECONDS
    started = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", ""], check=True, timeout=60)
    return PROMISED_SECONDS * max(BUSY_FACTOR, (time.monotonic() - started) / NOMINAL_START_SECONDS)


@pytest.mark.parametrize("act", ENDS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("what", WORKS)
def test_stops_and_leaves_nothing(there: Installation, scale: Scale, figures: Figures, what: str, act: Acts):
    tries = scale.of(1, 34)
    seconds = [seconds_to_stop(there, WORKS[what](there, next(there.numbers)), act) for _try in range(tries)]
    p95 = percentile(seconds, 0.95)
    figures.add(f"{act.__name__.title()} of {what}", f"{tries} tries", f"p95 {p95:.2f} s, worst {max(seconds):.2f} s")
    assert p95 <= allowed_seconds(tries), seconds
