"""The chain of ``web``: who is asked, in which order, and how it ends."""

import pytest

from mediadl.media import FailureKind, FetchMethod, MediaError, MediaItem
from platforms import registry
from platforms.contract import DownloaderInfo, NotForThisDownloaderError
from platforms.listing import list_through
from tests.fakes import streams
from tests.fakes.site_gallery import PNG


def chain(bench, url: str, *names: str):
    infos = [registry.downloader("web", name) for name in names or ("direct", "gallery-dl", "yt-dlp", "page")]
    return list_through(infos, lambda _info: bench.context(url))


def who(bench, url: str, *names: str) -> list[tuple[str, str]]:
    return [(found.downloader.name, found.item.candidates[0]) for found in chain(bench, url, *names)]


def test_a_file_is_read_directly_without_starting_a_program(bench):
    bench.site.server.add("/a.png", PNG)
    url = bench.site.server.url_of("/a.png")
    assert who(bench, url) == [("direct", url)]
    assert bench.site.server.request_count() == 1


def test_a_page_that_nobody_knows_is_read_by_page(bench):
    url = bench.site.page("/gallery", '<img src="/a.jpg"><img src="/b.jpg">')
    assert who(bench, url) == [("page", bench.site.server.url_of(f"/{name}.jpg")) for name in "ab"]


def test_a_stream_is_read_by_yt_dlp(bench, tmp_path):
    url = bench.site.stream("/hls", streams.hls(tmp_path / "hls", seconds=2))
    [found] = chain(bench, url)
    assert found.downloader.name == "yt-dlp"
    assert found.item.method is FetchMethod.YT_DLP
    assert found.item.candidates == (url,)


def test_a_link_without_any_media_says_so(bench):
    url = bench.site.page("/text", "<html><body><p>Only words</p></body></html>")
    with pytest.raises(MediaError) as caught:
        who(bench, url)
    assert (caught.value.code, caught.value.kind) == ("NO_MEDIA", FailureKind.GONE)


def test_a_dead_link_asks_nobody_else(bench):
    with pytest.raises(MediaError) as caught:
        who(bench, bench.site.server.url_of("/gone"))
    assert caught.value.kind is FailureKind.GONE
    assert bench.site.server.request_count() == 1


def test_a_named_downloader_that_does_not_know_the_link_says_that(bench):
    url = bench.site.page("/gallery", '<img src="/a.jpg">')
    with pytest.raises(MediaError) as caught:
        who(bench, url, "gallery-dl")
    assert caught.value.code == "UNSUPPORTED_URL"
    assert "gallery-dl" in caught.value.detail


def test_a_picture_that_needs_a_login_is_not_called_missing(bench):
    url = bench.site.status("/members.jpg", 403)
    with pytest.raises(MediaError) as caught:
        who(bench, url)
    assert caught.value.code == "LOGIN_REQUIRED"


class _Scripted:
    """An adapter that does as told, and remembers whether it was closed."""

    def __init__(self, *steps: object) -> None:
        self.steps = steps
        self.was_closed = False

    def list_media(self, context):
        try:
            for step in self.steps:
                if isinstance(step, Exception):
                    raise step
                yield step
        finally:
            self.was_closed = True


def item(name: str) -> MediaItem:
    return MediaItem(
        media_id=name, page_url="https://e.org/", candidates=(f"https://e.org/{name}",), content_type="image"
    )


def through(bench, *adapters: _Scripted, empty_is_failure: bool = True):
    infos = [
        DownloaderInfo(f"d{number}", f"D{number}", adapter, empty_is_failure=empty_is_failure)
        for number, adapter in enumerate(adapters)
    ]
    return list_through(infos, lambda _info: bench.context("https://e.org/"))


def test_it_goes_on_after_a_refusal_and_after_an_empty_listing(bench):
    found = list(through(bench, _Scripted(NotForThisDownloaderError("no")), _Scripted(), _Scripted(item("a"))))
    assert [(one.downloader.name, one.item.media_id) for one in found] == [("d2", "a")]


def test_a_failure_ends_it_and_what_was_found_stays(bench):
    failure = MediaError(FailureKind.TRANSIENT, "TIMEOUT", "slow")
    listing = through(bench, _Scripted(item("a"), failure), _Scripted(item("b")))
    assert next(listing).item.media_id == "a"
    with pytest.raises(MediaError, match="TIMEOUT"):
        next(listing)


def test_where_an_empty_source_is_no_failure_it_just_ends(bench):
    assert list(through(bench, _Scripted(), empty_is_failure=False)) == []


def test_closing_it_closes_the_adapter(bench):
    adapter = _Scripted(item("a"), item("b"))
    listing = through(bench, adapter)
    next(listing)
    assert not adapter.was_closed
    listing.close()
    assert adapter.was_closed


def test_a_stop_between_two_downloaders_is_heard(bench):
    bench.stop.stop("cancel")
    with pytest.raises(MediaError) as caught:
        list(through(bench, _Scripted(item("a"))))
    assert caught.value.kind is FailureKind.STOPPED
