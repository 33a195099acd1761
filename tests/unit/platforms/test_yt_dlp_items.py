"""``yt-dlp``: what its lines become: plain files for the engine, streams for itself."""

import json
from datetime import UTC, datetime

import pytest

from mediadl.media import FailureKind, FetchMethod, MediaError, MediaType
from platforms.extractors.yt_dlp import read_line
from platforms.web.presets import PRESETS, preset_named
from platforms.web.yt_dlp import YtDlpAdapter, _item
from tests.fakes import streams
from tests.fakes.site_gallery import PROFILE_HOST

ENTRY = {
    "id": "abc", "extractor_key": "SomeSite", "webpage_url": "https://example.org/v/abc", "ext": "mp4",
    "url": "https://cdn.example/abc.mp4?sig=1", "protocol": "https", "filesize": 1000, "timestamp": 1760370323,
    "title": "A film", "uploader": "Ann", "duration": 12.5, "http_headers": {"Referer": "https://example.org/"},
}  # fmt: skip


def made(preset: str = "best", **changes: object):
    return _item(ENTRY | changes, preset_named(preset))


def test_one_plain_file_is_fetched_by_the_engine():
    item = made()
    assert item.method is FetchMethod.HTTP
    assert item.candidates == ("https://cdn.example/abc.mp4?sig=1",)
    assert item.headers == {"Referer": "https://example.org/"}
    assert item.size == 1000
    assert item.page_url == "https://example.org/v/abc"
    assert item.post_date == datetime(2025, 10, 13, 15, 45, 23, tzinfo=UTC)
    assert item.metadata["title"] == "A film"
    assert item.metadata["duration_seconds"] == 12.5


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": "m3u8_native"},
        {"protocol": "http_dash_segments"},
        {"requested_formats": [{}, {}], "url": None},
        {"ext": "flv"},
        {"cookies": "session=1"},
        {"url": "rtmp://example.org/x"},
    ],
)
def test_what_is_no_plain_file_is_left_to_yt_dlp(changes):
    item = made(**changes)
    assert item.method is FetchMethod.YT_DLP
    assert item.candidates == ("https://example.org/v/abc",)
    assert item.fetch_options == {"preset": "best"}


@pytest.mark.parametrize("preset", ["audio", "subtitles"])
def test_presets_that_make_a_file_are_left_to_yt_dlp(preset):
    item = made(preset)
    assert item.method is FetchMethod.YT_DLP
    assert item.fetch_options == {"preset": preset}


def test_sound_is_called_sound():
    assert made(vcodec="none", ext="m4a").media_type is MediaType.AUDIO
    assert made("audio").media_type is MediaType.AUDIO


def test_a_video_is_the_same_however_it_is_signed_or_fetched_but_each_preset_is_another_file():
    assert made().media_id == made(url="https://cdn2.example/other.mp4?sig=2").media_id
    assert made().media_id == made(protocol="m3u8_native").media_id
    assert len({made(preset.name).media_id for preset in PRESETS}) == len(PRESETS)


@pytest.mark.parametrize("live", ["is_live", "is_upcoming"])
def test_what_is_live_is_refused_with_the_reason(live):
    with pytest.raises(MediaError, match="LIVE_STREAM"):
        made(live_status=live)


@pytest.mark.parametrize(
    "line",
    ["", "mediadl", "mediadl nothing", "mediadl []", "mediadl {}", json.dumps(ENTRY), "mediadl " + "[" * 100_000],
)
def test_other_lines_are_passed_over(line):
    assert read_line(line) is None


def test_an_unknown_preset_names_those_that_exist(bench):
    with pytest.raises(MediaError, match="1080p"):
        bench.list(YtDlpAdapter(), "http://example.org/", metadata={"preset": "8k"})


def test_a_playlist_yields_its_entries_in_order(bench):
    items = bench.list(YtDlpAdapter(), bench.site.profile("ann", 3))
    assert [item.metadata["position"] for item in items] == [1, 2, 3]
    assert items[0].candidates == (f"http://{PROFILE_HOST}/media/ann-sound-1.m4a",)
    assert items[0].page_url == f"http://{PROFILE_HOST}/u/ann/sound-1"
    assert items[0].metadata["author"] == "ann"


def test_one_lost_entry_spoils_no_playlist_but_a_failing_site_does(bench):
    url = bench.site.profile("ann", 3)
    bench.site.status("/u/ann/sound-2", 404)
    assert [item.metadata["title"] for item in bench.list(YtDlpAdapter(), url)] == ["sound-1", "sound-3"]
    bench.site.status("/u/ann/sound-2", 502)
    with pytest.raises(MediaError) as caught:
        bench.list(YtDlpAdapter(), url)
    assert caught.value.kind is FailureKind.TRANSIENT


def test_the_id_of_a_stream_is_that_of_its_url(bench, tmp_path):
    url = bench.site.stream("/one", streams.hls(tmp_path / "one", seconds=1))
    other = bench.site.stream("/two", tmp_path / "one")
    [first], [second] = bench.list(YtDlpAdapter(), url), bench.list(YtDlpAdapter(), other)
    assert first.media_id != second.media_id
