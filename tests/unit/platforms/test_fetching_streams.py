"""Streams that plain HTTP cannot fetch: yt-dlp writes them into the partial folder."""

import fcntl
import hashlib
import os
import re
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from mediadl.media import FailureKind, FetchMethod, MediaError, MediaItem
from mediadl.net.cookies import Cookie
from platforms.access import SiteAccess
from platforms.fetching import fetch_stream, working_folder
from tests.fakes import streams

LIMIT = 1024**3


@pytest.fixture(scope="module")
def hls_folder(tmp_path_factory) -> Path:
    return streams.hls(tmp_path_factory.mktemp("hls"), seconds=4)


@pytest.fixture(scope="module")
def dash_folder(tmp_path_factory) -> Path:
    return streams.dash(tmp_path_factory.mktemp("dash"), seconds=3)


class Part:
    """The engine's side: a locked partial file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "key.part"
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.fd, fcntl.LOCK_EX)

    def content(self) -> bytes:
        return self.path.read_bytes()

    def close(self) -> None:
        os.close(self.fd)


@pytest.fixture
def part(tmp_path):
    made = Part(tmp_path)
    yield made
    made.close()


def item(url: str, preset: str = "best") -> MediaItem:
    return MediaItem(
        media_id="stream", page_url=url, candidates=(url,), content_type="video",
        method=FetchMethod.YT_DLP, fetch_options={"preset": preset},
    )  # fmt: skip


def fetch(bench, part, wanted, *, on_progress=lambda _done, _total: None, max_bytes=LIMIT):
    return fetch_stream(
        wanted, fd=part.fd, part_path=part.path, stop=bench.stop, proxy_url=bench.proxy_url,
        on_progress=on_progress, max_bytes=max_bytes,
    )  # fmt: skip


def test_an_hls_stream_becomes_one_whole_file(bench, part, hls_folder):
    url = bench.site.stream("/hls", hls_folder)
    result = fetch(bench, part, item(url))
    content = part.content()
    assert result.size == len(content) > 0
    assert result.sha256 == hashlib.sha256(content).hexdigest()
    assert streams.streams_in(part.path) == {"video", "audio"}
    assert streams.duration_of(part.path) == pytest.approx(4, abs=0.3)
    assert not working_folder(part.path).exists()


def test_picture_and_sound_of_a_dash_stream_are_merged(bench, part, dash_folder):
    fetch(bench, part, item(bench.site.stream("/dash", dash_folder)))
    assert streams.streams_in(part.path) == {"video", "audio"}


def test_audio_only_has_no_picture(bench, part, dash_folder):
    fetch(bench, part, item(bench.site.stream("/dash", dash_folder), "audio"))
    assert streams.streams_in(part.path) == {"audio"}


def test_the_descriptor_and_the_name_stay_one_locked_file(bench, part, hls_folder):
    fetch(bench, part, item(bench.site.stream("/hls", hls_folder)))
    assert os.fstat(part.fd).st_ino == part.path.stat().st_ino
    with part.path.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_progress_is_told_and_never_falls(bench, part, dash_folder):
    seen: list[tuple[int, int | None]] = []
    fetch(
        bench,
        part,
        item(bench.site.stream("/dash", dash_folder)),
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen
    done = [one for one, _ in seen]
    assert done == sorted(done)
    assert all(total is None or one <= total for one, total in seen)


def test_everything_goes_through_the_proxy(bench, part, hls_folder):
    url = bench.site.stream("/hls", hls_folder)
    bench.proxy_url = "http://wrong:password@" + bench.proxy_url.rpartition("@")[2]
    with pytest.raises(MediaError):
        fetch(bench, part, item(url))
    assert bench.site.server.request_count() == 0


def test_a_stopped_fetch_ends_within_two_seconds_and_goes_on_later(bench, part, hls_folder):
    url = bench.site.stream("/hls", hls_folder)
    names = sorted(file.name for file in hls_folder.glob("*.ts"))
    bench.site.hang(f"/hls/{names[2]}")
    errors: list[MediaError] = []

    def run():
        try:
            fetch(bench, part, item(url))
        except MediaError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert bench.site.hanging.wait(30)
    stopped_at = time.monotonic()
    bench.stop.stop("pause")
    thread.join(20)
    assert time.monotonic() - stopped_at < 6  # tests/soak measures the promised 2 s
    assert errors[0].kind is FailureKind.STOPPED
    assert working_folder(part.path).is_dir()

    bench.site.stream("/hls", hls_folder)
    bench.site.server._behaviours.clear()
    bench.site.server.reset_counters()
    bench.stop = type(bench.stop)()
    fetch(bench, part, item(url))
    assert streams.duration_of(part.path) == pytest.approx(4, abs=0.3)
    assert bench.site.server.request_count(f"/hls/{names[0]}") == 0  # it was there already


def test_a_fragment_that_was_appended_and_not_noted_is_not_there_twice(bench, part, hls_folder):
    """As after a kill between the two; and once more with a note that was cut off."""
    url = bench.site.stream("/hls", hls_folder)
    names = sorted(file.name for file in hls_folder.glob("*.ts"))

    def stopped() -> None:
        with pytest.raises(MediaError):
            fetch(bench, part, item(url))

    for harm in ("appended", "note cut"):
        bench.site.stream("/hls", hls_folder)
        bench.site.hang(f"/hls/{names[2]}")
        thread = threading.Thread(target=stopped)
        bench.site.hanging.clear()
        thread.start()
        assert bench.site.hanging.wait(30)
        bench.stop.stop("pause")
        thread.join(20)
        partial = working_folder(part.path) / "media.mp4.part"
        with partial.open("ab") as file:
            file.write((hls_folder / names[1]).read_bytes())
        if harm == "note cut":
            [note] = working_folder(part.path).glob("*.ytdl")
            note.write_bytes(note.read_bytes()[:9])
        bench.site.server._behaviours.clear()
        bench.site.stream("/hls", hls_folder)
        bench.stop = type(bench.stop)()
        fetch(bench, part, item(url))
        assert streams.duration_of(part.path) == pytest.approx(4, abs=0.3), harm
        os.truncate(part.fd, 0)


def test_a_stream_over_the_limit_is_refused_and_leaves_nothing(bench, part, hls_folder):
    with pytest.raises(MediaError) as caught:
        fetch(bench, part, item(bench.site.stream("/hls", hls_folder)), max_bytes=1000)
    assert caught.value.code == "TOO_LARGE"
    assert not working_folder(part.path).exists()


def test_a_lost_fragment_fails_and_is_never_a_shorter_file(bench, part, hls_folder):
    url = bench.site.stream("/hls", hls_folder)
    lost = sorted(file.name for file in hls_folder.glob("*.ts"))[1]
    bench.site.status(f"/hls/{lost}", 404)
    with pytest.raises(MediaError) as caught:
        fetch(bench, part, item(url))
    assert caught.value.kind in {FailureKind.GONE, FailureKind.TRANSIENT}
    assert part.content() == b""


def test_a_stream_that_is_gone(bench, part):
    with pytest.raises(MediaError) as caught:
        fetch(bench, part, item(bench.site.server.url_of("/none.m3u8")))
    assert caught.value.kind is FailureKind.GONE
    assert not working_folder(part.path).exists()


def test_an_unknown_preset_is_refused(bench, part):
    with pytest.raises(MediaError, match="UNKNOWN_PRESET"):
        fetch(bench, part, item("http://127.0.0.1:1/x.m3u8", "8k"))


_SECRET = "v3ry-s3cret-c00kie"


def test_cookies_never_stand_in_a_command_line(bench, part, tmp_path):
    """A stream that yt-dlp would leave to ffmpeg, cookies and all."""
    folder = streams.hls(tmp_path / "made", seconds=2)
    playlist = folder / "list.m3u8"
    key = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:text/plain;base64,AAAAAAAAAAAAAAAAAAAAAA=="\n#EXTINF'
    playlist.write_text(playlist.read_text().replace("#EXTINF", key, 1))
    url = bench.site.stream("/hls", folder)
    access = SiteAccess(cookies=(Cookie("127.0.0.1", "sid", _SECRET, include_subdomains=False),))
    seen: list[str] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for process in Path("/proc").iterdir():
                if process.name.isdecimal():
                    with suppress(OSError):
                        seen.extend(re.findall(_SECRET, (process / "cmdline").read_bytes().decode("latin-1")))
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with suppress(MediaError):  # whether it can be fetched at all is another question
            fetch_stream(
                item(url), fd=part.fd, part_path=part.path, stop=bench.stop, proxy_url=bench.proxy_url,
                on_progress=lambda _done, _total: None, max_bytes=LIMIT, access=access,
            )  # fmt: skip
    finally:
        done.set()
        watcher.join()
    assert not seen
