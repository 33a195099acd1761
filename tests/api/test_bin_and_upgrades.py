"""``/downloads/bin`` and ``/downloads/upgrades``: what is listed, given back, decided and undone."""

from pathlib import Path

import pytest

from downloads.bin.entries import BIN_FOLDER
from downloads.models import BinEntry, Download, UpgradeCase
from mediadl.accounts.models import AuditEntry, Role
from tests.api.clients import client_as, error_code
from tests.unit.downloads.upgrade.albums import LARGE, SMALL, content, jpeg, look_at_all, same_picture_twice, store
from tests.unit.downloads.upgrade.pairs import drawn_scene

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_deleted_file_is_listed_and_restored(tmp_path: Path):
    client = client_as(Role.ADMIN)
    small, _large = same_picture_twice(tmp_path)
    before = content(small)
    assert client.delete(f"/downloads/{small.pk}?delete_file=true").status_code == 204
    listed = client.get("/downloads/bin").json()
    assert listed["total"] == 1
    entry = listed["items"][0]
    assert (entry["filename"], entry["reason"], entry["source"]) == (small.filename, "deleted", small.source)
    assert entry["expires_at"] > entry["binned_at"]
    assert client.get("/downloads/bin?reason=replaced").json()["total"] == 0
    restored = client.post(f"/downloads/bin/{entry['id']}/restore")
    assert restored.status_code == 200
    download = Download.objects.get(pk=restored.json()["download_ids"][0])
    assert content(download) == before
    assert client.get("/downloads/bin").json()["total"] == 0
    assert error_code(client.post(f"/downloads/bin/{entry['id']}/restore")) == "NOT_FOUND"


def test_the_bin_is_emptied_by_admins(tmp_path: Path):
    client = client_as(Role.ADMIN)
    small, large = same_picture_twice(tmp_path)
    for download in (small, large):
        client.delete(f"/downloads/{download.pk}?delete_file=true")
    first = BinEntry.objects.order_by("pk").first()
    assert client.delete(f"/downloads/bin/{first.pk}").status_code == 204
    assert client.delete("/downloads/bin").json() == {"deleted": 1}
    assert list((tmp_path / BIN_FOLDER).iterdir()) == []
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"bin.purge", "bin.empty"}


def test_a_replacement_is_listed_and_undone(tmp_path: Path):
    client = client_as(Role.ADMIN)
    small, _large = same_picture_twice(tmp_path)
    before = content(small)
    look_at_all()
    shown = client.get(f"/downloads/{small.pk}").json()
    assert (shown["metadata"]["upgraded"], shown["metadata"]["resolution"]) == (True, "900x675")
    [pair] = client.get("/downloads/upgrades?status=replaced").json()["items"]
    assert (pair["stored"]["resolution"], pair["larger"]["resolution"]) == ("400x300", "900x675")
    assert pair["can_undo"] is True
    assert pair["undo_until"]
    undone = client.post(f"/downloads/upgrades/{pair['id']}/undo").json()
    assert (undone["status"], undone["can_undo"]) == ("undone", False)
    assert content(small) == before
    assert client.get(f"/downloads/{small.pk}").json()["metadata"]["upgraded"] is False
    assert client.post(f"/downloads/upgrades/{pair['id']}/undo").status_code == 409


def test_an_unsure_pair_waits_and_is_decided(tmp_path: Path):
    client = client_as(Role.ADMIN)
    scene = drawn_scene(1)
    small = store(tmp_path, jpeg(scene, 400), "11", SMALL)
    store(tmp_path, jpeg(scene.crop((0, 0, scene.width - 20, scene.height)), 900), "12", LARGE)
    look_at_all()
    [pair] = client.get("/downloads/upgrades").json()["items"]
    assert pair["status"] == "review"
    assert pair["stored"]["download_id"] == small.pk
    wrong = client.post(f"/downloads/upgrades/{pair['id']}/decide", {"decision": "perhaps"})
    assert (wrong.status_code, UpgradeCase.objects.get().status) == (422, "review")
    decided = client.post(f"/downloads/upgrades/{pair['id']}/decide", {"decision": "replace"}).json()
    assert (decided["status"], decided["decided_by"] is not None) == ("replaced", True)
    assert Download.objects.get().pk == small.pk
