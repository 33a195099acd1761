"""Nothing is fetched twice, and nothing deleted on purpose comes back."""

import pytest

from downloads.known import known_media
from downloads.models import Download
from downloads.rows import key_of
from downloads.services import delete_download
from mediadl.media import SkipReason
from tests.unit.downloads.builders import media_item
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(tmp_path):
    """Ten downloads with their files on disk."""
    downloads = add_downloads(
        10, root=tmp_path, media_url_key=lambda n: key_of(f"https://cdn.example.org/{n}.jpg?sig=old")
    )
    for download in downloads:
        path = tmp_path / download.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(download.file_size))
    return downloads


def test_an_item_is_known_by_its_id(stored):
    known = known_media("instagram", [media_item("3", candidates=("https://x.example/y.jpg",)), media_item("new")])
    assert {media_id: (found.reason, found.download_id) for media_id, found in known.items()} == {
        "3": (SkipReason.KNOWN, stored[3].pk)
    }


def test_an_item_is_known_by_its_url_without_the_signature(stored):
    item = media_item("another-id", candidates=("https://cdn.example.org/4.jpg?sig=new",))
    assert known_media("instagram", [item])["another-id"].download_id == stored[4].pk


def test_another_platform_does_not_know_it(stored):
    assert known_media("tiktok", [media_item("3")]) == {}


def test_a_file_missing_on_disk_is_not_known(stored, tmp_path):
    (tmp_path / stored[3].file.path).unlink()
    assert known_media("instagram", [media_item("3", candidates=("https://cdn.example.org/3.jpg?sig=1",))]) == {}


def test_a_file_cut_on_disk_is_not_known(stored, tmp_path):
    (tmp_path / stored[3].file.path).write_bytes(b"")
    assert "3" not in known_media("instagram", [media_item("3")])


def test_a_failed_item_is_not_known(stored):
    Download.objects.filter(pk=stored[3].pk).update(status="failed", file=None, filename=None)
    assert "3" not in known_media("instagram", [media_item("3", candidates=("https://x.example/y.jpg",))])


def test_a_deleted_item_is_remembered_by_id_and_by_url(stored):
    delete_download(download_id=stored[3].pk)
    by_url = media_item("other", candidates=("https://cdn.example.org/3.jpg?sig=new",))
    known = known_media("instagram", [media_item("3"), by_url])
    assert [known[name].reason for name in ("3", "other")] == [SkipReason.TOMBSTONE, SkipReason.TOMBSTONE]


def test_a_forgotten_item_is_fetched_again(stored):
    delete_download(download_id=stored[3].pk, forget=True)
    assert known_media("instagram", [media_item("3", candidates=("https://cdn.example.org/3.jpg",))]) == {}


def test_five_hundred_items_take_five_queries(stored, django_assert_max_num_queries):
    items = [
        media_item(str(n), candidates=(f"https://cdn.example.org/{n}.jpg", "https://b.example/b")) for n in range(500)
    ]
    with django_assert_max_num_queries(5):
        assert len(known_media("instagram", items)) == 10
