"""The main job, as a program does it: links in, files on disk, everything told over the socket."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.fakes.big_video import make_big_video
from tests.fakes.corpus import make_broken, make_corpus
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.product.running import Product, wait_for

MIB = 1024 * 1024
BIG = 300 * MIB


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """More than 40 real pictures, videos and sounds of different formats."""
    return make_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture
def site() -> Iterator[MediaServer]:
    """A site on loopback."""
    with MediaServer() as server:
        yield server


class Follower:
    """Reads the socket in a thread until it is closed."""

    def __init__(self, product: Product) -> None:
        self.events: list[dict[str, Any]] = []
        address = product.address.replace("http", "ws", 1)
        self._socket = connect(f"{address}/ws/downloads?token={product.token()}")
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for message in self._socket:
                self.events.append(json.loads(message))
        except ConnectionClosed:
            pass

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event["data"] for event in list(self.events) if event["type"] == kind]

    def __enter__(self) -> "Follower":
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()
        self._thread.join(5)


def add(product: Product, url: str, **fields: object) -> int:
    answer = product.request("POST", "/api/v1/queue", {"url": url, **fields})
    assert answer.status == 201, answer.body
    return int(answer.json()["id"])


def item(product: Product, item_id: int) -> dict[str, Any]:
    answer = product.request("GET", f"/api/v1/queue/{item_id}")
    assert answer.status == 200, answer.body
    return dict(answer.json())


def wait_until_ended(product: Product, item_id: int, seconds: float = 90) -> dict[str, Any]:
    ended = {"completed", "failed", "cancelled"}

    def state() -> dict[str, Any] | None:
        shown = item(product, item_id)
        return shown if shown["status"] in ended else None

    return dict(wait_for(state, seconds, f"item {item_id} ended; now {item(product, item_id)}"))


def downloads(product: Product) -> list[dict[str, Any]]:
    return list(product.request("GET", "/api/v1/downloads?per_page=200&status=completed").json()["items"])


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def leftovers(product: Product) -> list[str]:
    return [str(path) for path in product.data_dir.rglob("*.part")]


def test_a_gallery_arrives_byte_for_byte_and_the_socket_tells(product: Product, site: MediaServer, corpus: list[Path]):
    assert len(corpus) >= 40
    for path in corpus:
        site.add(f"/media/{path.name}", path)
    with Follower(product) as follower:
        item_id = add(product, site.gallery_url)
        ended = wait_until_ended(product, item_id)
        assert ended["status"] == "completed", ended
        assert ended["items_downloaded"] == len(corpus)
        wait_for(lambda: follower.of("download_completed"), 3, "the completed event")
        wait_for(lambda: follower.of("notification"), 3, "the notification")

    by_url = {row["metadata"]["media_url"]: row for row in downloads(product)}
    for path in corpus:
        row = by_url[site.url_of(f"/media/{path.name}")]
        stored = Path(row["file_path"])
        assert stored.read_bytes() == path.read_bytes(), path.name
        assert row["file_hash"] == f"sha256:{sha256(path)}"
        assert row["file_size"] == path.stat().st_size

    assert [data["status"] for data in follower.of("download_completed")] == ["completed"]
    progress = [data["progress"] for data in follower.of("download_progress")]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    sequence = [event["seq"] for event in follower.events if "seq" in event]
    assert sequence == sorted(set(sequence))
    assert follower.of("notification")[0]["action"]["link"].startswith("/history?source=")
    assert leftovers(product) == []


def test_a_second_run_asks_for_no_media(product: Product, site: MediaServer, corpus: list[Path]):
    for path in corpus[:12]:
        site.add(f"/media/{path.name}", path)
    wait_until_ended(product, add(product, site.gallery_url))
    site.reset_counters()

    ended = wait_until_ended(product, add(product, site.gallery_url))

    assert (ended["status"], ended["items_downloaded"], ended["items_skipped"]) == ("completed", 0, 12)
    assert {seen.path for seen in site.requests} == {"/gallery"}


def drain_processes(product: Product) -> list[Any]:
    """The cluster's worker processes: all of its but the guard."""
    workers = product.children("worker")
    guard = min(workers, key=lambda process: process.create_time())
    return [process for process in workers if process.pid != guard.pid]


@pytest.fixture(scope="session")
def big_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 MiB that pass for a video."""
    return make_big_video(tmp_path_factory.mktemp("big") / "big.mp4", BIG)


def test_a_killed_worker_resumes_by_itself_from_the_partial_file(product: Product, site: MediaServer, big_file: Path):
    site.add("/big.mp4", big_file)
    site.hold("/big.mp4", BIG // 2)
    item_id = add(product, site.url_of("/big.mp4"))
    assert site.wait_for_bytes("/big.mp4", BIG // 2, timeout=60)
    (partial,) = [path for path in leftovers(product) if not path.endswith(".meta.part")]
    wait_for(lambda: Path(partial).stat().st_size > BIG // 2 - 8 * MIB, 20, "the first half is on disk")

    for process in drain_processes(product):
        process.kill()
    site.release("/big.mp4")

    ended = wait_until_ended(product, item_id, seconds=60)
    assert ended["status"] == "completed", ended
    (row,) = downloads(product)
    assert sha256(Path(row["file_path"])) == sha256(big_file)
    # The probe and what was on its way when the worker died may be sent twice, no more.
    assert site.bytes_sent("/big.mp4") < BIG + 24 * MIB
    assert leftovers(product) == []


def test_idle_workers_that_are_all_killed_at_once_do_not_end_downloading(
    product: Product, site: MediaServer, corpus: list[Path]
):
    pictures = [path for path in corpus if path.suffix == ".jpg"][:2]
    for path in pictures:
        site.add(f"/media/{path.name}", path)
    first = wait_until_ended(product, add(product, site.url_of(f"/media/{pictures[0].name}")))
    assert first["status"] == "completed"

    for process in product.children("worker"):
        process.kill()

    second = wait_until_ended(product, add(product, site.url_of(f"/media/{pictures[1].name}")), seconds=60)
    assert second["status"] == "completed"


def test_a_clean_stop_keeps_a_running_transfer_for_the_next_start(product: Product, site: MediaServer, tmp_path: Path):
    video = make_big_video(tmp_path / "video.mp4", 40 * MIB)
    site.add("/video.mp4", video)
    site.hold("/video.mp4", 20 * MIB)
    item_id = add(product, site.url_of("/video.mp4"))
    assert site.wait_for_bytes("/video.mp4", 20 * MIB, timeout=30)

    assert product.stop() < 10
    site.release("/video.mp4")
    product.start()

    assert wait_until_ended(product, item_id)["status"] == "completed"
    (row,) = downloads(product)
    assert sha256(Path(row["file_path"])) == sha256(video)
    assert site.bytes_sent("/video.mp4") < 48 * MIB


def bad_requests(site: MediaServer) -> dict[str, int]:
    """URLs that are refused when they are added, with the status."""
    return {
        "not a url": 422,
        "": 422,
        "ftp://example.com/a.jpg": 422,
        "file:///etc/passwd": 422,
        "javascript:alert(1)": 422,
        "http://10.0.0.1/a.jpg": 422,
        "http://169.254.169.254/latest/meta-data/": 422,
        "http://[fe80::1]/a.jpg": 422,
        "http://user:secret@example.com/a.jpg": 422,
        "http:\\\\example.com\\a.jpg": 422,
    }


def test_bad_urls_are_refused_and_change_nothing(product: Product, site: MediaServer):
    for url, status in bad_requests(site).items():
        answer = product.request("POST", "/api/v1/queue", {"url": url})
        assert answer.status == status, (url, answer.body)
        assert answer.json()["error_code"] == "VALIDATION_ERROR"
        assert "url" in answer.json()["errors"]
    assert product.request("GET", "/api/v1/queue").json()["total"] == 0


REDIRECTS = {
    "to-private.jpg": "http://10.0.0.1/secret.jpg",
    "to-metadata.jpg": "http://169.254.169.254/latest/meta-data/",
    "to-file.jpg": "file:///etc/passwd",
}
REFUSED_CONTENT = ["login.jpg", "error.mp4", "empty.jpg", "script.svg", "polyglot.gif"]


def redirecting(location: str) -> Callable[[Exchange], None]:
    """Answers 302 to ``location``."""
    return lambda exchange: exchange.respond(302, b"", {"Location": location})


@pytest.fixture
def bad_links(site: MediaServer, corpus: list[Path], tmp_path: Path) -> list[str]:
    """Links that can only fail when they are fetched."""
    broken = {path.name: path for path in make_broken(tmp_path / "broken", corpus[0].parent)}
    truncated = [name for name in broken if name.startswith("cut") or "-" in name]
    assert truncated
    for name in [*REFUSED_CONTENT, *truncated]:
        kind = "video/mp4" if name.endswith("mp4") else "image/jpeg"
        site.add(f"/{name}", broken[name].read_bytes(), content_type=kind)
    for name, location in REDIRECTS.items():
        site.behave(f"/{name}", redirecting(location))
    return [site.url_of(f"/{name}") for name in [*REFUSED_CONTENT, *truncated, *REDIRECTS, "gone.jpg"]]


def test_bad_links_fail_with_a_clear_error_store_nothing_and_let_others_run(
    new_product: Callable[..., Product], site: MediaServer, corpus: list[Path], bad_links: list[str]
):
    product = new_product(MEDIADL_TEST_TIME_SCALE="0.01")
    product.start()
    good = next(path for path in corpus if path.suffix == ".jpg")
    site.add("/good.jpg", good)
    added = {url: add(product, url, downloader="direct") for url in bad_links}
    good_id = add(product, site.url_of("/good.jpg"), priority=10)

    assert wait_until_ended(product, good_id)["status"] == "completed"
    for url, item_id in added.items():
        ended = wait_until_ended(product, item_id)
        assert ended["status"] == "failed", (url, ended)
        assert ended["error_message"], url
        assert "Traceback" not in ended["error_message"]
    stored = [path for path in (product.data_dir / "downloads").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in stored] == [good.read_bytes()]


def test_a_hostile_name_stays_inside_its_collection(product: Product, site: MediaServer, corpus: list[Path]):
    good = next(path for path in corpus if path.suffix == ".jpg")
    site.add("/a/../..%2f..%2f\u202egpj.exe", good)
    site.add("/good.jpg", good)
    answer = product.request("POST", "/api/v1/queue", {"url": site.url_of("/good.jpg"), "source": ".. \u202egpj.exe"})
    if answer.status == 422:  # refusing such a name is as good as making it safe
        assert "source" in answer.json()["errors"]
        return
    wait_until_ended(product, int(answer.json()["id"]))
    (row,) = downloads(product)
    stored = Path(row["file_path"])
    assert stored.resolve().is_relative_to((product.data_dir / "downloads" / "web").resolve())
    assert "\u202e" not in row["file_path"]


def test_the_folder_it_is_started_in_is_not_where_modules_come_from(
    new_product: Callable[..., Product], site: MediaServer, corpus: list[Path], tmp_path: Path
):
    """``.venv/bin/mediadl serve`` works from any folder, one of somebody's own scripts too."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    for name in ("click", "json", "PIL", "django", "mediadl", "downloads", "yt_dlp", "gallery_dl"):
        (scripts / f"{name}.py").write_text("raise SystemExit('this is a script of mine')")
    picture = next(path for path in corpus if path.suffix == ".jpg")
    site.add("/picture.jpg", picture)
    product = new_product()
    product.spawn(cwd=scripts)
    product.wait_until_healthy()
    assert wait_until_ended(product, add(product, site.url_of("/picture.jpg")))["status"] == "completed"
