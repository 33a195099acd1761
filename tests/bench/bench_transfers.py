"""Pictures and a large file, fetched by the product and by its peers in turn from one server.

Everything is a ratio within this run. Folders are fresh, and nothing is deleted before the end.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.bench.origin_process import OriginProcess
from tests.bench.peers import ARIA2C, CURL, GALLERY_DL, YT_DLP, Peer
from tests.bench.pictures import make_pictures
from tests.bench.product_runs import MeasuredProduct
from tests.bench.usage import Usage, run
from tests.fakes.big_video import make_big_video

PICTURES = 1000
FEW = 200  # what a slow peer fetches of them; its rate counts
GIGABYTE = 1_000_000_000
ROUNDS = 3
LATENCY = 0.05
GALLERY_RATIO, LATENCY_RATIO, ITEMS_RATIO, YT_DLP_RATIO = 0.6, 0.97, 0.5, 3.0
SHA256SUM_RATIO, OPENSSL_RATIO = 0.6, 1.1


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    make_pictures(folder, PICTURES)
    return folder


@pytest.fixture
def fast(pictures: Path) -> Iterator[OriginProcess]:
    """The server without latency."""
    with OriginProcess(pictures) as origin:
        yield origin


@pytest.fixture
def distant(pictures: Path) -> Iterator[OriginProcess]:
    """The server with 50 ms of latency."""
    with OriginProcess(pictures, latency=LATENCY) as origin:
        yield origin


class Runs:
    """The usages of each contestant, and their table."""

    def __init__(self, title: str, files: int) -> None:
        self._title = title
        self._files = files
        self._usages: dict[str, list[Usage]] = {}
        self._numbers: dict[str, int] = {}

    def add(self, name: str, usage: Usage, files: int | None = None) -> None:
        """One run."""
        self._usages.setdefault(name, []).append(usage)
        self._numbers[name] = files or self._files

    def rate(self, name: str) -> float:
        """Files a second, the median of its runs."""
        return self._numbers[name] / self.wall(name)

    def wall(self, name: str) -> float:
        """Seconds, the median of its runs."""
        return statistics.median(usage.wall for usage in self._usages[name])

    def tell(self) -> None:
        """Print the table."""
        lines = [
            f"\n**{self._title}**\n",
            "| | files/s | wall (s), all runs | CPU (s) | peak memory (MB) |",
            "|---|--:|---|--:|--:|",
        ]
        for name, usages in self._usages.items():
            walls = ", ".join(f"{usage.wall:.2f}" for usage in usages)
            cpu, memory = (
                statistics.median(values) for values in zip(*((u.cpu, u.memory_mb) for u in usages), strict=True)
            )
            lines.append(f"| {name} | {self.rate(name):.1f} | {walls} | {cpu:.2f} | {memory:.0f} |")
        print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201 - what a bench is for


OURS = "Media Downloader"


def _against(
    runs: Runs,
    tmp_path: Path,
    ours: Callable[[MeasuredProduct], Usage],
    yardsticks: Sequence[tuple[Peer, list[str], Path]],
) -> None:
    """Every contestant in turn, each time into fresh folders."""
    for peer, _urls, _source in yardsticks:
        if not peer.is_here:
            pytest.fail(f"{peer.program} is not installed; this bench compares with it")
    for number in range(ROUNDS):
        product = MeasuredProduct(tmp_path / f"data{number}")
        try:
            runs.add(OURS, ours(product))
        finally:
            product.close()
        for index, (peer, urls, source) in enumerate(yardsticks):
            runs.add(peer.name, peer.fetch(urls, source, tmp_path / f"peer{number}-{index}"), len(urls))
    runs.tell()


def test_a_gallery(pictures: Path, fast: OriginProcess, tmp_path: Path) -> None:
    urls = fast.urls()
    runs = Runs("A gallery of 1000 pictures, 4 at once", PICTURES)
    yardsticks = [
        (ARIA2C, urls, pictures),
        (CURL, urls, pictures),
        (GALLERY_DL, urls[:FEW], pictures),
        (YT_DLP, urls[:FEW], pictures),
    ]
    _against(runs, tmp_path, lambda product: product.gallery(fast.address, PICTURES), yardsticks)
    assert runs.rate(OURS) >= GALLERY_RATIO * runs.rate(ARIA2C.name)
    assert runs.rate(OURS) > YT_DLP_RATIO * runs.rate(YT_DLP.name)


def test_a_gallery_far_away(pictures: Path, distant: OriginProcess, tmp_path: Path) -> None:
    runs = Runs("A gallery of 1000 pictures, 4 at once, 50 ms away", PICTURES)
    _against(
        runs, tmp_path, lambda product: product.gallery(distant.address, PICTURES), [(ARIA2C, distant.urls(), pictures)]
    )
    assert runs.rate(OURS) >= LATENCY_RATIO * runs.rate(ARIA2C.name)


def test_a_thousand_items(pictures: Path, fast: OriginProcess, tmp_path: Path) -> None:
    urls = fast.urls()
    runs = Runs("1000 queue items of a picture each, added through the API", PICTURES)
    _against(runs, tmp_path, lambda product: product.items(urls), [(ARIA2C, urls, pictures)])
    assert runs.rate(OURS) >= ITEMS_RATIO * runs.rate(ARIA2C.name)


def test_one_large_file(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = tmp_path_factory.mktemp("large")
    make_big_video(folder / "large.mp4", GIGABYTE)
    runs = Runs("One file of 1 GB, verified and synced", 1)
    with OriginProcess(folder) as origin:
        url = f"{origin.address}/large.mp4"
        for number in range(ROUNDS):
            product = MeasuredProduct(tmp_path / f"data{number}")
            try:
                runs.add(OURS, product.file(url))
            finally:
                product.close()
            for name, hashing in (
                ("curl, sha256sum, sync", "sha256sum"),
                ("curl, openssl, sync", "openssl dgst -sha256"),
            ):
                target = tmp_path / f"curl{number}-{hashing[:7]}"
                target.mkdir()
                script = f"curl -q -sS --fail -o large.mp4 '{url}' && {hashing} large.mp4 && sync large.mp4"
                runs.add(name, run(["sh", "-c", script], cwd=target))
            subprocess.run(["sync"], check=True)
    runs.tell()
    assert runs.wall(OURS) <= SHA256SUM_RATIO * runs.wall("curl, sha256sum, sync")
    assert runs.wall(OURS) <= OPENSSL_RATIO * runs.wall("curl, openssl, sync")
