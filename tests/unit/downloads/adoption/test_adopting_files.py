"""Folders of files become part of the library: once, verified, and as the dry run said."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from downloads import cube
from downloads.adoption.request import AdoptionRequest, FilePlacement
from downloads.adoption.run import Progress, advance
from downloads.known import known_media
from downloads.models import AdoptedEntry, Download
from downloads.selectors import file_location, thumbnail_location
from downloads.services import delete_download
from mediadl import failpoints
from mediadl.configuration import services as configuration
from tests.unit.downloads.adoption.collections import adopt, gallery_dl_archive, instagram_collection
from tests.unit.downloads.builders import media_item, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(settings, tmp_path):
    """A collection's folder, below a media root; the download folder lies beside it."""
    place = Path(settings.DATA_DIR) / tmp_path.name / "collection"
    library = place.parent / "library"
    library.mkdir(parents=True)
    configuration.change({"general": {"download_directory": str(library)}}, user=None)
    place.mkdir()
    return place


def library_files(folder: Path) -> list[Path]:
    library = folder.parent / "library"
    return sorted(path for path in library.rglob("*") if path.is_file() and ".partial" not in path.parts)


def test_a_gallery_dl_collection_is_adopted_in_place(folder):
    ids = instagram_collection(folder, 5)
    archive = gallery_dl_archive(folder / "archive.sqlite3", [f"instagram{one}" for one in [*ids, "999"]])
    counts, _told = adopt(folder, archive)
    assert (counts["adopt"], counts["entries"], counts["with_entry"]) == (5, 6, 5)
    download = Download.objects.get(media_id=ids[0])
    assert (download.platform, download.source, download.downloader) == ("instagram", "evalongoria", "gallery-dl")
    assert file_location(download.pk).path == folder / "instagram" / "evalongoria" / f"{ids[0]}.jpg"
    assert thumbnail_location(download.pk).size > 0
    assert AdoptedEntry.objects.filter(download=download).count() == 1
    known = known_media("instagram", [media_item(one) for one in [*ids, "999", "1000"]])
    assert set(known) == {*ids, "999"}
    assert cube.stored_cells() == cube.recount()


def test_the_dry_run_says_what_happens_and_changes_nothing(folder):
    ids = instagram_collection(folder, 3)
    (folder / "broken.jpg").write_bytes(picture_bytes()[:200])
    (folder / "page.jpg").write_bytes(b"<html>not found</html>")
    (folder / "copy.jpg").write_bytes((folder / "instagram" / "evalongoria" / f"{ids[0]}.jpg").read_bytes())
    before = sorted(folder.rglob("*"))
    looked, said = adopt(folder, dry_run=True, placement=FilePlacement.MOVE)
    assert Download.objects.count() == AdoptedEntry.objects.count() == 0
    assert sorted(folder.rglob("*")) == before
    done, did = adopt(folder, placement=FilePlacement.MOVE)
    assert (looked["adopt"], looked["refused"]) == (4, 2)
    assert done == looked
    assert {path: one.what for path, one in said.items()} == {path: one.what for path, one in did.items()}
    assert "web page" in said["page.jpg"].detail


@pytest.mark.parametrize("placement", [FilePlacement.COPY, FilePlacement.LINK, FilePlacement.MOVE])
def test_files_come_into_the_download_folder(folder, placement):
    ids = instagram_collection(folder, 3)
    old = folder / "instagram" / "evalongoria" / f"{ids[0]}.jpg"
    data = old.read_bytes()
    adopt(folder, placement=placement)
    stored = library_files(folder)
    assert len(stored) == 3
    assert stored[0].parent == folder.parent / "library" / "instagram" / "evalongoria"
    new = file_location(Download.objects.get(media_id=ids[0]).pk).path
    assert new.read_bytes() == data
    assert old.exists() == (placement is not FilePlacement.MOVE)
    assert (new.stat().st_nlink == 2) == (placement is FilePlacement.LINK)


@pytest.mark.parametrize("placement", list(FilePlacement))
def test_adopting_again_doubles_nothing(folder, placement):
    instagram_collection(folder, 3)
    (folder / "nameless.png").write_bytes(picture_bytes(9, image_format="PNG"))
    adopt(folder, placement=placement)
    before, files = set(Download.objects.values_list("pk", "file__path")), library_files(folder)
    counts, _told = adopt(folder, placement=placement)
    assert counts["adopt"] == 0
    assert (set(Download.objects.values_list("pk", "file__path")), library_files(folder)) == (before, files)


def test_an_adoption_goes_on_in_steps(folder):
    instagram_collection(folder, 150)
    request = AdoptionRequest(folder)
    progress = Progress()
    steps = 0
    while not progress.finished:
        advance(request, progress, dry_run=False, tell=lambda _one: None, seconds=0)
        steps += 1
    assert steps >= 3
    assert (progress.counts["adopt"], Download.objects.count()) == (150, 150)


@pytest.mark.parametrize("point", ["store.before_rename", "store.after_rename", "store.before_commit"])
def test_an_interrupted_move_loses_nothing_and_goes_on(folder, point):
    ids = instagram_collection(folder, 4)
    failpoints.arm(f"{point}=raise")
    with pytest.raises(failpoints.FailpointReached):
        adopt(folder, placement=FilePlacement.MOVE)
    assert len(list(folder.rglob("*.jpg"))) == 4
    adopt(folder, placement=FilePlacement.MOVE)
    assert set(Download.objects.values_list("media_id", flat=True)) == set(ids)
    assert list(folder.rglob("*.jpg")) == []
    assert len(library_files(folder)) == 4


def test_a_file_that_was_recorded_but_not_removed_goes_with_the_next_run(folder):
    ids = instagram_collection(folder, 1)
    adopt(folder, placement=FilePlacement.COPY)
    adopt(folder, placement=FilePlacement.MOVE)
    assert list(folder.rglob("*.jpg")) == []
    assert file_location(Download.objects.get(media_id=ids[0]).pk).size > 0


def test_moving_what_was_adopted_in_place_removes_nothing(folder):
    instagram_collection(folder, 2)
    adopt(folder)
    adopt(folder, placement=FilePlacement.MOVE)
    assert len(list(folder.rglob("*.jpg"))) == 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tiktok/ann/6748451240264420610.jpg", ("tiktok", "6748451240264420610", "ann", None)),
        ("tiktok/ann/7240411980345011461_02 Some title [abc].jpg", ("tiktok", "7240411980345011461_2", "ann", None)),
        (
            "x/eva_20251012_141523_123456789.jpg",
            ("web", "123456789", "eva", datetime(2025, 10, 12, 14, 15, 23, tzinfo=UTC)),
        ),
        ("ann/A clip [6748451240264420610].jpg", ("tiktok", "6748451240264420610", "ann", None)),
    ],
)
def test_names_say_who_and_what_a_file_is(folder, path, expected):
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_bytes(picture_bytes())
    adopt(folder)
    download = Download.objects.get()
    assert (download.platform, download.media_id, download.source, download.post_date) == expected


def test_a_profile_of_instaloader_with_its_descriptions(folder):
    import lzma

    inside = folder / "ann"
    inside.mkdir()
    for number in (1, 2):
        (inside / f"2019-03-01_12-30-05_UTC_{number}.jpg").write_bytes(picture_bytes(number))
    node = {
        "id": "1", "shortcode": "BvvMlSzhbpZ", "owner": {"username": "ann.real"},
        "edge_sidecar_to_children": {"edges": [{"node": {"id": "501"}}, {"node": {"id": "502"}}]},
    }  # fmt: skip
    (inside / "2019-03-01_12-30-05_UTC.json.xz").write_bytes(lzma.compress(json.dumps({"node": node}).encode()))
    adopt(folder)
    rows = Download.objects.order_by("media_id").values_list("platform", "media_id", "source", "post_date", "url")
    date = datetime(2019, 3, 1, 12, 30, 5, tzinfo=UTC)
    url = "https://www.instagram.com/p/BvvMlSzhbpZ/"
    assert list(rows) == [("instagram", one, "ann.real", date, url) for one in ("501", "502")]


def test_what_gallery_dl_wrote_beside_a_file_is_taken(folder):
    media_id = instagram_collection(folder, 1)[0]
    beside = folder / "instagram" / "evalongoria" / f"{media_id}.jpg.json"
    about = {
        "category": "instagram", "media_id": media_id, "username": "eva.real", "date": "2025-10-12 14:15:23",
        "post_url": "https://www.instagram.com/p/ABC/", "description": "A day out",
    }  # fmt: skip
    beside.write_text(json.dumps(about))
    adopt(folder)
    download = Download.objects.get()
    assert (download.source, download.url) == ("eva.real", "https://www.instagram.com/p/ABC/")
    assert download.post_date == datetime(2025, 10, 12, 14, 15, 23, tzinfo=UTC)
    assert download.metadata["caption"] == "A day out"


def test_an_entry_of_any_site_finds_its_file(folder):
    inside = folder / "somesite" / "album"
    inside.mkdir(parents=True)
    (inside / "somesite_77123_holiday.jpg").write_bytes(picture_bytes())
    archive = gallery_dl_archive(folder / "archive.sqlite3", ["somesite77123", "somesite77124"])
    adopt(folder, archive)
    item = media_item("listed", archive_keys=("gallery-dl:somesite77123",))
    download = Download.objects.get()
    assert known_media("web", [item])["listed"].download_id == download.pk
    file_location(download.pk).path.unlink()
    assert known_media("web", [item]) == {}  # a known file that is missing on disk is fetched again


def test_a_deleted_file_stays_known_unless_it_is_forgotten(folder):
    inside = folder / "somesite"
    item = media_item("listed", archive_keys=("gallery-dl:somesite77123",))
    archive = gallery_dl_archive(folder / "archive.sqlite3", ["somesite77123"])
    for forget in (False, True):
        inside.mkdir(exist_ok=True)
        (inside / "77123.jpg").write_bytes(picture_bytes())
        adopt(folder, archive)
        delete_download(download_id=Download.objects.get().pk, delete_file=True, forget=forget)
        assert bool(known_media("web", [item])) is not forget


def test_links_and_hidden_files_are_left_alone(folder, tmp_path):
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(picture_bytes(3))
    (folder / "link.jpg").symlink_to(outside)
    (folder / "folder").symlink_to(tmp_path)
    (folder / ".hidden.jpg").write_bytes(picture_bytes(4))
    counts, told = adopt(folder)
    assert (counts["adopt"], told) == (0, {})
