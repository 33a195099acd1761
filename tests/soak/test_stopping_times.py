"""Cancel, pause and delete of a transfer that runs: two seconds at most, whoever fetches."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mediadl.media import FetchMethod
from queue_app import services
from queue_app.models import QueueItem
from tests.fakes import streams
from tests.fakes.media_server import MediaServer, ServedFile
from tests.fakes.site_gallery import GallerySite
from tests.soak.measuring import Figures, Scale, percentile
from tests.unit.platforms.adapter_cases import CASES
from tests.unit.queue_app.building import change_settings, drain_running, enqueue, eventually, media, picture
from tests.unit.queue_app.conftest import _quick_waits, site
from tests.unit.queue_app.fake_site import HOST, FakeSite

__all__ = ["_quick_waits", "site"]
pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "broker"]),
    pytest.mark.timeout(7200),
]
ACTIONS: tuple[Callable[..., object], ...] = (services.cancel, services.pause, services.delete)
MOST_SECONDS = 2.0
FEW_TRIES = 10  # their worst is all there is of a p95; a busy machine must not decide


@pytest.fixture
def server(folder: Path) -> Iterator[MediaServer]:
    with MediaServer() as running:
        yield running


class Measured:
    """Starts items that never end and measures how long each action takes to end their work."""

    def __init__(self, tries: int) -> None:
        self.most_seconds = MOST_SECONDS if tries > FEW_TRIES else 3 * MOST_SECONDS
        self.seconds: list[float] = []
        self.tries = tries

    def run(self, start: Callable[[int], tuple[QueueItem, Callable[[], object]]]) -> None:
        """``start`` adds an item and says how to see that its transfer runs."""
        with drain_running(linger=600) as session:
            for number in range(self.tries):
                item, runs = start(number)
                eventually(runs, 60)
                began = time.monotonic()
                ACTIONS[number % len(ACTIONS)](item_id=item.pk)
                eventually(lambda: not session._feed.running(), 30)
                self.seconds.append(time.monotonic() - began)

    def report(self, figures: Figures, what: str) -> None:
        p95 = percentile(self.seconds, 0.95)
        figures.add(f"Cancel, pause, delete of {what}", f"{self.tries} tries", f"p95 {p95:.2f} s")
        assert p95 <= self.most_seconds, self.seconds


def test_a_file_over_http(site: FakeSite, server: MediaServer, scale: Scale, figures: Figures):
    """Half of them say nothing at all, half drip."""
    data = picture(1, side=700)

    def start(number: int) -> tuple[QueueItem, Callable[[], object]]:
        path = f"/{number}.jpg"
        server.add(path, ServedFile(data, bytes_per_second=3000 if number % 2 else None))
        server.hold(path, len(data) // 2)
        page = f"https://{HOST}/u{number}"
        site.lists(media(f"m{number}", server.url_of(path)), url=page)
        return enqueue(page), lambda: server.bytes_sent(path) > 1000

    measured = Measured(scale.of(6, 100))
    measured.run(start)
    measured.report(figures, "a file over HTTP (direct)")


PROGRAMS = {case.name: case for case in CASES if case.name in {"web/gallery-dl", "web/yt-dlp", "instagram/fastdl"}}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_listing_by_a_program(server: MediaServer, settings: Any, scale: Scale, figures: Figures, name: str):
    """gallery-dl, yt-dlp or a browser waits for an answer that never comes."""
    case, gallery = PROGRAMS[name], GallerySite(server)
    hosts = tuple(gallery.host_map.items())
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, test_host_map=hosts)

    def start(number: int) -> tuple[QueueItem, Callable[[], object]]:
        gallery.hanging.clear()
        url = case.url_named(gallery, f"slow{number}")
        for leaf, value in gallery.settings.items():
            change_settings(platforms={case.platform: {leaf.split(".")[0]: {leaf.split(".")[1]: value}}})
        gallery.hang(case.path_of(f"slow{number}"))
        return enqueue(url, downloader=case.downloader), gallery.hanging.is_set

    if case.platform == "instagram":  # a hundred tries are more than an hour's budget
        change_settings(platforms={case.platform: {case.downloader: {"rate_limit_per_hour": 0}}})
    measured = Measured(scale.of(3, 100))
    measured.run(start)
    measured.report(figures, f"a listing by {name}")


def test_a_stream_that_yt_dlp_writes(
    site: FakeSite, server: MediaServer, tmp_path: Path, scale: Scale, figures: Figures
):
    gallery = GallerySite(server)
    url = gallery.stream("/hls", streams.hls(tmp_path, seconds=4))
    pieces = [f"/hls/{path.name}" for path in tmp_path.iterdir() if path.suffix == ".ts"]
    for piece in pieces:
        server.hold(piece, 100)

    def start(number: int) -> tuple[QueueItem, Callable[[], object]]:
        server.reset_counters()
        page = f"https://{HOST}/u{number}"
        stream = media(f"m{number}", url, content_type="video", fetch_options={"preset": "best"})
        site.lists(dataclasses.replace(stream, method=FetchMethod.YT_DLP), url=page)
        return enqueue(page), lambda: any(server.request_count(piece) for piece in pieces)

    measured = Measured(scale.of(3, 100))
    measured.run(start)
    measured.report(figures, "a stream by yt-dlp")
