"""At the storage limit all downloading stands still, tells once, and goes on when there is room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from downloads.services import delete_download
from mediadl.configuration.services import change
from queue_app.engine.reaper import needs_drain
from queue_app.models import Pause
from queue_app.selectors import item_json
from tests.fakes.media_server import MediaServer
from tests.unit.downloads.library import add_downloads
from tests.unit.queue_app.building import drain, enqueue, fresh, media, picture
from tests.unit.queue_app.draining import titles
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])

GB = 1024**3


@pytest.fixture
def server(folder: Path) -> Iterator[MediaServer]:
    with MediaServer({"/big.jpg": picture(1)}) as running:
        yield running


def test_the_limit_pauses_once_and_goes_on_by_itself(site: FakeSite, server: MediaServer, folder: Path) -> None:
    (nearly_all,) = add_downloads(1, root=folder, file_size=GB - 100)
    (folder / "something").touch()  # the root holds files: its disk is there
    change({"general": {"storage_limit_gb": 1}}, user=None)
    site.lists(media("big", server.url_of("/big.jpg")))
    item = enqueue()

    for _ in range(3):  # 100 bytes are free all the time: that is no room for the file
        drain()
        assert needs_drain() is False
    assert item_json(fresh(item))["reason"] == "disk_full"
    assert fresh(item).attempts == 0
    assert Pause.objects.get().needed_bytes > 100
    assert titles() == ["Downloading Paused"]

    delete_download(download_id=nearly_all.pk, delete_file=True)
    assert needs_drain() is True
    drain()
    assert fresh(item).status == "completed"
    assert titles()[:2] == ["Downloading Paused", "Downloading Goes On"]


def test_remove_oldest_never_pauses(site: FakeSite, server: MediaServer, folder: Path) -> None:
    add_downloads(2, root=folder, file_size=GB // 2)
    (folder / "something").touch()
    change({"general": {"storage_limit_gb": 1, "storage_limit_action": "remove_oldest"}}, user=None)
    site.lists(media("big", server.url_of("/big.jpg")))
    item = enqueue()

    drain()

    assert fresh(item).status == "completed"
    assert not Pause.objects.exists()
