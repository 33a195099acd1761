"""The source of an adopted collection runs without a media request."""

from pathlib import Path

import pytest

from downloads.models import Download
from queue_app.models import Outcome
from tests.fakes.media_server import MediaServer
from tests.unit.downloads.adoption.collections import adopt, gallery_dl_archive
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import drain, enqueue, fresh, media, picture

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
FILES = 300


@pytest.fixture
def site():
    fake_site.register()
    yield fake_site.SITE
    fake_site.SITE.sources.clear()
    fake_site.unregister()


def test_an_adopted_collection_is_not_fetched_again(site, settings, tmp_path):
    folder = Path(settings.DATA_DIR) / tmp_path.name / "collection"
    (folder / "somesite").mkdir(parents=True)
    for number in range(FILES):
        (folder / "somesite" / f"{100_000 + number}.jpg").write_bytes(picture(number % 7) + number.to_bytes(4, "big"))
    keys = [f"somesite{100_000 + number}" for number in range(FILES + 5)]  # of five there is no file any more
    adopt(folder, gallery_dl_archive(tmp_path / "archive.sqlite3", keys))
    with MediaServer({"/new.jpg": picture(99)}) as server:
        listed = [
            media(f"m{number}", server.url_of(f"/{number}.jpg"), archive_keys=(f"gallery-dl:{key}",))
            for number, key in enumerate(keys)
        ]
        site.lists(*listed, media("new", server.url_of("/new.jpg")))
        item = enqueue()
        drain()
        assert [request.path for request in server.requests] == ["/new.jpg"]
    assert fresh(item).status == "completed"
    outcomes = Outcome.objects.filter(item=item)
    assert outcomes.filter(outcome="skipped", reason="known").count() == FILES + 5
    assert outcomes.filter(reason="known", download_id__isnull=False).count() == FILES
    assert Download.objects.count() == FILES + 1
