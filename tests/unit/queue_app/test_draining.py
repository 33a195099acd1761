"""From a request to files on disk: the whole way through one drain."""

import hashlib
from pathlib import Path

import pytest

from downloads.models import Download
from downloads.services.deleting import delete_download
from queue_app.models import Outcome
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain, drain_running, enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.fake_site import HOST, FakeSite

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


@pytest.mark.parametrize("gone", ["forgotten", "its file removed by hand", "deleted"])
def test_what_is_gone_again_is_asked_for_anew_within_one_drain(site: FakeSite, folder: Path, gone: str):
    """The drain remembers what it stored, so that nothing is fetched twice; but not against the library."""
    with MediaServer({"/a.jpg": picture(1)}) as server, drain_running():
        site.lists(media("same", server.url_of("/a.jpg")), url=f"https://{HOST}/one")
        site.lists(media("same", server.url_of("/a.jpg")), url=f"https://{HOST}/two")
        first = enqueue(f"https://{HOST}/one")
        eventually(lambda: fresh(first).status == "completed")
        download = Download.objects.get()
        if gone == "its file removed by hand":
            (folder / download.file.path).unlink()
        else:
            delete_download(download_id=download.pk, delete_file=True, forget=gone == "forgotten")
        second = enqueue(f"https://{HOST}/two")
        eventually(lambda: fresh(second).status == "completed")
        comes_back = gone != "deleted"
        assert (server.request_count("/a.jpg"), fresh(second).items_downloaded) == (1 + comes_back, int(comes_back))
        assert Download.objects.filter(status="completed").count() == comes_back
