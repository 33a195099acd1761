"""From a request to files on disk: the whole way through one drain."""

import hashlib
from pathlib import Path

import pytest

from downloads.models import Download
from queue_app.models import Outcome
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain, enqueue, fresh, media, picture
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


def test_a_gallery_is_fetched_verified_and_recorded(site: FakeSite, folder: Path) -> None:
    pictures = {f"/{n}.jpg": picture(n) for n in range(12)}
    with MediaServer(pictures) as server:
        site.lists(*(media(f"m{n}", server.url_of(f"/{n}.jpg")) for n in range(12)))
        item = enqueue()
        drain()
    item = fresh(item)
    assert (item.status, item.error_message) == ("completed", None)
    assert (item.items_downloaded, item.items_total, item.progress) == (12, 12, 100)
    stored = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.jpg")}
    assert stored == {hashlib.sha256(data).hexdigest() for data in pictures.values()}
    assert Download.objects.filter(status="completed").count() == 12
    assert set(Outcome.objects.values_list("outcome", flat=True)) == {"downloaded"}
    assert not list((folder / ".partial").iterdir())
