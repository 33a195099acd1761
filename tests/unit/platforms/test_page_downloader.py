"""``page``: what one page yields, and what it says where it yields nothing."""

import pytest

from mediadl.media import FailureKind, FetchMethod, MediaError, MediaType
from mediadl.net.client import PAGE_BYTES_LIMIT
from platforms.contract import NotForThisDownloaderError
from platforms.web.page import PageAdapter


def listed(bench, body: str, path: str = "/page", **headers: str):
    return bench.list(PageAdapter(), bench.site.page(path, body, **headers))


def test_items_carry_what_the_fetch_and_the_library_need(bench):
    items = listed(bench, '<title> Holiday\n 2025 </title><img src="/a.jpg" alt="Beach"><video src="/b.mp4"></video>')
    picture, video = items
    page = bench.site.server.url_of("/page")
    assert picture.candidates == (bench.site.server.url_of("/a.jpg"),)
    assert picture.page_url == bench.site.server.url_of("/a.jpg")
    assert picture.headers == {"Referer": page}
    assert picture.metadata == {"page": page, "title": "Holiday 2025", "caption": "Beach", "position": 1}
    assert (picture.content_type, video.content_type) == ("image", "video")
    assert video.media_type is MediaType.VIDEO
    assert video.method is FetchMethod.HTTP


def test_only_the_page_itself_is_asked(bench):
    listed(
        bench,
        '<img src="/a.jpg"><a href="/next">next</a><link rel=stylesheet href="/s.css"><script src="/s.js"></script>',
    )
    assert [request.path for request in bench.site.server.requests] == ["/page"]


def test_a_stream_is_left_to_yt_dlp(bench):
    [item] = listed(bench, '<video><source src="/live/list.m3u8"></video>')
    assert item.method is FetchMethod.YT_DLP


FALLBACKS = [
    ('<meta property="og:image" content="/main.jpg">', ["/main.jpg"]),
    ('<meta name="twitter:image" content="/main.jpg">', ["/main.jpg"]),
    ('<meta property="og:image" content="/p.jpg"><meta property="og:video" content="/film.mp4">', ["/film.mp4"]),
    ('<meta property="og:video" content="https://player.example/embed/5">', []),
    (
        '<script type="application/ld+json">{"@type":"VideoObject","contentUrl":"/film.mp4","thumbnailUrl":"/t.jpg"}'
        "</script>",
        ["/film.mp4"],
    ),
    (
        '<script type="application/ld+json">{"@graph":[{"@type":"Article","image":"/lead.jpg"}]}</script>',
        ["/lead.jpg"],
    ),
    ('<script type="application/ld+json">{broken</script>', []),
    ('<script type="application/ld+json">' + "[" * 5000 + "</script>", []),
]


@pytest.mark.parametrize(("head", "paths"), FALLBACKS)
def test_the_head_speaks_where_the_body_shows_nothing(bench, head, paths):
    items = listed(bench, f"<html><head>{head}</head><body><p>text</p></body></html>")
    assert [item.candidates[0] for item in items] == [bench.site.server.url_of(path) for path in paths]


def test_the_head_is_silent_where_the_body_shows_something(bench):
    items = listed(bench, '<meta property="og:image" content="/share.jpg"><img src="/a.jpg">')
    assert [item.candidates[0] for item in items] == [bench.site.server.url_of("/a.jpg")]


def test_a_page_in_place_of_a_promised_picture_is_an_error(bench):
    with pytest.raises(MediaError) as caught:
        listed(bench, "<html><body><p>Not found</p><img src='/other.jpg'></body></html>", "/holiday.jpg")
    assert caught.value.code == "NOT_MEDIA"
    assert caught.value.kind is FailureKind.REFUSED


def test_a_viewer_page_that_ends_like_its_picture_yields_that_picture(bench):
    body = '<img src="/banner.jpg"><img src="/full/123-holiday.jpg">'
    items = listed(bench, body, "/show/holiday.jpg")
    assert [item.candidates[0] for item in items] == [bench.site.server.url_of("/full/123-holiday.jpg")]


def test_a_login_form_without_media_asks_for_a_person(bench):
    with pytest.raises(MediaError) as caught:
        listed(bench, "<form><input name=u><input type=password></form>")
    assert caught.value.code == "LOGIN_REQUIRED"


def test_media_beside_a_login_form_are_still_found(bench):
    assert len(listed(bench, "<form><input type=password></form><img src='/a.jpg'>")) == 1


def test_what_is_no_page_is_not_for_it(bench):
    bench.site.server.add("/data.json", b'{"a": 1}', content_type="application/json")
    with pytest.raises(NotForThisDownloaderError):
        bench.list(PageAdapter(), bench.site.server.url_of("/data.json"))


def test_relative_links_start_from_where_redirects_led(bench):
    bench.site.page("/new/place/", '<img src="a.jpg">')
    url = bench.site.status("/old", 302, Location="/new/place/")
    [item] = bench.list(PageAdapter(), url)
    assert item.candidates[0] == bench.site.server.url_of("/new/place/a.jpg")


def test_a_page_over_the_limit_is_refused(bench):
    bench.site.server.add("/big", b"<html>" + b"x" * PAGE_BYTES_LIMIT, content_type="text/html")
    with pytest.raises(MediaError) as caught:
        bench.list(PageAdapter(), bench.site.server.url_of("/big"))
    assert caught.value.code == "TOO_LARGE"
