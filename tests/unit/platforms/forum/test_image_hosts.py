"""Links to image hosts: followed to the full picture, by gallery-dl or by reading the host's page."""

from dataclasses import replace

import pytest

from mediadl.net.proxy import GuardingProxy
from platforms.forum.adapter import ForumAdapter
from platforms.forum.image_hosts import is_known_viewer, is_same_site, may_be_viewer, shape_of
from tests.fakes.certificates import make_certificate
from tests.fakes.forum_image_hosts import NAMES, ImageHosts
from tests.fakes.forum_xenforo import XenforoFake
from tests.fakes.media_server import MediaServer

HTML = {"Content-Type": "text/html"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(400)

VIEWERS = [
    "https://imgbox.com/aB3dE5fG",
    "https://imgbox.com/g/aB3dE5fGhI",
    "https://pixhost.to/show/12/345_name.jpg",
    "https://www.imagebam.com/view/ME12AB",
    "https://postimg.cc/abc123X",
    "https://postimg.cc/gallery/abc123X",
    "https://imgur.com/aBcD123",
    "https://imgur.com/a/aBcD1",
    "https://imgur.com/gallery/some-title-aBcD123",
    "https://vipr.im/abcdef123456.html",
    "https://imx.to/i/1abc2d",
    "https://www.imagevenue.com/ME123ABC",
    "https://imagetwist.com/abcdef123456/name.jpg",
    "https://www.turboimagehost.com/p/123/name.jpg.html",
    "https://ibb.co/abc1234",
    "https://www.flickr.com/photos/someone/1234567890/",
]
NO_VIEWERS = [
    "https://images2.imgbox.com/aa/bb/aB3dE5fG_o.jpg",
    "https://i.imgur.com/aBcD123.jpg",
    "https://img12.pixhost.to/images/12/345_name.jpg",
    "https://i.postimg.cc/abc/name.jpg",
    "https://i.ibb.co/abc/name.jpg",
    "https://imgur.com/user/somebody",
    "https://imgbox.com/",
    "https://www.flickr.com/photos/someone/",
    "https://notimgbox.com/aB3dE5fG",
    "https://example.org/aB3dE5fG",
]


@pytest.mark.parametrize("url", VIEWERS)
def test_pages_of_known_hosts(url):
    assert is_known_viewer(url)


@pytest.mark.parametrize("url", NO_VIEWERS)
def test_files_profiles_and_other_sites_are_none(url):
    assert not is_known_viewer(url)


def test_links_of_one_kind_share_a_shape():
    assert shape_of("https://h.org/view/12/a.jpg") == shape_of("https://h.org/view/7/b.jpg")
    assert shape_of("https://h.org/view/12/a.jpg") != shape_of("https://h.org/i/12/a.jpg")
    assert may_be_viewer("https://h.org/view/a.jpg")
    assert not may_be_viewer("https://h.org/i/a.jpg")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://t.host.org/a", "https://host.org/b", True),
        ("https://a.co.uk/x", "https://b.co.uk/x", False),
        ("http://127.0.0.1:1/a", "http://127.0.0.1:2/a", False),
        ("https://host.org/a", "https://ghost.org/a", False),
    ],
)
def test_whose_host_it_is(one, other, same):
    assert is_same_site(one, other) is same


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    made = make_certificate(tmp_path, *NAMES)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.trust_file))
    served = ImageHosts(made.context)
    with served.server:
        yield served


@pytest.fixture
def list_thread(bench, hosts):
    """Lists a thread with the image hosts behind the proxy."""
    proxy = GuardingProxy(host_map=hosts.host_map)
    proxy.start()
    try:
        yield lambda url: list(ForumAdapter().list_media(replace(bench.context(url), proxy_url=proxy.url)))
    finally:
        proxy.stop()


def thread_with(bench, *bodies: str) -> XenforoFake:
    fake = XenforoFake(bench.site.server, posts=0)
    for body in bodies:
        fake.add_post(body)
    return fake


def test_gallery_dl_finds_the_files_behind_links(bench, hosts, list_thread):
    (box, box_file), (vipr, vipr_file) = hosts.imgbox("aB3dE5fG"), hosts.vipr("abcdef123456")
    thumb = '<img src="https://thumbs2.imgbox.com/aa/bb/aB3dE5fG_t.jpg">'
    fake = thread_with(bench, f'<a href="{box}">{thumb}</a> <a href="{vipr}">bare</a>', "<p>words</p>")
    items = list_thread(fake.thread_url)
    assert [item.candidates[0] for item in items] == [box_file, vipr_file]
    assert len({item.media_id for item in items}) == 2
    assert {item.metadata["post_id"] for item in items} == {"1001"}
    assert [item.media_id for item in list_thread(fake.thread_url)] == [item.media_id for item in items]


def test_a_dead_link_is_listed_as_it_is_so_that_its_outcome_says_why(bench, hosts, list_thread):
    box, box_file = hosts.imgbox("aB3dE5fG")
    dead = "https://vipr.im/deaddeaddead"
    fake = thread_with(bench, f'<a href="{dead}"><img src="https://i7.vipr.im/th/x.jpg"></a><a href="{box}">x</a>')
    assert [item.candidates for item in list_thread(fake.thread_url)] == [(dead,), (box_file,)]


def test_a_host_that_says_wait_is_not_waited_for_while_listing(bench, hosts, list_thread):
    box, box_file = hosts.imgbox("aB3dE5fG")
    busy, _file = hosts.vipr("abcdef123456")
    hosts.server.behave("/abcdef123456", lambda exchange: exchange.respond(429, b"", {"Retry-After": "900"}))
    fake = thread_with(bench, f'<a href="{busy}">x</a> <a href="{box}">y</a>')
    # The engine fetches the link itself next, is told to wait, and keeps that for the whole host.
    assert [item.candidates for item in list_thread(fake.thread_url)] == [(busy,), (box_file,)]
    assert hosts.server.request_count("/abcdef123456") == 1


def test_one_process_serves_the_links_of_many_posts(bench, hosts, list_thread):
    links = [hosts.vipr(f"abcdef00000{number}") for number in range(8)]
    fake = thread_with(bench, *(f'<a href="{link}">x</a>' for link, _ in links))
    assert [item.candidates[0] for item in list_thread(fake.thread_url)] == [file for _, file in reversed(links)]
    assert hosts.server.connections <= 2


@pytest.fixture
def unknown_host():
    """An image host that no extractor knows, at an address of its own."""
    with MediaServer(host="127.0.0.2") as server:
        yield server


def viewer(server: MediaServer, path: str, body: str, status: int = 200) -> str:
    text = f"<html><body>{body}</body></html>".encode()
    return server.behave(path, lambda exchange: exchange.respond(status, text, HTML))


def urls_of(bench, fake: XenforoFake) -> list[str]:
    return [item.candidates[0] for item in bench.list(ForumAdapter(), fake.thread_url)]


def linked(link: str, small: str) -> str:
    return f'<a href="{link}"><img src="{small}"></a>'


def test_the_page_of_an_unknown_host_is_read(bench, unknown_host):
    full = unknown_host.url_of("/full/boat.jpg")
    page = viewer(unknown_host, "/show/77", f'<img src="/wide-logo.png"><meta property="og:image" content="{full}">')
    fake = thread_with(bench, linked(page, unknown_host.url_of("/t/boat.jpg")))
    assert urls_of(bench, fake) == [full]
    assert {request.path for request in unknown_host.requests} == {"/show/77"}


def test_a_link_that_ends_like_a_picture_may_be_a_page(bench, unknown_host):
    full = unknown_host.url_of("/i/boat.jpg")
    page = viewer(unknown_host, "/view/boat.jpg", f'<img src="/logo.png"><a href="{full}"><img src="{full}"></a>')
    fake = thread_with(bench, linked(page, unknown_host.url_of("/t/boat.jpg")))
    assert urls_of(bench, fake) == [full]


def test_links_that_lead_to_files_are_looked_at_once_a_kind(bench, unknown_host):
    for number in range(5):
        unknown_host.add(f"/view/{number}/{number}.png", PNG)
    links = [unknown_host.url_of(f"/view/{number}/{number}.png") for number in range(5)]
    fake = thread_with(bench, *(linked(link, unknown_host.url_of("/t/x.png")) for link in links))
    assert sorted(urls_of(bench, fake)) == links
    assert len(unknown_host.requests) == 1


def test_plain_links_to_files_are_not_looked_at(bench, unknown_host):
    link = unknown_host.url_of("/i/boat.jpg")
    fake = thread_with(bench, linked(link, unknown_host.url_of("/t/boat.jpg")))
    assert urls_of(bench, fake) == [link]
    assert unknown_host.requests == []


@pytest.mark.parametrize(("body", "status"), [("<p>sold out</p>", 200), ("gone", 404)])
def test_where_the_page_shows_nothing_the_post_does(bench, unknown_host, body, status):
    page = viewer(unknown_host, "/shop/5", body, status)
    small = unknown_host.url_of("/photos/boat.jpg")
    assert urls_of(bench, thread_with(bench, linked(page, small))) == [small]


def test_a_picture_that_leads_elsewhere_is_the_picture(bench, unknown_host):
    small = unknown_host.url_of("/photos/boat.jpg")
    fake = thread_with(bench, linked("https://news.example/story/5", small))
    assert urls_of(bench, fake) == [small]


def test_a_text_link_to_an_unknown_page_is_no_medium(bench, unknown_host):
    page = unknown_host.url_of("/show/77")
    fake = thread_with(bench, f'<a href="{page}">look</a>', '<img src="/photos/x.jpg">')
    assert urls_of(bench, fake) == [fake.url("/photos/x.jpg")]
    assert unknown_host.requests == []
