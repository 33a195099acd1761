"""``direct``: a URL that is a media file, and everything that is none."""

import pytest

from mediadl.media import FailureKind, MediaError, MediaType
from platforms.contract import NotForThisDownloaderError
from platforms.web.direct import PROBE_BYTES, DirectAdapter

STARTS = [
    (b"\xff\xd8\xff\xe0", "image/jpeg", MediaType.IMAGE),
    (b"GIF89a", "image/gif", MediaType.IMAGE),
    (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp", MediaType.IMAGE),
    (b"\x00\x00\x00\x1cftypavif", "image/avif", MediaType.IMAGE),
    (b"\x00\x00\x00\x1cftypheic", "image/heic", MediaType.IMAGE),
    (b"\x00\x00\x00\x1cftypisom", "application/octet-stream", MediaType.VIDEO),
    (b"\x1aE\xdf\xa3", "text/plain", MediaType.VIDEO),
    (b"RIFF\x10\x00\x00\x00AVI LIST", "video/x-msvideo", MediaType.VIDEO),
    (b"ID3\x04", "audio/mpeg", MediaType.AUDIO),
    (b"fLaC", "audio/flac", MediaType.AUDIO),
    (b"\x00\x00\x00\x1cftypM4A ", "audio/mp4", MediaType.AUDIO),
    (b"garbage", "image/jpeg", MediaType.IMAGE),  # the verification will say that it is damaged
]


def listed(bench, path="/x"):
    return bench.list(DirectAdapter(), bench.site.server.url_of(path))


@pytest.mark.parametrize(("start", "declared", "kind"), STARTS)
def test_media_is_told_by_its_first_bytes_then_by_its_type(bench, start, declared, kind):
    bench.site.server.add("/x", start + bytes(100), content_type=declared)
    [item] = listed(bench)
    assert item.media_type is kind
    assert item.candidates == (bench.site.server.url_of("/x"),)
    assert item.size == len(start) + 100
    assert len(item.media_id) == 12


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        (b"<!DOCTYPE html><p>x", "text/html"),
        (b"<html>", "image/jpeg"),
        (b"\n  <?xml version='1.0'?><svg/>", "image/svg+xml"),
        (b"#EXTM3U\n#EXT-X-VERSION:3", "application/vnd.apple.mpegurl"),
        (b"#EXTM3U", "audio/mpegurl"),
        (b'{"a": 1}', "application/json"),
        (b"PK\x03\x04", "application/zip"),
        (b"", "text/html"),
    ],
)
def test_what_is_no_media_goes_to_the_next_downloader(bench, body, declared):
    bench.site.server.add("/x", body, content_type=declared)
    with pytest.raises(NotForThisDownloaderError):
        listed(bench)


def test_an_empty_file_with_a_media_name_is_listed_so_that_its_failure_is_shown(bench):
    bench.site.server.add("/x.jpg", b"", content_type="application/octet-stream")
    [item] = listed(bench, "/x.jpg")
    assert item.media_type is MediaType.IMAGE


def test_only_the_first_bytes_are_asked_for(bench):
    bench.site.server.add("/x", b"\xff\xd8\xff" + bytes(5_000_000), content_type="image/jpeg")
    [item] = listed(bench)
    assert bench.site.server.wait_for_bytes("/x", PROBE_BYTES)  # counted a moment after the client has them
    assert bench.site.server.bytes_sent("/x") == PROBE_BYTES
    assert item.size == 5_000_003


def test_a_server_without_ranges_serves_too(bench):
    bench.site.server.add("/x", b"\xff\xd8\xff" + bytes(50_000), content_type="image/jpeg", ranges=False)
    [item] = listed(bench)
    assert item.size == 50_003


@pytest.mark.parametrize("status", [401, 403, 405, 406])
def test_a_refused_probe_may_be_served_another_way(bench, status):
    bench.site.status("/x", status)
    with pytest.raises(NotForThisDownloaderError):
        listed(bench)


@pytest.mark.parametrize(("status", "kind"), [(404, FailureKind.GONE), (410, FailureKind.GONE), (503, None)])
def test_a_dead_link_ends_the_chain_at_once(bench, status, kind):
    bench.site.status("/x", status)
    with pytest.raises(MediaError) as caught:
        listed(bench)
    assert caught.value.kind is (kind or FailureKind.TRANSIENT)


def test_the_same_file_behind_new_signatures_has_the_same_id(bench):
    bench.site.server.add("/x.jpg", b"\xff\xd8\xff" + bytes(9))
    first = listed(bench, "/x.jpg?Expires=1&Signature=a")
    second = listed(bench, "/x.jpg?Expires=2&Signature=b")
    assert first[0].media_id == second[0].media_id
