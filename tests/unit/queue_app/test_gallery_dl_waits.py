"""A site that tells gallery-dl to wait: the engine waits, for the whole host, and gallery-dl does not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mediadl import clock
from platforms.extractors import gallery_dl
from platforms.forum import host_links
from queue_app.models import HostWait
from queue_app.selectors import item_json
from tests.fakes.media_server import MediaServer
from tests.fakes.site_gallery import BOARD_HOST, GallerySite
from tests.unit.queue_app.building import drain, enqueue, fresh
from tests.unit.queue_app.draining import answer_status

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
ASKED_SECONDS = 1234


@pytest.fixture
def gallery(folder: Path, settings: Any):
    with MediaServer() as server:
        made = GallerySite(server)
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, test_host_map=tuple(made.host_map.items()))
        yield made


@pytest.mark.parametrize("status", [429, 503])
def test_its_retry_after_becomes_a_stored_wait_for_the_whole_host(
    gallery: GallerySite, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDIADL_TEST_TIME_SCALE")
    url = gallery.board("b", 2)
    headers = {"Retry-After": str(ASKED_SECONDS)}
    gallery.server.behave("/b/catalog.json", answer_status(status, headers=headers))
    item = enqueue(url, downloader="gallery-dl")
    before = clock.now()
    drain()
    assert gallery.server.request_count("/b/catalog.json") == 1
    shown = fresh(item)
    assert (shown.status, shown.error_code, shown.reason) == ("pending", f"HTTP_{status}", "rate_limited")
    assert shown.attempts == 0
    wait = HostWait.objects.get()
    asked = timedelta(seconds=ASKED_SECONDS)
    assert wait.key == f"host:{BOARD_HOST}"
    assert before + asked <= wait.until <= clock.now() + asked
    assert shown.next_attempt_at == wait.until

    other = enqueue(gallery.board("c", 1), downloader="gallery-dl")
    drain()
    assert (fresh(other).status, item_json(fresh(other))["reason"]) == ("pending", "rate_limited")
    assert gallery.server.request_count("/c/catalog.json") == 0


def test_every_call_leaves_waiting_and_retrying_to_the_engine(tmp_path: Path) -> None:
    calls = [gallery_dl.arguments_for("https://a.example/", tmp_path, {}), host_links._command(tmp_path)]
    for arguments in calls:
        assert {"--option=extractor.retries=0", "--option=extractor.sleep-429=0"} <= set(arguments)
