"""Collections that somebody made to do harm: nothing outside, nothing of our own, and no step that never ends."""

import json
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from downloads.adoption.models import AdoptionRun
from downloads.adoption.services import start_adoption, work_on_adoptions
from downloads.bin.entries import BIN_FOLDER
from downloads.models import AdoptedEntry, Download, StoredFile
from downloads.partial import PARTIAL_FOLDER
from mediadl.api.errors import InvalidFieldsError
from mediadl.configuration import services as configuration
from tests.unit.downloads.builders import picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)

DESCRIPTIONS = {
    "nul": {
        "category": "instagram",
        "media_id": "1\x002",
        "username": "a\x00b",
        "caption": "c\x00d",
        "post_url": "https://x.test/\x00",
    },
    "surrogate": '{"category": "instagram", "media_id": "1\\ud800", "username": "\\udfff", "caption": "\\ud800"}',
    "surrogate in the page": '{"post_url": "https://x.test/\\ud800"}',
    "long": {
        "category": "instagram",
        "media_id": "9" * 400_000,
        "username": "u" * 400_000,
        "post_url": "https://x.test/" + "p" * 400_000,
    },
    "bidi": {"category": "tiktok", "username": "\u202egpj.exe/../..", "id": "../../../etc"},
    "types": {"category": ["x"], "media_id": {"a": 1}, "timestamp": True, "date": 5, "upload_date": "0000"},
    "dates": {"category": "instagram", "timestamp": 1e308},
    "early": {"date": "0001-01-01T00:00:00+14:00"},
    "infinite": '{"timestamp": Infinity, "media_id": NaN, "category": "instagram"}',
    "deep": '{"a":' * 3000 + "1" + "}" * 3000,
    "digits": '{"category": "instagram", "media_id": ' + "9" * 5000 + "}",
    "link": {"category": "instagram", "post_url": "http://user:pass@127.0.0.1/\u202e<script>"},
}
NODES = {
    "list": {"node": {"edge_sidecar_to_children": [1, 2], "owner": "x"}},
    "edges": {"node": {"edge_sidecar_to_children": {"edges": ["x", None]}, "owner": [], "id": []}},
    "mapping": {"node": {"edge_sidecar_to_children": {"edges": {"a": 1}}, "shortcode": "\x00" * 9}},
    "child": {"node": {"edge_sidecar_to_children": {"edges": [{"node": 5}]}}},
}


@pytest.fixture
def folder(settings, tmp_path):
    """A collection's folder beside the library, both below a media root."""
    place = Path(settings.DATA_DIR) / tmp_path.name / "collection"
    library = place.parent / "library"
    library.mkdir(parents=True)
    configuration.change({"general": {"download_directory": str(library)}}, user=None)
    place.mkdir()
    return place


def run(folder: Path, placement: str = "copy", **more: object) -> AdoptionRun:
    """Adopt it as the API does, to its end."""
    values = {"archives": [], "dry_run": False, "user": None, **more}
    adoption = start_adoption(folder=str(folder), placement=placement, **values)
    for _ in range(5):
        if work_on_adoptions(seconds=30):
            break
    adoption.refresh_from_db()
    return adoption


@pytest.mark.parametrize("placement", ["in_place", "copy", "move"])
@pytest.mark.parametrize("name", [*DESCRIPTIONS, *NODES])
def test_a_description_can_do_no_harm(folder, name, placement):
    """The file is adopted whatever stands beside it, inside the library, and the run ends."""
    stem = "2024-01-01_10-00-00_UTC" if name in NODES else "picture"
    said = {**DESCRIPTIONS, **NODES}[name]
    (folder / f"{stem}.jpg").write_bytes(picture_bytes(3))
    raw = (said if isinstance(said, str) else json.dumps(said)).encode()
    if name in NODES:
        (folder / f"{stem}.json.xz").write_bytes(lzma.compress(raw))
    else:
        (folder / f"{stem}.jpg.json").write_bytes(raw)
    adoption = run(folder, placement)
    assert (adoption.status, adoption.counts.get("adopt")) == ("done", 1), adoption.error
    download = Download.objects.get()
    text = download.media_id + download.source + download.url + str(download.metadata.get("caption", ""))
    assert "\x00" not in text
    text.encode()
    assert len(download.media_id) <= 200
    assert len(download.source) <= 120
    assert len(download.url) <= 8192
    assert "/" not in download.source
    assert download.file is not None
    place = (Path(download.file.root.path) / download.file.path).resolve()
    assert place.is_file()
    assert place.is_relative_to(folder.parent)
    assert ".." not in download.file.path.split("/")


def test_a_detour_in_the_folders_name_is_refused(folder):
    """``library/../collection`` is no part of the library, whatever its spelling begins with."""
    (folder / "a.jpg").write_bytes(picture_bytes(4))
    with pytest.raises(InvalidFieldsError):
        run(folder.parent / "library" / ".." / "collection", "in_place")
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("place", ["thumbnails", "run", "browser", ""])
def test_what_the_product_keeps_for_itself_is_no_collection(folder, settings, place):
    """Thumbnails, the browser's profile and the like would be moved away from under it."""
    own = Path(settings.DATA_DIR) / place
    own.mkdir(parents=True, exist_ok=True)
    with pytest.raises(InvalidFieldsError):
        start_adoption(folder=str(own), archives=[], placement="move", dry_run=False, user=None)


@pytest.mark.parametrize("place", [BIN_FOLDER, PARTIAL_FOLDER])
def test_the_bin_is_no_collection(folder, place):
    """What lies in the recycle bin belongs to its entries."""
    inner = folder.parent / "library" / place
    inner.mkdir(exist_ok=True)
    with pytest.raises(InvalidFieldsError):
        start_adoption(folder=str(inner), archives=[], placement="move", dry_run=False, user=None)


def test_an_archives_page_is_a_page_and_no_script(folder):
    """What cyberdrop-dl's archive calls the referer becomes a link on our pages."""
    (folder / "x.jpg").write_bytes(picture_bytes(6))
    archive = folder / "cyberdrop.db"
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("CREATE TABLE media (domain, url_path, completed, download_filename, referer)")
        row = ("host.test\x00", "/a/x.jpg", 1, "x.jpg", "javascript:alert(1)//\x00")
        connection.execute("INSERT INTO media VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()
    adoption = run(folder, archives=[str(archive)])
    assert (adoption.status, adoption.counts["with_entry"]) == ("done", 1), adoption.error
    assert "javascript" not in Download.objects.get().url
    assert "\x00" not in AdoptedEntry.objects.get().entry


def test_a_step_that_breaks_ends_its_adoption_and_no_other(folder, monkeypatch):
    """It would break again at the next step, and the ones behind it would wait for ever."""
    (folder / "a.jpg").write_bytes(picture_bytes(5))

    def breaking(*_arguments: object, **_named: object) -> None:
        raise AssertionError("not foreseen")

    with monkeypatch.context() as patched:
        patched.setattr("downloads.adoption.run.decide", breaking)
        assert run(folder).status == "failed"
    assert run(folder).status == "done"
