"""Lists: exact totals, every filter alone and in pairs, every page the same as a slow, simple query."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest

from downloads.models import Download
from downloads.selectors import DownloadFilters, get_download, list_downloads
from downloads.selectors import lists as lists_module
from mediadl.api.errors import InvalidFieldsError, NotFoundError
from tests.unit.downloads.library import START, add_downloads

pytestmark = pytest.mark.django_db
FILTERS = {
    "platform": "instagram",
    "source": "b",
    "status": "failed",
    "downloader": "toolzu",
    "content_type": "story",
    "media_type": "video",
    "upgraded": True,
    "kept": True,
    "date_from": (START + timedelta(days=4)).date(),
    "date_to": (START + timedelta(days=9)).date(),
    "search": "p/1",
}


@pytest.fixture
def varied_library():
    """300 downloads whose values are spread at random, the same each time."""
    chance = random.Random(7)
    add_downloads(
        300,
        platform=lambda _n: chance.choice(["instagram", "web"]),
        source=lambda _n: chance.choice("abc"),
        downloader=lambda _n: chance.choice(["fastdl", "toolzu"]),
        content_type=lambda _n: chance.choice(["post", "post", "post", "story"]),
        media_type=lambda _n: chance.choice(["image", "video"]),
        status=lambda _n: chance.choice(["completed", "completed", "failed"]),
        upgraded=lambda _n: chance.random() < 0.2,
        kept=lambda _n: chance.random() < 0.2,
        post_date=lambda n: None if n % 11 == 0 else START - timedelta(days=n % 17),
    )


def simply(filters, sort):
    """The same list by Django's own means, in memory."""
    rows = Download.objects.all()
    values = {name: getattr(filters, name) for name in FILTERS if getattr(filters, name) not in (None, "")}
    found = values.pop("search", None)
    if "date_from" in values:
        rows = rows.filter(download_date__date__gte=values.pop("date_from"))
    if "date_to" in values:
        rows = rows.filter(download_date__date__lte=values.pop("date_to"))
    rows = list(rows.filter(**values))
    if found:
        rows = [
            row for row in rows if found.lower() in row.url.lower() or found.lower() in (row.filename or "").lower()
        ]
    column = sort.removeprefix("-")
    oldest = datetime.min.replace(tzinfo=UTC)
    rows.sort(key=lambda row: (getattr(row, column) or oldest if "date" in column else row.file_size, row.pk))
    return [row.pk for row in (rows[::-1] if sort.startswith("-") else rows)]


COMBINATIONS = [(), *((name,) for name in FILTERS), *itertools.combinations(FILTERS, 2)]


@pytest.mark.parametrize(
    "sort", ["-download_date", "download_date", "-post_date", "post_date", "-file_size", "file_size"]
)
@pytest.mark.parametrize("row_cost", [0, 10, 10_000])  # so that every plan is chosen
def test_all_pages_of_all_filters_and_pairs_are_right(varied_library, monkeypatch, sort, row_cost):
    monkeypatch.setattr("downloads.selectors.planning._ROW_COST", row_cost)
    for names in COMBINATIONS:
        filters = DownloadFilters(**{name: FILTERS[name] for name in names})
        expected = simply(filters, sort)
        got = []
        for page in itertools.count(1):
            answer = list_downloads(filters, sort, page, 70)
            assert answer.total == len(expected), names
            if not answer.rows:
                break
            got += [row["id"] for row in answer.rows]
        assert got == expected, names


def test_one_list_takes_at_most_six_queries(varied_library, django_assert_max_num_queries):
    for names in COMBINATIONS:
        filters = DownloadFilters(**{name: FILTERS[name] for name in names})
        with django_assert_max_num_queries(6):
            list_downloads(filters, page=3)


def test_a_page_past_the_end_is_empty_and_keeps_the_total(varied_library):
    answer = list_downloads(page=1000)
    assert (answer.rows, answer.total) == ([], 300)


def test_an_unknown_sort_is_refused():
    with pytest.raises(InvalidFieldsError) as refused:
        list_downloads(sort="source")
    assert "sort" in refused.value.field_errors


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HOLIDAY", {1}),
        ("liday_p", {1}),
        ("ch", {1, 2}),
        ("100%", {2}),
        ("a_b", {3}),
        ('"quoted"', {4}),
        ("OR.", {5}),
        ("straße", {5}),
        ("ÜB", {5}),
        ("example.org/p/3", {3}),
        ("absent", set()),
    ],
)
@pytest.mark.parametrize("few", [5000, 0])
def test_search_finds_parts_of_url_and_name_whatever_the_case(monkeypatch, text, found, few):
    monkeypatch.setattr("downloads.selectors.searching.FEW_MATCHES", few)
    names = ["", "holiday_photo_beach.jpg", "ch 100%.jpg", "a_b.jpg", 'x "quoted" y.jpg', "STRAẞE Straße üb OR.jpg"]
    downloads = add_downloads(5, start=1, filename=lambda n: names[n])
    answer = list_downloads(DownloadFilters(search=text))
    numbers = {downloads[n].pk: n + 1 for n in range(5)}
    assert {numbers[row["id"]] for row in answer.rows} == found
    assert answer.total == len(found)


def test_the_search_index_follows_every_change():
    [download] = add_downloads(1, filename="first.jpg")
    Download.objects.filter(pk=download.pk).update(filename="second.jpg")
    assert list_downloads(DownloadFilters(search="first")).total == 0
    assert list_downloads(DownloadFilters(search="second")).total == 1
    download.delete()
    assert list_downloads(DownloadFilters(search="second")).total == 0


def test_a_remembered_count_does_not_outlive_a_change(monkeypatch):
    monkeypatch.setattr("downloads.selectors.searching.FEW_MATCHES", 0)
    add_downloads(3)
    assert list_downloads(DownloadFilters(search="evalong")).total == 3
    add_downloads(1, start=3)
    assert list_downloads(DownloadFilters(search="evalong")).total == 4


def test_one_download_has_the_specifications_shape():
    [download] = add_downloads(1, width=640, height=640, has_thumbnail=True, metadata={"caption": "Hi"})
    row = get_download(download.pk)
    assert row["file_path"] == "/media/web/s/s_0.jpg"
    assert row["file_hash"] == f"sha256:{0:064x}"
    assert row["download_date"] == "2025-01-01T12:00:00Z"
    assert row["thumbnail_url"] == f"/api/v1/downloads/{download.pk}/thumbnail"
    assert row["metadata"]["media_id"] == "0"
    assert row["metadata"]["resolution"] == "640x640"
    assert row["metadata"]["upgraded"] is False
    assert row["metadata"]["caption"] == "Hi"


def test_a_failed_download_has_no_file_and_says_why():
    [download] = add_downloads(1, status="failed", error="It is gone.", error_code="HTTP_404")
    row = get_download(download.pk)
    assert [row[name] for name in ("filename", "file_path", "file_hash", "file_size")] == [None, None, None, 0]
    assert row["metadata"]["error"] == "It is gone."


def test_a_download_that_is_not_there_is_not_found():
    with pytest.raises(NotFoundError):
        get_download(12345)


def test_matching_ids_are_the_newest():
    downloads = add_downloads(30, kept=lambda n: n % 2 == 0)
    newest = [row.pk for row in reversed(downloads)]
    assert lists_module.matching_ids(DownloadFilters(), 10) == newest[:10]
    assert (
        lists_module.matching_ids(DownloadFilters(kept=True), 3)
        == [pk for pk in newest if downloads[pk - newest[-1]].kept][:3]
    )
