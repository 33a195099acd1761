"""Archives of other programs are read, and what they name is known."""

from pathlib import Path

import pytest

from downloads.adoption.archives import UnreadableArchiveError, read_archive
from downloads.adoption.keys import shortcode_number
from downloads.known import known_media
from downloads.models import AdoptedEntry
from tests.unit.downloads.adoption.collections import adopt, cyberdrop_dl_archive, gallery_dl_archive
from tests.unit.downloads.builders import media_item

REAL = Path(__file__).resolve().parents[5] / "shared" / "inputs" / "schemas"


@pytest.mark.parametrize("name", ["gallery-dl.archive.sqlite3", "yt-dlp.archive.txt"])
def test_real_archives_are_read(name):
    if not (REAL / name).exists():  # the shared inputs are there in CI
        return
    entries = list(read_archive(REAL / name))
    assert entries
    assert all(entry.match for entry in entries)
    if name.startswith("gallery"):
        assert "link:127.0.0.1:8460/i/Garden.jpg" in {entry.match for entry in entries}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entry", "platform", "item"),
    [
        ("instagram1922949326347663701", "instagram", {"media_id": "1922949326347663701"}),
        ("tiktok6748451240264420610__", "tiktok", {"media_id": "6748451240264420610"}),
        ("tiktok7240411980345011461_2_abc", "tiktok", {"media_id": "7240411980345011461_2"}),
        (
            "directlinkcdn.example.org/i/Garden.jpg",
            "web",
            {"candidates": ("https://cdn.example.org/i/Garden.jpg?x=1",)},
        ),
        ("somesite123_4", "web", {"archive_keys": ("gallery-dl:somesite123_4",)}),
    ],
)
def test_what_gallery_dl_fetched_is_known(tmp_path, entry, platform, item):
    adopt(None, gallery_dl_archive(tmp_path / "archive.sqlite3", [entry]))
    items = [media_item(**{"media_id": "x1", **item}), media_item("another")]
    assert list(known_media(platform, items)) == [items[0].media_id]


def test_another_slide_of_the_same_post_is_not_known(tmp_path, db):
    adopt(None, gallery_dl_archive(tmp_path / "archive.sqlite3", ["tiktok7240411980345011461_2_abc"]))
    assert known_media("tiktok", [media_item("7240411980345011461_3"), media_item("7240411980345011461")]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "platform", "item"),
    [
        ("tiktok 6748451240264420610", "tiktok", {"media_id": "6748451240264420610"}),
        ("instagram BvvMlSzhbpZ", "instagram", {"media_id": shortcode_number("BvvMlSzhbpZ")}),
        ("generic a", "web", {"archive_keys": ("yt-dlp:generic a",)}),
    ],
)
def test_what_yt_dlp_fetched_is_known(tmp_path, line, platform, item):
    (tmp_path / "archive.txt").write_text(f"youtube abc\n{line}\nhalf")
    counts, _told = adopt(None, tmp_path / "archive.txt")
    assert counts["new_entries"] == 2
    assert len(known_media(platform, [media_item(**{"media_id": "x1", **item}), media_item("other")])) == 1


def test_what_cyberdrop_dl_completed_is_known(tmp_path, db):
    rows = [
        ("bunkr", "/v/abc.mp4", "abc.mp4", 1),
        ("bunkr", "/v/failed.mp4", "", 0),
        ("example.org", "/1.jpg", "1.jpg", 1),
    ]
    adopt(None, cyberdrop_dl_archive(tmp_path / "cyberdrop.db", rows))
    urls = ["https://cdn.bunkr.si/v/abc.mp4", "https://cdn.bunkr.si/v/failed.mp4", "https://www.example.org/1.jpg"]
    items = [media_item(f"m{n}", candidates=(url,)) for n, url in enumerate(urls)]
    assert set(known_media("web", items)) == {"m0", "m2"}


def test_adopting_again_adds_nothing(tmp_path, db):
    archive = gallery_dl_archive(tmp_path / "archive.sqlite3", [f"instagram{n}" for n in range(10)])
    assert adopt(None, archive)[0]["new_entries"] == 10
    assert adopt(None, archive)[0]["new_entries"] == 0
    assert AdoptedEntry.objects.count() == 10


def test_an_archive_with_a_table_of_its_own(tmp_path, db):
    adopt(None, gallery_dl_archive(tmp_path / "archive.sqlite3", ["77"], table="instagram"))
    assert list(known_media("instagram", [media_item("77")])) == ["77"]


@pytest.mark.parametrize("content", [b"", b"hello\n", b"SQLite format 3\0rubbish", b"\x00\x01\x02"])
def test_what_is_no_archive_is_refused_with_a_reason(tmp_path, content):
    path = tmp_path / "archive"
    path.write_bytes(content)
    if not content:
        assert list(read_archive(path)) == []
        return
    with pytest.raises(UnreadableArchiveError, match="archive"):
        list(read_archive(path))
