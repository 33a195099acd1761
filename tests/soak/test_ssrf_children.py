"""Chromium, yt-dlp and gallery-dl at sites that lead them to every SSRF vector: 0 hits on the canary."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from mediadl.media import FetchMethod, MediaError
from mediadl.net.resolving import SYSTEM_NAMES
from platforms.browser import browser_page
from platforms.models import Circuit
from queue_app.models import QueueItem
from queue_app.services import enqueue
from tests.fakes.media_server import MediaServer
from tests.fakes.misleading_names import MisleadingNames
from tests.fakes.site_gallery import GallerySite
from tests.soak import canaries
from tests.soak.canaries import assert_led_astray, hurry, literals, redirect_to, serve_page
from tests.soak.measuring import Figures, Scale
from tests.unit.platforms.instagram_bench import instagram_bench
from tests.unit.platforms.listing_bench import ListingBench
from tests.unit.queue_app.building import drain, media
from tests.unit.queue_app.conftest import _quick_waits
from tests.unit.queue_app.conftest import site as fake_site_fixture
from tests.unit.queue_app.fake_site import HOST, FakeSite

canary, names, server, site = canaries.canary, canaries.names, canaries.server, fake_site_fixture
__all__ = ["_quick_waits", "canary", "names", "server", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
SCRIPT = """<p id="told">asking</p><script>
    const urls = %s;
    for (const url of urls) {
        for (const [tag, attribute] of [["img", "src"], ["iframe", "src"], ["script", "src"], ["link", "href"]]) {
            const element = document.createElement(tag);
            element.rel = "stylesheet";
            element.setAttribute(attribute, url);
            document.body.append(element);
        }
        try { navigator.sendBeacon(url, "x"); } catch (error) { }
        try { new WebSocket(url.replace("http", "ws")); } catch (error) { }
    }
    Promise.allSettled(urls.map(async url => fetch(url, {mode: "no-cors"}))).then(
        () => { document.querySelector("#told").outerHTML = "<p id='all-asked'>all asked</p>"; });
</script>"""


@pytest.fixture
def bench(canary: MediaServer) -> Iterator[ListingBench]:
    with instagram_bench() as made:
        yield made


def test_a_page_in_a_real_browser(
    bench: ListingBench, canary: MediaServer, names: MisleadingNames, figures: Figures, scale: Scale
):
    """Its requests, its frames, and itself when it leaves for another address."""
    urls = list(names.urls(canary.port))
    everything = literals(canary.port) + urls
    page_url = serve_page(bench.site.server, SCRIPT % json.dumps(everything), "/asks")
    with browser_page(bench.context(page_url), "ssrf") as page:
        for _time in range(2):
            page.open(page_url)
            page.wait(20, shown={"done": "#all-asked"}, answers=False)
            assert "all asked" in page.text()
            for url in urls:
                SYSTEM_NAMES.forget(urlsplit(url).hostname or "")  # a minute later
    assert_led_astray(names, urls)
    for number, url in enumerate([everything[0], everything[-4]] if scale.factor is None else everything):
        leaves = f"<p>here</p><script>location = {json.dumps(url)};</script>"
        leaving = serve_page(bench.site.server, leaves, f"/leaves{number}")
        with suppress(MediaError), browser_page(bench.context(leaving), "ssrf") as page:
            page.open(leaving)
            page.wait(1)
            page.text()
        assert bench.site.server.request_count(f"/leaves{number}") == 1
    figures.tally(*canaries.DONE)


START, END = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n", "#EXT-X-ENDLIST\n"
PLAYLISTS = {
    "segment": START + "#EXTINF:2,\n{url}\n" + END,
    "key": START + '#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:2,\n/a.ts\n' + END,
    "map": START + '#EXT-X-MAP:URI="{url}"\n#EXTINF:2,\n/a.ts\n' + END,
    "variant": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000\n{url}\n",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
def test_streams_whose_pieces_lie_there(
    site: FakeSite, server: MediaServer, canary: MediaServer, names: MisleadingNames, scale: Scale, kind: str
):
    hurry()
    server.add("/a.ts", b"G" + bytes(187))
    urls = [url for url in names.urls(canary.port) if "trap" in url or scale.factor is not None]
    bad = literals(canary.port)[:: 22 if scale.factor is None else 1]
    for number, url in enumerate(bad + urls + urls):
        text = PLAYLISTS[kind].format(url=url).encode()
        head = {"Content-Type": "application/vnd.apple.mpegurl"}
        playlist = server.behave(f"/{number}.m3u8", lambda e, text=text, head=head: e.respond(200, text, head))
        stream = media(f"s{number}", playlist, method=FetchMethod.YT_DLP, fetch_options={"preset": "best"})
        page = f"https://{HOST}/u{number}"
        site.lists(stream, url=page)
        enqueue(url=page)
    drain()
    assert server.request_count("/0.m3u8") >= 1
    assert not QueueItem.objects.filter(status="completed").exists()
    assert_led_astray(names, [url for url in urls if "rebind" not in url])


def test_gallery_dl_that_is_sent_there(
    server: MediaServer, canary: MediaServer, names: MisleadingNames, settings: Any, figures: Figures, scale: Scale
):
    made = GallerySite(server)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, test_host_map=tuple(made.host_map.items()))
    hurry()
    urls = [url for url in names.urls(canary.port) if "trap" in url or scale.factor is not None]
    bad = literals(canary.port)[:: 22 if scale.factor is None else 1]
    for number, url in enumerate(bad + urls):
        page = made.board(f"b{number}", 2)
        redirect_to(server, f"/b{number}/catalog.json", url)
        enqueue(url=page, downloader="gallery-dl")
        Circuit.objects.all().delete()  # some of these are failures that would let the site rest
        drain()
        assert server.request_count(f"/b{number}/catalog.json") >= 1
    assert not QueueItem.objects.filter(status="completed").exists()
    assert_led_astray(names, [url for url in urls if "rebind" not in url])
    figures.tally(*canaries.DONE)
