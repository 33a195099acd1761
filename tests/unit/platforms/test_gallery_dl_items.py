"""``gallery-dl``: what its lines become, and how it is kept to itself."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from mediadl.media import FetchMethod, MediaError, MediaType
from platforms.contract import NotForThisDownloaderError
from platforms.extractors.gallery_dl import read_line
from platforms.web.gallery_dl import GalleryDlAdapter
from platforms.web.gallery_dl import _item as item_of_data
from tests.fakes.site_gallery import BOARD_HOST


def line(**data: object) -> str:
    import json

    return json.dumps({"category": "somesite", "mediadl_url": "https://i.example/a.jpg", **data})


def _item(text: str):
    data = read_line(text)
    return None if data is None else item_of_data(data)


def test_a_line_becomes_an_item():
    item = _item(
        line(
            id=77, num=2, date="2025-10-13 15:45:23", description="A cat", author={"name": "Ann"},
            width=800, height=600, filename="IMG_1", extension="jpg", post_url="https://example.org/p/77",
            _http_headers={"Referer": "https://example.org/", "Cookie": "secret=1", "Authorization": "Bearer x"},
            _fallback=["https://i.example/small.jpg"],
        )
    )  # fmt: skip
    assert item.page_url == "https://example.org/p/77"
    assert item.candidates == ("https://i.example/a.jpg", "https://i.example/small.jpg")
    assert item.post_id == "somesite:77"
    assert item.post_date == datetime(2025, 10, 13, 15, 45, 23, tzinfo=UTC)
    assert item.headers == {"Referer": "https://example.org/"}
    assert item.metadata == {
        "extractor": "somesite", "position": 2, "width": 800, "height": 600,
        "caption": "A cat", "author": "Ann", "original_name": "IMG_1.jpg",
    }  # fmt: skip
    assert (item.content_type, item.media_type) == ("image", MediaType.IMAGE)


def test_a_video_for_yt_dlp_is_left_to_it():
    item = _item(line(mediadl_url="ytdl:https://example.org/watch/5"))
    assert item.method is FetchMethod.YT_DLP
    assert item.candidates == ("https://example.org/watch/5",)


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[1]", "{}", line(mediadl_url="text:hello"), line(mediadl_url=5), "[" * 100_000],
)
def test_lines_that_are_no_files_are_passed_over(text):
    assert _item(text) is None


@pytest.mark.parametrize("category", ["directlink", "generic"])
def test_extractors_for_any_url_are_not_used(category):
    with pytest.raises(NotForThisDownloaderError):
        _item(line(category=category))


@pytest.mark.parametrize("date", ["soon", 1e300, [], "2025-13-45", float("nan")])
def test_a_date_that_makes_no_sense_is_no_date(date):
    assert _item(line(date=date)).post_date is None


def test_bytes_in_headers_are_read_back():
    item = _item(line(_http_headers={"Referer": "b'https://example.org/x'"}))
    assert item.headers == {"Referer": "https://example.org/x"}


def test_the_users_own_configuration_is_not_read(bench, tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / ".config/gallery-dl").mkdir(parents=True)
    (home / ".config/gallery-dl/config.json").write_text('{"extractor": {"image-filter": "False"}}')
    monkeypatch.setenv("HOME", str(home))
    assert len(bench.list(GalleryDlAdapter(), bench.site.board("b", 1))) == 2


def test_it_leaves_nothing_behind(bench):
    before = set(Path(settings.RUN_DIR).glob("*")) if Path(settings.RUN_DIR).exists() else set()
    bench.list(GalleryDlAdapter(), bench.site.board("b", 1))
    assert set(Path(settings.RUN_DIR).glob("*")) == before


def test_its_only_way_out_is_the_proxy(bench):
    url = bench.site.board("b", 1)
    bench.proxy_url = "http://wrong:password@" + bench.proxy_url.rpartition("@")[2]
    with pytest.raises(MediaError):
        bench.list(GalleryDlAdapter(), url)
    assert bench.site.server.request_count() == 0


def test_a_thread_that_fails_in_the_middle_fails_the_listing_after_what_was_found(bench):
    url = bench.site.board("b", 3)
    bench.site.status("/b/res/2.json", 500)
    items = GalleryDlAdapter().list_media(bench.context(url))
    found = []
    with pytest.raises(MediaError, match="500"):
        found.extend(iter(lambda: next(items), None))
    assert {item.post_id for item in found} <= {"endchan:1", "endchan:3"} or found == []


def test_a_single_thread_is_one_post(bench):
    bench.site.board("b", 1)
    items = bench.list(GalleryDlAdapter(), f"http://{BOARD_HOST}/b/res/1.html")
    assert len(items) == 2
    assert len({item.post_id for item in items}) == 1
    assert os.path.basename(items[0].candidates[0]) == "b-1-1.png"  # noqa: PTH119 - a URL
