"""Which picture stands for a queue item: its own, where it has stored one, else its source's newest."""

import pytest

from mediadl.ui.links import thumbnail_url
from mediadl.ui.selectors.pictures import covers_of_items
from queue_app.models import Outcome, QueueItem
from tests.unit.ui.rows import make_download, make_item

pytestmark = pytest.mark.django_db


def stored(item: QueueItem, position: int, **columns: object) -> int:
    """A file of the item's, as the engine records it; returns its id."""
    media_id = f"{item.pk}-{position}"
    fields = {"platform": item.platform, "source": item.source, "media_id": media_id, "has_thumbnail": True, **columns}
    download = make_download(**fields)
    Outcome.objects.create(
        item=item, position=position, media_id=media_id, url="", outcome="downloaded", download_id=download.pk
    )
    return download.pk


def test_links_of_one_host_show_each_its_own_file():
    first, second = make_item(source="host.example"), make_item(source="host.example")
    pictures = {item.pk: thumbnail_url(stored(item, 0)) for item in (first, second)}
    assert covers_of_items([first.pk, second.pk]) == pictures


def test_a_gallery_shows_its_first_picture():
    item = make_item()
    first = stored(item, 0)
    stored(item, 1)
    assert covers_of_items([item.pk]) == {item.pk: thumbnail_url(first)}


def test_one_that_has_stored_nothing_yet_shows_its_sources_newest():
    waiting, done = make_item(source="someone"), make_item(source="someone")
    newest = stored(done, 0)
    assert covers_of_items([waiting.pk]) == {waiting.pk: thumbnail_url(newest)}


def test_one_whose_source_has_no_picture_shows_none():
    item = make_item(source="sounds")
    stored(item, 0, has_thumbnail=False)
    assert covers_of_items([item.pk]) == {}


def test_a_page_of_items_is_one_query(django_assert_num_queries):
    items = [make_item() for _ in range(20)]
    for item in items:
        stored(item, 0)
    with django_assert_num_queries(1):
        covers_of_items([item.pk for item in items])
