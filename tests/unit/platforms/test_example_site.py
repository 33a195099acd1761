"""The example of docs/adding-a-site.md works, and is as short as it promises."""

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from downloads.models import Download
from mediadl.configuration import registry as settings_tree
from mediadl.media import FailureKind, MediaError
from platforms import registry
from platforms.leaves import leaves_of
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain, enqueue, fresh, picture

FILE = Path(__file__).resolve().parents[3] / "docs/examples/photos_site.py"
MAX_LINES = 59


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("photos_site", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SITE = _loaded()


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as made:
        for number in (1, 2, 3):
            made.add(f"/{number}.jpg", picture(number))
        serve(made, "/u/ann/pictures.json", [one(made, 1), one(made, 2)], made.url_of("/u/ann/older.json"))
        serve(made, "/u/ann/older.json", [one(made, 3)], None)
        yield made


def one(server: MediaServer, number: int) -> dict[str, str]:
    return {
        "id": f"p{number}", "album": f"a{number}", "page": f"https://photos.example/p/{number}", "caption": "A tree",
        "file": server.url_of(f"/{number}.jpg"), "posted": f"2025-10-{20 - number}T10:00:00+00:00",
    }  # fmt: skip


def serve(server: MediaServer, path: str, pictures: list[dict[str, str]], following: str | None) -> None:
    body = json.dumps({"pictures": pictures, "next": following}).encode()
    server.behave(path, lambda exchange: exchange.respond(200, body, {"Content-Type": "application/json"}))


def test_it_is_under_sixty_lines():
    assert len(FILE.read_text("utf-8").splitlines()) <= MAX_LINES


def test_it_claims_its_own_urls_only():
    assert SITE.claims("https://photos.example/u/ann").source == "ann"
    assert SITE.claims("https://photos.example/about") is None
    assert SITE.claims("https://example.org/u/ann") is None


def test_it_asks_for_a_page_when_its_turn_has_come(bench, server):
    items = SITE.ExampleAdapter().list_media(bench.context(server.url_of("/u/ann")))
    assert next(items).media_id == "p1"
    assert server.request_count("/u/ann/older.json") == 0
    assert [item.media_id for item in items] == ["p2", "p3"]


def test_a_changed_site_is_no_empty_list(bench, server):
    server.behave("/u/ann/pictures.json", lambda exchange: exchange.respond(200, b'{"items": []}'))
    with pytest.raises(MediaError) as caught:
        bench.list(SITE.ExampleAdapter(), server.url_of("/u/ann"))
    assert caught.value.kind is FailureKind.SITE_CHANGED


@pytest.mark.django_db(transaction=True, databases=["default", "broker"])
def test_its_pictures_become_files(server, monkeypatch):
    known = dict(registry._registered)
    monkeypatch.setattr(registry, "_registered", known)
    monkeypatch.setattr(settings_tree, "_leaves", dict(settings_tree._leaves))
    platform = replace(SITE.PLATFORM)
    registry.register(platform)
    settings_tree.register(*leaves_of(platform))
    item = enqueue(server.url_of("/u/ann"), platform="example", source="ann", content_type="images", max_downloads=2)
    drain()
    assert (fresh(item).status, fresh(item).error_message) == ("completed", None)
    assert sorted(Download.objects.values_list("media_id", flat=True)) == ["p1", "p2"]
    assert Download.objects.first().metadata["caption"] == "A tree"
