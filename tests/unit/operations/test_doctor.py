"""The doctor finds what does not fit together, and mends only what cannot lose anything."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError

from downloads import cube
from downloads.models import BinEntry, CubeCell, Download, MediaRoot, StoredFile
from mediadl.configuration.models import StoredSetting
from mediadl.configuration.secret_values import encrypt
from mediadl.configuration.services import change
from mediadl.logs.models import LogCount, LogRow
from mediadl.operations.doctor import examination, examine
from mediadl.operations.doctor.findings import Finding
from platforms.extractors.environment import Installed, bundled_versions, extractors_folder, make_current
from platforms.models import StoredAccess
from queue_app.models import QueueCount

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 10, 13, 12, 0, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path, monkeypatch) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    # The current folder is a setting that must lie inside the data folder.
    monkeypatch.setattr("mediadl.operations.doctor.files.current_root", lambda: folder)
    return folder


def _store(root: Path, name: str, content: bytes = b"picture", *, counted: bool = True) -> StoredFile:
    row, _ = MediaRoot.objects.get_or_create(path=str(root))
    path = root / "web" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    file = StoredFile.objects.create(root=row, path=f"web/{name}", sha256=digest, size=len(content), created_at=NOW)
    download = Download.objects.create(
        url=f"https://example.org/{name}", url_hash="0" * 64, platform="web", downloader="direct", collection="web",
        source="example.org", content_type="image", media_type="image", media_id=name, filename=name, file=file,
        file_size=len(content), file_hash=digest, download_date=NOW, status="completed",
    )  # fmt: skip
    if counted:
        changes = cube.CubeChanges()
        changes.add(download)
        changes.write()
    return file


def _titles() -> list[str]:
    return [finding.title for finding in examine(check_hashes=True).found]


def test_a_sound_library_is_healthy(root: Path):
    _store(root, "a.jpg")
    findings = examine(check_hashes=True)
    assert findings.healthy
    assert findings.found == []
    assert list(findings.report())[-1] == "Everything fits together."


def test_a_missing_file_is_found(root: Path):
    _store(root, "a.jpg")
    (root / "web" / "a.jpg").unlink()
    findings = examine(check_hashes=False)
    assert not findings.healthy
    assert findings.found[0].title == "1 recorded files are not on disk"
    assert findings.found[0].examples == [str(root / "web" / "a.jpg")]
    assert findings.plan() == []


def test_a_file_of_another_size_is_found_without_reading_it(root: Path):
    _store(root, "a.jpg")
    (root / "web" / "a.jpg").write_bytes(b"longer than before")
    (finding,) = examine(check_hashes=False).found
    assert finding.title == "1 files are not what was stored"
    assert "18 bytes instead of 7" in finding.examples[0]


def test_changed_bytes_are_found_only_by_hash(root: Path):
    _store(root, "a.jpg")
    (root / "web" / "a.jpg").write_bytes(b"PICTURE")
    assert examine(check_hashes=False).healthy
    assert not examine(check_hashes=True).healthy


def test_a_link_in_a_files_place_is_no_file(root: Path, tmp_path: Path):
    _store(root, "a.jpg")
    (tmp_path / "elsewhere").write_bytes(b"picture")
    (root / "web" / "a.jpg").unlink()
    (root / "web" / "a.jpg").symlink_to(tmp_path / "elsewhere")
    assert not examine(check_hashes=True).healthy


def test_files_without_a_record_are_told_of_and_left_alone(root: Path):
    stranger = root / "web" / "mine.txt"
    _store(root, "a.jpg")
    stranger.write_text("mine")
    (root / ".partial").mkdir()
    (root / ".partial" / "abc.part").write_bytes(b"12345")
    findings = examine(check_hashes=False)
    assert findings.healthy
    assert [finding.title for finding in findings.found] == [
        "1 files have no record",
        "1 partial files (5 bytes) wait to be resumed or cleaned up",
    ]
    assert findings.plan() == []
    assert stranger.exists()


def test_wrong_counts_are_found_planned_and_mended(root: Path):
    _store(root, "a.jpg", counted=False)
    QueueCount.objects.create(platform="web", status="pending", n=3)
    LogRow.objects.create(timestamp=NOW, level="INFO", module="Web", message="x")
    findings = examine(check_hashes=False)
    assert not findings.healthy
    assert findings.plan() == [
        "recount the download statistics",
        "recount the queue counts",
        "recount the log counts",
    ]
    assert not CubeCell.objects.exists()  # a plan changes nothing
    assert len(list(findings.carry_out())) == 3
    assert CubeCell.objects.get().n == 1
    assert not QueueCount.objects.exists()
    assert LogCount.objects.get().n == 1
    assert examine(check_hashes=False).healthy


def test_long_lists_are_shown_in_part(root: Path):
    for number in range(15):
        _store(root, f"{number:02d}.jpg")
        (root / "web" / f"{number:02d}.jpg").unlink()
    report = "\n".join(examine(check_hashes=False).report())
    assert "WRONG: 15 recorded files are not on disk" in report
    assert "… and 5 more" in report


def test_sidecar_files_and_nested_roots_are_no_strangers(root: Path):
    file = _store(root, "a.jpg")
    (root / "web" / "a.jpg.json").write_text("{}")
    (root / "web" / "b.jpg.json").write_text("{}")
    inner, _ = MediaRoot.objects.get_or_create(path=str(root / "web"))
    other = _store(root, "c.jpg")
    StoredFile.objects.filter(pk=other.pk).update(root=inner, path="c.jpg")
    assert file.pk != other.pk
    (note,) = [finding for finding in examine(check_hashes=False).found if "no record" in finding.title]
    assert {Path(example).name for example in note.examples} == {"b.jpg.json"}


def test_a_download_that_says_another_size_than_its_file_is_mended(root: Path):
    _store(root, "a.jpg")
    Download.objects.update(file_size=1)
    cube.repair()
    findings = examine(check_hashes=False)
    assert findings.plan() == ["take size and hash of 1 downloads from their files' rows"]
    list(findings.carry_out())
    assert Download.objects.get().file_size == len(b"picture")
    assert cube.recount() == cube.stored_cells()
    assert examine(check_hashes=True).found == []


def test_rows_that_no_download_uses_are_forgotten_and_their_files_stay(root: Path):
    file = _store(root, "a.jpg")
    _store(root, "b.jpg")
    Download.objects.filter(file=file).delete()
    cube.repair()
    findings = examine(check_hashes=False)
    assert findings.healthy
    list(findings.carry_out())
    assert StoredFile.objects.count() == 1
    assert (root / "web" / "a.jpg").exists()


def test_the_versions_of_the_extractors_are_told(root: Path, tmp_path: Path, settings):
    settings.DATA_DIR = tmp_path
    own = bundled_versions()
    assert (
        f"Extractors: gallery-dl {own['gallery-dl']}, yt-dlp {own['yt-dlp']}" in examine(check_hashes=False).looked_at
    )
    folder = extractors_folder() / "new"
    folder.mkdir(parents=True)
    make_current(Installed(folder, {"gallery-dl": "9001.1", "yt-dlp": "9001.2"}, NOW))
    assert "Extractors: gallery-dl 9001.1, yt-dlp 9001.2" in list(examine(check_hashes=False).report())


def test_a_disk_without_room_is_wrong_and_says_what_to_do(root: Path):
    floor = shutil.disk_usage(root).total // 2**20 + 1
    change({"general": {"free_space_floor_mb": floor}}, user=None)
    findings = examine(check_hashes=False)
    assert not findings.healthy
    assert any("Free some space" in line for line in findings.report())


def test_missing_programs_are_named(root: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(root))
    findings = examine(check_hashes=False)
    assert findings.healthy
    assert "Machine: ffmpeg missing, Chromium missing" in findings.looked_at
    assert any("ffmpeg" in finding.title for finding in findings.found)


def test_a_database_that_fails_is_told_also_where_only_a_program_is_missing(root: Path, monkeypatch):
    def fails() -> tuple[str, list[Finding]]:
        raise DatabaseError("no such table")

    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(examination, "check_counts", fails)
    with pytest.raises(DatabaseError):
        examine(check_hashes=False)


def test_secrets_of_other_keys_are_wrong(root: Path, settings):
    path = "notifications.webhooks.secret"
    StoredSetting.objects.create(path=path, value=encrypt("topsecret"), changed_at=NOW)
    StoredAccess.objects.create(site="instagram", proxy=encrypt("http://u:p@proxy"), changed_at=NOW)
    assert examine(check_hashes=False).healthy
    settings.SETTINGS_ENCRYPTION_KEY = "made anew, since the file was gone"
    (finding,) = [each for each in examine(check_hashes=False).found if "secrets" in each.title]
    assert finding.examples == [f"Setting {path}", "Cookies or proxy of instagram"]
    assert not finding.is_harmless


def test_files_of_a_folder_that_was_moved_are_found_where_they_are(root: Path, tmp_path: Path, monkeypatch):
    kept, doubled = _store(root, "a.jpg"), _store(root, "b.jpg", b"another picture")
    (root / ".recycled").mkdir()
    (root / ".recycled" / "old.jpg").write_bytes(b"deleted")
    BinEntry.objects.create(
        root=kept.root, path="web/old.jpg", bin_path=".recycled/old.jpg", filename="old.jpg", sha256="0" * 64, size=7,
        reason="deleted", state="held", binned_at=NOW, platform="web", source="example.org",
    )  # fmt: skip
    elsewhere = tmp_path / "elsewhere"
    root.rename(elsewhere)
    for name in ("mediadl.operations.doctor.files.current_root", "downloads.moved_roots.current_root"):
        monkeypatch.setattr(name, lambda: elsewhere)
    again = StoredFile.objects.create(
        root=MediaRoot.objects.create(path=str(elsewhere)), path="web/b.jpg", sha256=doubled.sha256,
        size=doubled.size, created_at=NOW,
    )  # fmt: skip

    findings = examine(check_hashes=True)
    titles = [finding.title for finding in findings.found if not finding.is_harmless]
    assert titles == [f"2 of 2 files recorded in {root}, which is gone, are in {elsewhere}"]
    assert not [title for title in _titles() if "no record" in title]
    list(findings.carry_out())
    assert examine(check_hashes=True).found == []
    assert [row.path for row in MediaRoot.objects.all()] == [str(elsewhere)]
    assert set(Download.objects.values_list("file", flat=True)) == {kept.pk, again.pk}
    assert BinEntry.objects.get().root == again.root


def test_a_folder_that_is_gone_is_not_taken_for_another_that_holds_other_files(root: Path, tmp_path: Path, monkeypatch):
    _store(root, "a.jpg")
    root.rename(tmp_path / "on another disk")
    other = tmp_path / "other"
    (other / "web").mkdir(parents=True)
    (other / "web" / "a.jpg").write_bytes(b"not the same")
    monkeypatch.setattr("downloads.moved_roots.current_root", lambda: other)
    assert any("not on disk" in title for title in _titles())
    assert not any("which is gone" in title for title in _titles())
