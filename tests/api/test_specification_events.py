"""The five events of ``api-spec.md``, as the engine, the queue and the log really publish them."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mediadl import clock
from mediadl.accounts.models import Role
from mediadl.events.consumer import SOCKET_PATH
from mediadl.events.deliveries import deliveries_after
from mediadl.events.viewers import viewer_of
from mediadl.logs.records import LogRecord
from mediadl.logs.storing import insert_rows
from tests.api.clients import client_as
from tests.api.specification.document import events, fenced
from tests.api.specification.shapes import Allowance, differences
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import change_settings, drain, enqueue, eventually, media, picture

# "seq" is an addition of api-decisions; the nulls are what cannot be known yet, or a note that stays.
ALLOWED = Allowance(
    added={"": frozenset({"seq"})},
    null_or={
        "data.items_total": "a whole number",
        "data.current_item": "text",
        "data.eta_seconds": "a whole number",
        "data.action": "an object",
        "data.auto_dismiss_seconds": "a whole number",
    },
)

# kind: open pages follow each person's choice of events (issue 7).
OF_NOTIFICATIONS = replace(ALLOWED, added={**ALLOWED.added, "data": frozenset({"kind"})})


@pytest.fixture
def site(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[fake_site.FakeSite]:
    fake_site.register()
    fake_site.SITE.sources.clear()
    folder = Path(settings.DATA_DIR) / tmp_path.name
    folder.mkdir()
    change_settings(general={"download_directory": str(folder)})
    yield fake_site.SITE
    fake_site.SITE.sources.clear()
    fake_site.unregister()


def _sent() -> list[dict[str, Any]]:
    """All events so far, as a socket sends them."""
    return [json.loads(delivery.text) for delivery in deliveries_after(0)]


def _progress_is_published() -> bool:
    return any(event["type"] == "download_progress" and event["data"]["current_item"] for event in _sent())


@pytest.mark.django_db(transaction=True, databases=["default", "broker"])
def test_a_download_publishes_events_of_the_documented_form(site: fake_site.FakeSite):
    with MediaServer({"/1.jpg": picture(1), "/2.jpg": picture(2)}) as server:
        server.hold("/2.jpg", after_bytes=1000)
        site.lists(*(media(f"m{n}", server.url_of(f"/{n}.jpg")) for n in (1, 2)))
        enqueue()
        working = threading.Thread(target=drain)
        working.start()
        eventually(_progress_is_published)
        published = _sent()  # progress is replaced by newer progress
        server.release("/2.jpg")
        working.join(20)
    insert_rows([LogRecord(clock.now(), "INFO", "Instagram", "Started downloading posts from evalongoria", {})])
    published += _sent()
    assert {event["type"] for event in published} == set(events())
    for event in published:
        allowed = OF_NOTIFICATIONS if event["type"] == "notification" else ALLOWED
        found = list(differences(events()[event["type"]], event, allowed))
        assert not found, "\n".join([event["type"], *found])


@pytest.mark.django_db
def test_a_change_through_the_api_publishes_the_documented_event():
    client = client_as(Role.USER)
    added = client.post("/queue", {"url": "https://example.org/a.jpg"}).json()
    client.delete(f"/queue/{added['id']}")
    example = events()["queue_updated"]
    sent = [event for event in _sent() if event["type"] == "queue_updated"]
    actions = [event["data"]["action"] for event in sent]
    assert (actions[0], actions[-1]) == (example["data"]["action"], "removed")
    for event in sent:
        assert not list(differences(example, event, ALLOWED))
        assert event["data"]["item"]["id"] == added["id"]


@pytest.mark.django_db
def test_the_socket_takes_an_access_token_where_the_example_has_it():
    (line,) = fenced("Connection")
    url = urlsplit(line.removeprefix("WS "))
    assert url.path == SOCKET_PATH
    client = client_as(Role.VIEWER)
    token = client.headers["Authorization"].removeprefix("Bearer ")
    scope = {
        "headers": [(b"host", url.netloc.encode())],
        "scheme": url.scheme,
        "query_string": url.query.replace("JWT_TOKEN", token).encode(),
    }
    viewer = viewer_of(scope)
    assert viewer is not None
    assert client.user is not None
    assert viewer.user_id == client.user.pk
