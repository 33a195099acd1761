"""Settings that hold a URL or a host, saved and used, with every SSRF vector: 0 hits on the canary."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from mediadl.api.errors import ApiError
from mediadl.configuration import registry as settings_tree
from mediadl.configuration.registry import Kind, Leaf
from mediadl.configuration.selectors import forget_cached_values
from mediadl.configuration.services import change
from mediadl.media import MediaError
from mediadl.net.resolving import SYSTEM_NAMES
from mediadl.notifications.trying import send_test
from queue_app.models import QueueItem
from queue_app.services import enqueue
from tests.fakes.media_server import MediaServer
from tests.fakes.misleading_names import MisleadingNames
from tests.fakes.ssrf_vectors import vectors
from tests.soak import canaries
from tests.soak.canaries import assert_led_astray, literals, redirect_to, refused
from tests.soak.measuring import Figures, Scale
from tests.unit.queue_app.building import drain
from tests.unit.queue_app.conftest import _quick_waits, site

canary, names, server = canaries.canary, canaries.names, canaries.server
__all__ = ["_quick_waits", "canary", "names", "server", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
URL_LEAVES = ("url", "urls", "proxy", "proxy_url", "base_url")


def url_leaves() -> list[Leaf]:
    """Every leaf that holds a URL, those of later platforms too."""
    return [
        leaf
        for leaf in settings_tree.leaves()
        if leaf.path.rpartition(".")[2] in URL_LEAVES and leaf.kind in {Kind.TEXT, Kind.SECRET, Kind.TEXT_LIST}
    ]


def store(leaf: Leaf, url: str) -> None:
    """Save it, as an admin does."""
    change(_patch(leaf.path, [url] if leaf.kind is Kind.TEXT_LIST else url), user=None)


def _patch(path: str, value: object) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {first: _patch(rest, value) if rest else value}


def test_literals_are_refused_when_they_are_saved(canary: MediaServer, figures: Figures):
    assert url_leaves()
    for leaf in url_leaves():
        for url in literals(canary.port):
            assert refused(lambda leaf=leaf, url=url: store(leaf, url)), (leaf.path, url)
    figures.tally(*canaries.DONE)


@pytest.mark.parametrize("downloader", ["fastdl", "toolzu"])
def test_other_addresses_of_a_converter_site(
    canary: MediaServer, names: MisleadingNames, figures: Figures, scale: Scale, downloader: str
):
    """Asked by a real browser, and before it by the product itself where that is possible."""
    urls = list(names.urls(canary.port))[:: 6 if scale.factor is None else 1]
    for number, url in enumerate(urls):
        change({"platforms": {"instagram": {downloader: {"base_url": url}}}}, user=None)
        forget_cached_values()
        enqueue(url=f"https://www.instagram.com/someone{number}/", downloader=downloader)
        drain()
        SYSTEM_NAMES.forget(urlsplit(url).hostname or "")  # a minute later
        QueueItem.objects.filter(status="pending").update(next_attempt_at=None)
        drain()
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


def webhook(url: str) -> None:
    """Save a webhook and send a test to it."""
    change({"notifications": {"webhooks": {"urls": [url]}}}, user=None)
    assert refused(lambda: send_test(user=None, channel="webhook")), url


def test_webhooks_that_redirect(server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures):
    urls = list(names.urls(canary.port))
    for number, url in enumerate(literals(canary.port) + urls):
        path = f"/hook{number}"
        webhook(redirect_to(server, path, url, status=307))
        assert server.request_count(path) == 1
    figures.tally(*canaries.DONE)


def test_webhooks_whose_names_lead_there(canary: MediaServer, names: MisleadingNames, figures: Figures):
    urls = list(names.urls(canary.port))
    for url in urls:
        webhook(url)
        webhook(url)  # rebinding: the first address does not answer
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


def test_services_of_apprise(
    server: MediaServer, canary: MediaServer, names: MisleadingNames, figures: Figures, scale: Scale
):
    """Each one is a child of its own, so the small run takes a few of each kind."""
    is_small = scale.factor is None
    urls = list(names.urls(canary.port))[:: 6 if is_small else 1]  # a local and a rebinding one
    bad = literals(canary.port)[:: 11 if is_small else 1]
    hop = redirect_to(server, "/hop", canary.base_url, status=307)
    for number, url in enumerate([hop, *bad, *urls, *urls]):
        schema = ("json", "jsons")[number % 2] if url in bad else "json"
        SYSTEM_NAMES.forget(urlsplit(url).hostname or "")  # a minute later
        with suppress(ApiError, MediaError):
            address = schema + url[url.find(":") :]
            change({"notifications": {"apprise": {"enabled": True, "urls": address}}}, user=None)
            send_test(user=None, channel="apprise")
    assert server.request_count("/hop") == 1
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


def test_mail_servers(canary: MediaServer, names: MisleadingNames, figures: Figures):
    mail = {"smtp_port": canary.port, "security": "none", "enabled": True}
    addresses = {"from_address": "a@example.org", "to_addresses": ["b@example.org"]}
    urls = list(names.urls(canary.port))
    hosts = {urlsplit(url).hostname or "x" for url in vectors(canary.port) if url.startswith("http://1")}
    for host in [canaries.HOST, *sorted(hosts), *(urlsplit(url).hostname or "" for url in [*urls, *urls])]:
        SYSTEM_NAMES.forget(host)  # a minute later
        with suppress(ApiError, MediaError):
            change({"notifications": {"email": {**mail, **addresses, "smtp_host": host}}}, user=None)
            send_test(user=None, channel="email")
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)
