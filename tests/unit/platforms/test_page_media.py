"""What counts as a page's media, and which form of it."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from mediadl.media import MediaType
from platforms.page_media import base_of, media_in

PAGE = "https://example.org/blog/post/"


def found(body: str, page: str = PAGE) -> list[str]:
    root = LexborHTMLParser(f"<html><body>{body}</body></html>").root
    return [medium.url for medium in media_in(root, base_of(root, page))]


CONTENT = [
    ("a picture", '<img src="/a.jpg">', ["https://example.org/a.jpg"]),
    ("relative to the page", '<img src="a.jpg">', ["https://example.org/blog/post/a.jpg"]),
    ("relative to base", '<base href="/other/"><img src="a.jpg">', ["https://example.org/other/a.jpg"]),
    ("a picture without extension", '<img src="/image?id=5">', ["https://example.org/image?id=5"]),
    ("a lazy picture", '<img src="data:image/gif;base64,x" data-src="/a.jpg">', ["https://example.org/a.jpg"]),
    ("a lazy picture over its placeholder", '<img src="/small.jpg" data-src="/a.jpg">', ["https://example.org/a.jpg"]),
    ("the widest of srcset", '<img src="/s.jpg" srcset="/m.jpg 600w, /l.jpg 1600w">', ["https://example.org/l.jpg"]),
    ("the densest of srcset", '<img src="/s.jpg" srcset="/m.jpg 1x, /l.jpg 3x">', ["https://example.org/l.jpg"]),
    (
        "a picture element",
        '<picture><source srcset="/l.webp 2000w"><img src="/s.jpg"></picture>',
        ["https://example.org/l.webp"],
    ),
    ("the named full size", '<img src="/s.jpg" data-full="/full.jpg">', ["https://example.org/full.jpg"]),
    ("the link around a thumbnail", '<a href="/full.jpg"><img src="/t.jpg"></a>', ["https://example.org/full.jpg"]),
    (
        "the link some elements around it",
        '<a href="/full.jpg"><span><b><img src="/t.jpg"></b></span></a>',
        ["https://example.org/full.jpg"],
    ),
    ("a link without a picture", '<a href="/full.jpg">see</a>', ["https://example.org/full.jpg"]),
    ("a preview of a video", '<a href="/film.mp4"><img src="/t.jpg"></a>', ["https://example.org/film.mp4"]),
    ("a video", '<video src="/film.mp4" poster="/p.jpg"></video>', ["https://example.org/film.mp4"]),
    (
        "a video's first source",
        '<video><source src="/film.webm"><source src="/film.mp4"></video>',
        ["https://example.org/film.webm"],
    ),
    ("a sound", '<audio><source src="/song.mp3"></audio>', ["https://example.org/song.mp3"]),
    ("a linked sound", '<a href="/song.ogg">song</a>', ["https://example.org/song.ogg"]),
    ("a player", '<iframe src="//www.youtube.com/embed/abc?autoplay=1"></iframe>', ["https://www.youtube.com/embed/abc"]),
    (
        "an attachment of a forum",
        '<a href="/attachments/photo-jpg.123/"><img src="/data/attachments/0/123.jpg"></a>',
        ["https://example.org/attachments/photo-jpg.123/"],
    ),
    ("a picture that leads to its own page", '<a href="/view/5"><img src="/a.jpg"></a>', ["https://example.org/a.jpg"]),
    (
        "an image host's picture that leads to its page there",
        '<a href="https://host.example/v/1"><img src="https://host.example/1.jpg"></a>',
        ["https://host.example/1.jpg"],
    ),
    ("only in noscript", '<noscript><img src="/a.jpg"></noscript>', ["https://example.org/a.jpg"]),
    ("a link with white space", '<img src=" /a b.jpg\n">', ["https://example.org/a%20b.jpg"]),
    ("a large picture with sizes", '<img src="/a.jpg" width="640" height="64">', ["https://example.org/a.jpg"]),
    ("in order", '<img src="/1.jpg"><a href="/2.jpg">x</a><video src="/3.mp4"></video>', [
        "https://example.org/1.jpg", "https://example.org/2.jpg", "https://example.org/3.mp4"]),
    ("a header inside an article", '<article><header><img src="/a.jpg"></header></article>', ["https://example.org/a.jpg"]),
]  # fmt: skip

NO_CONTENT = [
    ("a data URI", '<img src="data:image/png;base64,AAAA">'),
    ("a small icon", '<img src="/a.png" width="32" height="32">'),
    ("a flat banner", '<img src="/a.png" width="468" height="60">'),
    ("a small one by its style", '<img src="/a.png" style="width: 16px; height:16px">'),
    ("a tracking pixel", '<img src="https://stats.example.net/t.gif?id=1" width=1 height=1>'),
    ("a hidden picture", '<img src="/a.png" style="display:none">'),
    ("a tracker's host", '<img src="https://ad.doubleclick.net/x">'),
    ("an avatar by its class", '<img class="user-avatar" src="/a.png">'),
    ("an avatar by its place", '<div class="avatar"><img src="/a.png"></div>'),
    ("an avatar by its URL", '<img src="/data/avatars/m/1.jpg">'),
    ("a smilie", '<img class="smilie" src="/s.png">'),
    ("a smilie by its URL", '<img src="/images/smilies/grin.gif">'),
    ("a menu", '<nav><img src="/a.jpg"></nav>'),
    ("the footer", '<footer><img src="/a.jpg"></footer>'),
    ("the site's header", '<header><img src="/a.jpg"></header>'),
    ("a sidebar", '<aside><img src="/a.jpg"></aside><div class="sidebar"><a href="/b.jpg">x</a></div>'),
    ("a signature", '<div class="message-signature"><img src="/a.jpg"></div>'),
    ("a logo that leads home", '<a href="/"><img src="/logo-large.jpg"></a>'),
    ("a banner for another site", '<a href="https://shop.example/"><img src="/banner.jpg"></a>'),
    ("a vector drawing", '<img src="/a.svg">'),
    ("a spacer", '<img src="/img/spacer.gif">'),
    ("a link to a page", '<a href="/next">next</a>'),
    ("a link to a document", '<a href="/a.pdf">pdf</a>'),
    ("a script link", '<a href="javascript:alert(1)">x</a><img src="javascript:x">'),
    ("a file of this machine", '<img src="file:///etc/passwd.jpg">'),
    ("credentials in the URL", '<img src="https://user:pass@example.org/a.jpg">'),
    ("a frame of another site", '<iframe src="https://ads.example/x"></iframe>'),
    ("an empty source", '<img src=""><img><a>x</a><video></video>'),
]


@pytest.mark.parametrize(("body", "urls"), [case[1:] for case in CONTENT], ids=[case[0] for case in CONTENT])
def test_content(body, urls):
    assert found(body) == urls


@pytest.mark.parametrize("body", [case[1] for case in NO_CONTENT], ids=[case[0] for case in NO_CONTENT])
def test_furniture(body):
    assert found(body) == []


SAME = [
    ("twice the same", '<img src="/a.jpg"><img src="/a.jpg">', ["/a.jpg"]),
    ("with and without a signature", '<img src="/a.jpg"><img src="/a.jpg?Expires=1&Signature=x">', ["/a.jpg"]),
    ("a sized copy beside the full one", '<img src="/a-300x200.jpg"><a href="/a.jpg">full</a>', ["/a.jpg"]),
    ("the largest of sized copies", '<img src="/a-300x200.jpg"><img src="/a-1200x800.jpg">', ["/a-1200x800.jpg"]),
    ("a thumbs folder", '<img src="/thumbs/a.jpg"><a href="/images/a.jpg">full</a>', ["/images/a.jpg"]),
    ("a thumb in the name", '<img src="/a_thumb.jpg"><a href="/a.jpg">full</a>', ["/a.jpg"]),
    ("a width in the query", '<img src="/a.jpg?w=200"><img src="/a.jpg?w=1600">', ["/a.jpg?w=1600"]),
    ("two pictures of one folder", '<img src="/a.jpg"><img src="/b.jpg">', ["/a.jpg", "/b.jpg"]),
    ("only a sized copy", '<img src="/a-300x200.jpg">', ["/a-300x200.jpg"]),
]


@pytest.mark.parametrize(("body", "paths"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_sizes_of_one_picture_count_once(body, paths):
    assert found(body) == [f"https://example.org{path}" for path in paths]


def medium(body: str):
    root = LexborHTMLParser(f"<html><body>{body}</body></html>").root
    [only] = media_in(root, PAGE)
    return only


def test_smaller_forms_are_further_candidates():
    only = medium('<img src="/s.jpg" srcset="/m.jpg 600w, /l.jpg 1600w">')
    assert [url.rpartition("/")[2] for url in only.candidates] == ["l.jpg", "m.jpg", "s.jpg"]


def test_a_thumbnail_is_no_candidate_for_what_it_links():
    assert medium('<a href="/full.jpg"><img src="/t.jpg"></a>').candidates == ("https://example.org/full.jpg",)


def test_streams_and_players_need_yt_dlp_and_files_do_not():
    assert medium('<video><source src="/live/list.m3u8"></video>').needs_yt_dlp
    assert medium('<iframe src="https://player.vimeo.com/video/5"></iframe>').needs_yt_dlp
    both = medium('<video><source src="/list.m3u8"><source src="/film.mp4"></video>')
    assert both.url == "https://example.org/film.mp4"
    assert not both.needs_yt_dlp


def test_type_and_caption():
    only = medium('<img src="/a.jpg" alt="  A  cat\non a roof ">')
    assert only.media_type is MediaType.IMAGE
    assert only.caption == "A cat on a roof"
    assert medium('<a href="/x.MP3">x</a>').media_type is MediaType.AUDIO


def test_a_deep_page_does_not_end_it():
    depth = 5000
    body = "<div>" * depth + '<img src="/a.jpg">' + "</div>" * depth
    assert found(body) == ["https://example.org/a.jpg"]


def test_broken_markup_is_read_as_far_as_it_goes():
    assert found('<img src="/a.jpg"<p><a href="/b.jpg>unclosed') == ["https://example.org/a.jpg"]
