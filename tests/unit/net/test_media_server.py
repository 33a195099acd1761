"""The fakes that other rooms' tests lean on do what they say."""

import subprocess
import threading
import urllib.request

import pytest

from tests.fakes.big_video import make_big_video
from tests.fakes.media_server import MediaServer

BODY = bytes(range(256)) * 1000


def ask(url: str, method: str = "GET", **headers: str):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=sent, method=method), timeout=10) as got:
            return got.status, dict(got.headers), got.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.fixture
def server(tmp_path):
    (tmp_path / "disk.mp4").write_bytes(BODY)
    with MediaServer({"/a b.jpg": BODY, "/disk.mp4": tmp_path / "disk.mp4"}) as running:
        yield running


def test_serves_files_and_a_gallery_that_links_them(server):
    for path in ("/a b.jpg", "/disk.mp4"):
        status, headers, body = ask(server.url_of(path))
        assert (status, body, headers["Content-Length"]) == (200, BODY, str(len(BODY)))
    status, _, page = ask(server.gallery_url)
    assert status == 200
    assert b'href="/a%20b.jpg"' in page
    assert b'href="/disk.mp4"' in page
    assert ask(server.url_of("/none"))[0] == 404


@pytest.mark.parametrize("path", ["/a b.jpg", "/disk.mp4"])
def test_ranges_and_validators(server, path):
    url = server.url_of(path)
    status, headers, body = ask(url, Range="bytes=100-199")
    assert (status, headers["Content-Range"], body) == (206, f"bytes 100-199/{len(BODY)}", BODY[100:200])
    etag, date = headers["ETag"], headers["Last-Modified"]
    assert ask(url, Range="bytes=100-", If_Range=etag)[2] == BODY[100:]
    assert ask(url, Range="bytes=100-", If_Range=date)[2] == BODY[100:]
    assert ask(url, Range="bytes=-10")[2] == BODY[-10:]
    assert ask(url, Range="bytes=100-", If_Range='"other"')[::2] == (200, BODY)
    status, headers, _ = ask(url, Range=f"bytes={len(BODY)}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{len(BODY)}")


def test_counts(server):
    ask(server.url_of("/disk.mp4"))
    ask(server.url_of("/disk.mp4"), Range="bytes=0-9")
    ask(server.url_of("/disk.mp4"), method="HEAD")
    assert server.bytes_sent("/disk.mp4") == len(BODY) + 10
    assert (server.request_count("/disk.mp4"), server.request_count(method="HEAD"), server.connections) == (3, 1, 3)
    server.reset_counters()
    assert (server.bytes_sent(), server.request_count()) == (0, 0)


def test_holds_a_body_until_released(server):
    server.hold("/a b.jpg", 1000)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(ask(server.url_of("/a b.jpg"))[2]))
    reader.start()
    assert server.wait_for_bytes("/a b.jpg", 1000)
    assert (server.bytes_sent("/a b.jpg"), got) == (1000, [])
    server.release("/a b.jpg")
    reader.join(10)
    assert got == [BODY]


def test_a_big_video_is_a_video_of_exactly_that_size(tmp_path):
    path = make_big_video(tmp_path / "big.mp4", 30_000_001)
    assert path.stat().st_size == 30_000_001
    made = path.stat().st_mtime_ns
    assert make_big_video(path, 30_000_001).stat().st_mtime_ns == made
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    assert float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) == pytest.approx(
        1.0, abs=0.1
    )
    data = path.read_bytes()
    assert data[10_000_000:10_000_100] != data[11_048_576:11_048_676]
    with pytest.raises(ValueError, match="too few"):
        make_big_video(tmp_path / "small.mp4", 1000)
