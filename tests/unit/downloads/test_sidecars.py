"""Sidecar files: whole, readable by others, never over somebody's own, gone with their file."""

import json
from xml.etree import ElementTree

import pytest
from django.db import transaction

from downloads.models import Download
from downloads.placing import place_files
from downloads.recording import record_files
from downloads.services import delete_download
from mediadl.configuration import services as configuration
from tests.unit.downloads.builders import media_item, picture_bytes, store_request

pytestmark = pytest.mark.django_db(transaction=True)


def stored(root):
    item = media_item(metadata={"caption": "A <day> & \x01 night", "author": "Eva"})
    placed = place_files([store_request(root, picture_bytes(), item)])
    with transaction.atomic():
        record_files(placed)
    return root / placed[0].path


@pytest.mark.parametrize("kind", ["none", "json", "xmp"])
def test_a_file_has_its_description_beside_it(tmp_path, kind):
    configuration.change({"general": {"sidecar_files": kind}}, user=None)
    file = stored(tmp_path)
    beside = sorted(path.name for path in file.parent.iterdir() if path != file)
    assert beside == ([] if kind == "none" else [f"{file.name}.{kind}"])
    if kind == "json":
        about = json.loads((file.parent / beside[0]).read_text())
        assert about["media_id"] == "123456789"
        assert about["metadata"]["caption"].startswith("A <day>")
    if kind == "xmp":
        root = ElementTree.parse(file.parent / beside[0]).getroot()  # noqa: S314 - our own file
        text = ElementTree.tostring(root, encoding="unicode")
        assert "A &lt;day&gt; &amp;  night" in text
        date = "{http://ns.adobe.com/exif/1.0/}DateTimeOriginal"
        assert [one.get(date) for one in root.iter() if one.get(date)] == ["2025-10-12T14:15:23+00:00"]


def test_it_goes_with_its_file(tmp_path):
    configuration.change({"general": {"sidecar_files": "json"}}, user=None)
    file = stored(tmp_path)
    delete_download(download_id=Download.objects.get().pk, delete_file=True)
    assert not file.parent.exists() or list(file.parent.iterdir()) == []


def test_somebody_elses_file_is_neither_replaced_nor_removed(tmp_path):
    configuration.change({"general": {"sidecar_files": "json"}}, user=None)
    folder = tmp_path / "fastdl" / "evalongoria"
    folder.mkdir(parents=True)
    own = folder / "evalongoria_20251012_141523_123456789.jpg.json"
    own.write_text('{"by": "gallery-dl"}')
    stored(tmp_path)
    delete_download(download_id=Download.objects.get().pk, delete_file=True)
    assert own.read_text() == '{"by": "gallery-dl"}'
