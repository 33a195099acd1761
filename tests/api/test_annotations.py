"""Tags and notes of downloads."""

import pytest

from tests.api.clients import client_as
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db


def test_tags_and_a_note_are_written_and_found(tmp_path):
    first, second, _third = add_downloads(3, root=tmp_path)
    client = client_as()
    changed = client.patch(
        f"/downloads/{first.pk}", {"tags": ["Beach ", "beach", "2025"], "note": " A good one "}
    ).json()
    assert (changed["metadata"]["tags"], changed["metadata"]["note"], changed["kept"]) == (
        ["2025", "beach"],
        "A good one",
        False,
    )
    client.patch(f"/downloads/{second.pk}", {"tags": ["beach"], "kept": True})
    found = client.get("/downloads?tag=Beach").json()
    assert ({row["id"] for row in found["items"]}, found["total"]) == ({first.pk, second.pk}, 2)
    assert client.get("/downloads?tag=beach&kept=true").json()["total"] == 1
    assert client.get("/downloads?tag=none").json()["total"] == 0
    assert client.get(f"/downloads/{second.pk}").json()["metadata"]["note"] == ""
    emptied = client.patch(f"/downloads/{first.pk}", {"tags": [], "note": ""}).json()
    assert (emptied["metadata"]["tags"], emptied["metadata"]["note"]) == ([], "")


@pytest.mark.parametrize(
    "body", [{}, {"tags": ["x" * 61]}, {"tags": [f"t{n}" for n in range(21)]}, {"note": "x" * 4001}]
)
def test_what_cannot_be_written_is_refused(tmp_path, body):
    (download,) = add_downloads(1, root=tmp_path)
    assert client_as().patch(f"/downloads/{download.pk}", body).status_code == 422
