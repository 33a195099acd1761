"""/downloads: list, record, file, thumbnail, marks, archive."""

import io
import zipfile
from pathlib import Path

import pytest

from downloads.models import Download
from mediadl.accounts.models import Role
from tests.api.clients import client_as, error_code
from tests.unit.downloads.builders import picture_bytes
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer():
    return client_as(Role.VIEWER)


@pytest.fixture
def user():
    return client_as(Role.USER)


@pytest.fixture
def stored(tmp_path: Path):
    """Three downloads with real files below a root of the test's own."""
    downloads = add_downloads(3, root=tmp_path)
    for download in downloads:
        path = tmp_path / download.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture_bytes(download.pk))
    return downloads


def test_the_list_has_the_specifications_shape_and_headers(viewer):
    add_downloads(5)
    answer = viewer.get("/downloads?platform=instagram&source=evalongoria&page=2&per_page=2")
    body = answer.json()
    assert list(body) == ["items", "total", "page", "per_page", "total_pages"]
    assert (body["total"], body["page"], body["per_page"], body["total_pages"]) == (5, 2, 2, 3)
    item = body["items"][0]
    assert set(item) >= {
        *("id", "url", "url_hash", "platform", "source", "content_type", "filename", "file_path", "file_size"),
        *("file_hash", "post_date", "download_date", "status", "attempts", "metadata"),
    }
    assert item["file_hash"].startswith("sha256:")
    base = "/api/v1/downloads?platform=instagram&source=evalongoria"
    assert answer["Link"] == ", ".join(
        f'<{base}&page={page}&per_page=2>; rel="{name}"'
        for name, page in (("first", 1), ("prev", 1), ("next", 3), ("last", 3))
    )
    assert [answer[name] for name in ("X-Total-Count", "X-Page", "X-Per-Page", "X-Total-Pages")] == ["5", "2", "2", "3"]
    assert answer["Cache-Control"] == "no-store"


def test_filters_narrow_and_days_are_inclusive(viewer):
    add_downloads(3)
    add_downloads(1, start=10, source="other", kept=True, upgraded=True, media_type="video")
    assert viewer.get("/downloads?source=other&kept=true&upgraded=1&media_type=video").json()["total"] == 1
    assert viewer.get("/downloads?date_from=2025-01-01&date_to=2025-01-01").json()["total"] == 4
    assert viewer.get("/downloads?search=EVALONGORIA_2").json()["total"] == 1
    assert viewer.get("/downloads?source=").json()["total"] == 4


def test_at_most_six_queries_make_a_list(viewer, django_assert_max_num_queries):
    add_downloads(60)
    with django_assert_max_num_queries(6):
        viewer.get("/downloads?per_page=50&platform=instagram")


def test_one_record_has_its_thumbnails_path(viewer):
    (download,) = add_downloads(1, has_thumbnail=True)
    body = viewer.get(f"/downloads/{download.pk}").json()
    assert body["thumbnail_url"] == f"/api/v1/downloads/{download.pk}/thumbnail"


def test_a_file_comes_whole_in_parts_and_not_again(viewer, stored):
    path = f"/downloads/{stored[0].pk}/file"
    data = picture_bytes(stored[0].pk)
    whole = viewer.get(path)
    assert (whole.status_code, whole.getvalue()) == (200, data)
    assert whole["Content-Type"] == "image/jpeg"
    assert whole["Content-Disposition"].startswith("inline")
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert "private" in whole["Cache-Control"]
    part = viewer.get(path, Range="bytes=10-19")
    assert (part.status_code, part.getvalue()) == (206, data[10:20])
    assert viewer.get(path, If_None_Match=whole["ETag"]).status_code == 304
    assert viewer.call("HEAD", path)["Content-Length"] == str(len(data))


@pytest.mark.parametrize("start", ["999999", "99999999999999999999"])
def test_a_range_past_the_end_is_an_error_as_any_other(viewer, stored, start):
    answer = viewer.get(f"/downloads/{stored[0].pk}/file", Range=f"bytes={start}-")
    assert (answer.status_code, error_code(answer)) == (416, "VALIDATION_ERROR")
    assert answer["Content-Range"] == f"bytes */{len(picture_bytes(stored[0].pk))}"
    assert answer["Content-Type"] == "application/json"
    assert not answer.has_header("Content-Disposition")
    assert not answer.has_header("ETag")


@pytest.mark.parametrize(
    "header", [{"If_Match": '"nope"'}, {"If_Unmodified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"}], ids=["tag", "date"]
)
def test_a_file_that_is_not_the_wanted_version_is_412(viewer, stored, header):
    answer = viewer.get(f"/downloads/{stored[0].pk}/file", **header)
    assert (answer.status_code, error_code(answer)) == (412, "VALIDATION_ERROR")
    assert not answer.has_header("Content-Disposition")


def test_a_file_that_is_the_wanted_version_comes(viewer, stored):
    path = f"/downloads/{stored[0].pk}/file"
    whole = viewer.get(path)
    again = viewer.get(path, If_Match=whole["ETag"], If_Unmodified_Since=whole["Last-Modified"])
    assert (again.status_code, again.getvalue()) == (200, whole.getvalue())


def test_a_file_that_is_gone_is_told(viewer, stored, tmp_path):
    (tmp_path / stored[0].file.path).unlink()
    answer = viewer.get(f"/downloads/{stored[0].pk}/file")
    assert (answer.status_code, error_code(answer)) == (404, "FILE_MISSING")


def test_a_link_out_of_the_root_is_not_followed(viewer, stored, tmp_path):
    path = tmp_path / stored[0].file.path
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert error_code(viewer.get(f"/downloads/{stored[0].pk}/file")) == "FILE_MISSING"


def test_without_a_thumbnail_404_says_so(viewer, stored):
    answer = viewer.get(f"/downloads/{stored[0].pk}/thumbnail")
    assert (answer.status_code, error_code(answer)) == (404, "THUMBNAIL_UNAVAILABLE")


def test_kept_can_be_set_and_nothing_else(user):
    (download,) = add_downloads(1)
    assert user.patch(f"/downloads/{download.pk}", {"kept": True}).json()["kept"] is True
    for body in ({"kept": "yes"}, {}, {"kept": True, "status": "failed"}, {"source": "x"}):
        assert user.patch(f"/downloads/{download.pk}", body).status_code == 422


def test_deleting_the_file_is_for_admins(user, stored, tmp_path, django_capture_on_commit_callbacks):
    path = f"/downloads/{stored[0].pk}?delete_file=true"
    refused = user.delete(path)
    assert (refused.status_code, error_code(refused)) == (403, "PERMISSION_DENIED")
    assert Download.objects.filter(pk=stored[0].pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert client_as(Role.ADMIN).delete(path).status_code == 204
    assert not (tmp_path / stored[0].file.path).exists()
    assert user.delete(f"/downloads/{stored[1].pk}").status_code == 204
    assert (tmp_path / stored[1].file.path).exists()


def test_bulk_works_by_ids_and_by_filter(user):
    downloads = add_downloads(3)
    ids = [download.pk for download in downloads]
    body = user.post("/downloads/bulk", {"action": "keep", "ids": [*ids, 999999]}).json()
    assert (body["success"], body["failed"]) == (3, 1)
    assert body["errors"][0]["error_code"] == "NOT_FOUND"
    by_filter = user.post("/downloads/bulk", {"action": "mark_upgraded", "filter": {"kept": True}}).json()
    assert by_filter["success"] == 3
    wrong = user.post("/downloads/bulk", {"action": "retry", "ids": ids[:1]}).json()
    assert wrong["errors"][0]["error_code"] == "INVALID_TRANSITION"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete"},
        {"action": "delete", "ids": [1], "filter": {}},
        {"action": "delete", "ids": []},
        {"action": "delete", "ids": [1, 1]},
        {"action": "delete", "ids": [1.5]},
        {"action": "delete", "ids": [2**70]},
        {"action": "delete", "ids": list(range(1, 1002))},
        {"action": "paint", "ids": [1]},
        {"action": "delete", "filter": {"colour": "red"}},
        {"action": "delete", "filter": {"kept": "true"}},
        {"action": "delete", "filter": {"date_from": "2025-02-02", "date_to": "2025-01-01"}},
        {"action": "delete", "ids": [1], "delete_files": "no"},
    ],
)
def test_bad_bulk_requests_change_nothing(body):
    add_downloads(1)
    assert client_as(Role.ADMIN).post("/downloads/bulk", body).status_code == 422
    assert Download.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"date_from": "2025-02-02", "date_to": "2025-01-01"}, "filter.date_from"),
        ({"date_to": "yesterday"}, "filter.date_to"),
        ({"colour": "red"}, "filter.colour"),
    ],
)
@pytest.mark.parametrize(("path", "more"), [("bulk", {"action": "keep"}), ("archive", {})])
def test_a_wrong_filter_is_named_by_its_path(user, path, more, wrong, named):
    answer = user.post(f"/downloads/{path}", {**more, "filter": wrong})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [named])


def test_bulk_deletion_of_files_is_for_admins(user):
    (download,) = add_downloads(1)
    body = {"action": "delete", "ids": [download.pk], "delete_files": True}
    assert user.post("/downloads/bulk", body).status_code == 403
    assert Download.objects.count() == 1


def test_an_archive_holds_the_files_as_on_disk(viewer, stored):
    answer = viewer.post("/downloads/archive", {"ids": [stored[0].pk, stored[2].pk]})
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert archive.namelist() == [stored[0].filename, stored[2].filename]
    assert archive.read(stored[2].filename) == picture_bytes(stored[2].pk)
    assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
    by_filter = viewer.post("/downloads/archive", {"filter": {"source": "evalongoria"}})
    assert len(zipfile.ZipFile(io.BytesIO(by_filter.getvalue())).namelist()) == 3


def test_an_archive_of_nothing_is_404(viewer):
    assert error_code(viewer.post("/downloads/archive", {"ids": [999999]})) == "NOT_FOUND"


def test_stats_follow_period_and_group(viewer):
    add_downloads(3)
    add_downloads(1, start=10, status="failed")
    body = viewer.get("/downloads/stats").json()
    assert (body["total_downloads"], body["completed"], body["failed"], body["success_rate"]) == (4, 3, 1, 75.0)
    assert set(body) >= {"total_size_bytes", "by_platform", "by_source", "by_content_type", "timeline"}
    assert body["by_platform"] == {"fastdl": 4}
    one = viewer.get("/downloads/stats?group_by=source&period=year").json()
    assert "by_source" in one
    assert "by_platform" not in one


def test_a_retry_goes_to_the_queue():
    from queue_app.models import QueueItem

    (failed, stored) = add_downloads(1, status="failed") + add_downloads(1, start=5)
    user = client_as(Role.USER)
    answer = user.post(f"/downloads/{failed.pk}/retry")
    assert answer.status_code == 202, answer.content
    assert QueueItem.objects.filter(pk=answer.json()["queue_id"]).exists()
    assert error_code(user.post(f"/downloads/{stored.pk}/retry")) == "INVALID_TRANSITION"
