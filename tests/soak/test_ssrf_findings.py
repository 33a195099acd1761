"""What sites name (media, links, redirects), with every SSRF vector: the canary is never so much as connected to."""

from html import escape

import pytest

from queue_app.models import QueueItem
from queue_app.services import enqueue
from tests.fakes.media_server import MediaServer
from tests.fakes.misleading_names import MisleadingNames
from tests.soak import canaries
from tests.soak.canaries import assert_led_astray, hurry, literals, redirect_to, serve_page, work
from tests.soak.measuring import Figures
from tests.unit.queue_app.building import media
from tests.unit.queue_app.conftest import _quick_waits
from tests.unit.queue_app.conftest import site as fake_site_fixture
from tests.unit.queue_app.fake_site import HOST, FakeSite

canary, names, server, site = canaries.canary, canaries.names, canaries.server, fake_site_fixture
__all__ = ["_quick_waits", "canary", "names", "server", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


def test_media_urls_and_their_headers(
    site: FakeSite, server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures
):
    """What an adapter found: the first candidate, a later one, and what a redirect leads to."""
    first, later, behind = (list(names.urls(canary.port)) for _time in range(3))
    bad = literals(canary.port)
    for number, urls in enumerate(zip(bad + first, bad + later, bad + behind, strict=True)):
        hop = redirect_to(server, f"/from{number}", urls[2])
        lists = [
            media(f"first{number}", urls[0], candidates=(urls[0], urls[0])),
            media(f"later{number}", urls[1], candidates=(server.url_of("/gone"), urls[1])),
            media(f"redirect{number}", hop),
        ]
        page = f"https://{HOST}/u{number}"
        site.lists(*lists, url=page)
        enqueue(url=page)
    hurry()
    work()
    assert not QueueItem.objects.exclude(status="failed").exists()
    assert_led_astray(names, first + later + behind)
    figures.tally(*canaries.DONE)


def test_links_of_a_page(server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures):
    """Pictures, links, sources, frames and a base that a page of ``web`` names."""
    urls = [list(names.urls(canary.port)) for _tag in range(5)]
    tags = ""
    for picture, link, film, frame, source in zip(*(literals(canary.port) + named for named in urls), strict=True):
        tags += (
            f'<img src="{escape(picture)}"><a href="{escape(link)}x.jpg">x</a><video src="{escape(film)}v.mp4"></video>'
            f'<iframe src="{escape(frame)}"></iframe><source srcset="{escape(source)} 2x">'
        )
    base = f'<base href="{canary.base_url}/">'
    page = serve_page(server, f'<html><head>{base}</head><body><img src="a.jpg">{tags}</body></html>')
    hurry()
    enqueue(url=page, downloader="page")
    work()
    assert QueueItem.objects.get().status == "failed"
    pictures, links, films, _frames, _sources = urls
    assert_led_astray(names, pictures + links + films)
    figures.tally(*canaries.DONE)
