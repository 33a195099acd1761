"""Stored files as answers."""

import io
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from mediadl.web.archive import MISSING_NAME, ArchiveEntry, ArchiveResponse, zip_parts
from mediadl.web.files import FileRangeResponse, FileRefused, disposition, open_regular_file
from tests.unit.web.server_process import ServerProcess

CONTENT = bytes(range(256)) * 2000


@pytest.fixture(scope="module", autouse=True)
def _connections_may_be_closed(django_db_blocker: Any) -> Iterator[None]:
    """An answer gives its database connection back, also one that an earlier test opened."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.jpg"
    path.write_bytes(CONTENT)
    return path


def _answer(path: Path, *, content_type: str = "image/jpeg", method: str = "GET", **headers: str) -> FileRangeResponse:
    request = RequestFactory().generic(method, "/", headers=headers)
    return FileRangeResponse(path, request=request, content_type=content_type, filename="a.jpg", etag="abc")


def _body(answer: FileRangeResponse) -> bytes:
    body = b"".join(answer)
    answer.close()
    return body


def test_the_whole_file(picture: Path) -> None:
    answer = _answer(picture)
    assert (answer.status_code, answer["Content-Length"], answer["ETag"]) == (200, str(len(CONTENT)), '"abc"')
    assert answer["Accept-Ranges"] == "bytes"
    assert _body(answer) == CONTENT


def test_a_part_of_it(picture: Path) -> None:
    answer = _answer(picture, range="bytes=1000-300999")
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes 1000-300999/{len(CONTENT)}"
    assert answer["Content-Length"] == "300000"
    assert _body(answer) == CONTENT[1000:301000]


def test_a_part_past_its_end(picture: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        _answer(picture, range="bytes=900000-")
    assert (refused.value.status, refused.value.size) == (416, len(CONTENT))


@pytest.mark.parametrize("header", [{"if_match": '"nope"'}, {"if_unmodified_since": "Mon, 01 Jan 2001 00:00:00 GMT"}])
def test_another_version_than_the_wanted_one(picture: Path, header: dict[str, str]) -> None:
    with pytest.raises(FileRefused) as refused:
        _answer(picture, **header)
    assert refused.value.status == 412


def test_head_tells_the_size_without_reading(picture: Path) -> None:
    answer = _answer(picture, method="HEAD", range="bytes=0-1")
    assert (answer.status_code, answer["Content-Length"], _body(answer)) == (200, str(len(CONTENT)), b"")


def test_a_known_version_is_not_sent(picture: Path) -> None:
    answer = _answer(picture, if_none_match='"abc"')
    assert (answer.status_code, _body(answer)) == (304, b"")
    assert "Content-Length" not in answer


def test_the_file_is_closed_with_the_answer(picture: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    answers = [_answer(picture) for _ in range(5)]
    for answer in answers:
        answer.close()
    for _ in range(5):
        with pytest.raises(FileRefused):
            _answer(picture, range="bytes=900000-")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_shrinks_breaks_the_answer_off(picture: Path) -> None:
    answer = _answer(picture)
    parts = iter(answer)
    next(parts)
    os.truncate(picture, 10)
    with pytest.raises(OSError, match="shorter"):
        next(parts)
    answer.close()


@pytest.mark.parametrize("content_type", ["image/jpeg", "video/mp4", "audio/mpeg", "image/webp; x=y"])
def test_known_media_is_shown(picture: Path, content_type: str) -> None:
    with_headers = _answer(picture, content_type=content_type)
    assert with_headers["Content-Disposition"].startswith("inline")
    with_headers.close()


@pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "application/xhtml+xml", "application/pdf", ""])
def test_everything_else_is_saved_and_never_run(picture: Path, content_type: str) -> None:
    answer = _answer(picture, content_type=content_type or "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    answer.close()


@given(st.text(max_size=60))
def test_any_name_makes_a_header_that_cannot_be_broken(name: str) -> None:
    header = disposition(name, attachment=True)
    assert header.startswith("attachment; filename")
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header


def test_a_foreign_name_is_written_as_the_standard_says() -> None:
    assert disposition("Größe 1.jpg", attachment=False) == "inline; filename*=utf-8''Gr%C3%B6%C3%9Fe%201.jpg"


def test_links_are_not_followed(picture: Path) -> None:
    link = picture.with_name("link.jpg")
    link.symlink_to(picture)
    with pytest.raises(FileNotFoundError):
        open_regular_file(link)


def test_linked_folders_below_the_root_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    outside.mkdir()
    (root / "a").mkdir(parents=True)
    (outside / "f").write_bytes(b"secret")
    (root / "a" / "f").write_bytes(b"fine")
    (root / "b").symlink_to(outside)
    os.close(open_regular_file(root / "a" / "f", root=root))
    with pytest.raises(FileNotFoundError):
        open_regular_file(root / "b" / "f", root=root)
    with pytest.raises(FileNotFoundError):
        open_regular_file(root / "a" / ".." / ".." / "outside" / "f", root=root)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_not_found(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(FileNotFoundError):
        open_regular_file(path)


def test_ranges_come_over_the_wire(server: ServerProcess) -> None:
    answer = httpx.get(f"{server.url}/file", headers={"Range": "bytes=299999990-"})
    assert (answer.status_code, answer.content) == (206, b"\0" * 10)
    first = httpx.get(f"{server.url}/file", headers={"Range": "bytes=0-0"})
    again = httpx.get(f"{server.url}/file", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_archive_holds_every_file_once(tmp_path: Path) -> None:
    sizes = {"a/one.jpg": 700_000, "a/two.jpg": 0, "b/one.jpg": 10}
    entries = []
    for name, size in sizes.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(os.urandom(size))
        entries.append(ArchiveEntry(path, name))
    entries += [ArchiveEntry(tmp_path / "b/one.jpg", "a/one.jpg"), ArchiveEntry(tmp_path / "gone.jpg", "gone.jpg")]
    parts = list(zip_parts(entries))
    assert max(map(len, parts)) < 600_000
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*sizes, "a/one-2.jpg", MISSING_NAME]
        assert archive.read("a/one.jpg") == (tmp_path / "a/one.jpg").read_bytes()
        assert "gone.jpg" in archive.read(MISSING_NAME).decode()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\x", "a/../../b", ""])
def test_no_name_leads_out_of_the_archives_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"1")
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_parts([ArchiveEntry(path, name)])))) as archive:
        (stored,) = archive.namelist()
    assert not stored.startswith("/")
    assert ".." not in stored.split("/")
    assert stored


def test_an_archive_keeps_a_strange_files_time_in_bounds(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"1")
    os.utime(path, (0, 0))
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_parts([ArchiveEntry(path, "f")])))) as archive:
        assert archive.infolist()[0].date_time[0] == 1980
    assert datetime.fromtimestamp(0, UTC).year == 1970


def test_an_archive_is_saved_under_its_name(tmp_path: Path) -> None:
    answer = ArchiveResponse([], filename="downloads.zip")
    assert answer["Content-Disposition"] == 'attachment; filename="downloads.zip"'
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer))).namelist() == []
