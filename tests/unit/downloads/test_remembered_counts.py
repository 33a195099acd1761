"""Counts that take long are made once, then follow the library: exact after every change."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from downloads.models import Download
from downloads.selectors import DownloadFilters, list_downloads, stats
from downloads.services import delete_download, mark_upgraded
from tests.unit.downloads.library import add_downloads

pytestmark = pytest.mark.django_db
SEARCH = DownloadFilters(search="evalong")


@pytest.fixture(autouse=True)
def every_term_is_common(monkeypatch):
    monkeypatch.setattr("downloads.selectors.searching.FEW_MATCHES", 0)


def total(filters: DownloadFilters = SEARCH) -> int:
    return list_downloads(filters).total


def counting_queries() -> list[str]:
    """The queries of one search that look through rows to count them."""
    with CaptureQueriesContext(connection) as queries:
        total()
    counts = [query["sql"] for query in queries.captured_queries if query["sql"].startswith("SELECT COUNT(*)")]
    return [sql for sql in counts if "LIMIT" not in sql]


def test_the_second_search_counts_nothing():
    add_downloads(5)
    assert len(counting_queries()) == 1
    assert counting_queries() == []


def test_what_was_added_is_counted_alone():
    add_downloads(5)
    assert total() == 5
    add_downloads(3, start=5)
    add_downloads(2, start=20, filename="other.jpg")
    assert all("d.id > " in sql or "id > " in sql for sql in counting_queries())
    assert total() == 8


def test_a_deleted_one_no_longer_counts():
    downloads = add_downloads(5)
    assert total() == 5
    delete_download(download_id=downloads[0].pk, delete_file=False, forget=False, user=None)
    assert total() == 4
    add_downloads(1, start=9)
    assert total() == 5


def test_a_changed_one_counts_as_what_it_is_now():
    downloads = add_downloads(5)
    marked = DownloadFilters(search="evalong", upgraded=True)
    assert total(marked) == 0
    mark_upgraded(download_id=downloads[0].pk, user=None)
    assert total(marked) == Download.objects.filter(upgraded=True).count() == 1


def test_figures_follow_every_change():
    downloads = add_downloads(5)
    assert (stats()["total_downloads"], stats()["completed"]) == (5, 5)
    add_downloads(1, start=7, status="failed")
    assert (stats()["total_downloads"], stats()["completed"]) == (6, 5)
    delete_download(download_id=downloads[0].pk, delete_file=False, forget=False, user=None)
    assert (stats()["total_downloads"], stats()["completed"]) == (5, 4)
