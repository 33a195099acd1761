"""What the queue takes, what it refuses and why, and what else happens in the same transaction."""

import json
from collections.abc import Iterable

import pytest

from mediadl.accounts.models import AuditEntry
from mediadl.api.errors import DuplicateError, InvalidFieldsError, PlatformDisabledError
from mediadl.events.models import OutboxEvent
from queue_app import adding, services
from queue_app.models import QueueItem
from queue_app.requests import QueueRequest
from queue_app.selectors import counts
from tests.unit.queue_app.building import change_settings, enqueue
from tests.unit.queue_app.fake_site import URL

pytestmark = pytest.mark.django_db


def test_a_request_becomes_a_pending_item_with_defaults_from_its_url() -> None:
    item = enqueue("HTTPS://fakesite.EXAMPLE/someone#top")
    assert item.url == URL
    assert (item.platform, item.source, item.content_type) == ("fakesite", "someone", "posts")
    assert (item.status, item.priority, item.attempts, item.max_attempts) == ("pending", 5, 0, 4)


def test_count_event_and_audit_come_with_the_item() -> None:
    item = enqueue()
    assert counts()["pending"] == counts("fakesite")["pending"] == 1
    assert counts("web")["pending"] == 0
    event = OutboxEvent.objects.get(type="queue_updated")
    assert json.loads(event.data) == {
        "action": "added",
        "item": {"id": item.pk, "platform": "fakesite", "source": "someone", "status": "pending"},
    }
    assert AuditEntry.objects.filter(action="queue.add", target=str(item.pk)).exists()


def test_an_unknown_site_goes_to_web_with_its_host_as_source() -> None:
    item = enqueue("https://www.pictures.example/a.jpg")
    assert (item.platform, item.source) == ("web", "pictures.example")


def test_settings_give_priority_and_attempts() -> None:
    change_settings(general={"default_priority": 8, "retry_attempts": 0})
    item = enqueue()
    assert (item.priority, item.max_attempts) == (8, 1)


def test_the_downloader_may_stand_in_the_metadata_as_in_the_specification() -> None:
    assert enqueue(metadata={"downloader": "unordered"}).downloader == "unordered"


def test_both_places_may_name_the_same_downloader_or_one_of_them_none() -> None:
    assert enqueue(downloader="unordered", metadata={"downloader": "unordered"}).downloader == "unordered"
    assert enqueue(content_type="stories", downloader="unordered", metadata={"downloader": None}).downloader == (
        "unordered"
    )


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"url": "not a url"}, "url"),
        ({"url": "ftp://example.org/a.jpg"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "http://10.0.0.1/a.jpg"}, "url"),
        ({"url": "http://[fd00::1]/a.jpg"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"platform": "nowhere"}, "platform"),
        ({"content_type": "reels"}, "content_type"),
        ({"downloader": "nobody"}, "downloader"),
        ({"metadata": {"downloader": "nobody"}}, "downloader"),
        ({"metadata": {"downloader": 5}}, "metadata.downloader"),
        ({"metadata": {"downloader": ["unordered"]}}, "metadata.downloader"),
        ({"metadata": {"downloader": {"name": "unordered"}}}, "metadata.downloader"),
        ({"metadata": {"downloader": False}}, "metadata.downloader"),
        ({"metadata": {"downloader": ""}}, "metadata.downloader"),
        ({"downloader": "first", "metadata": {"downloader": "unordered"}}, "metadata.downloader"),
        ({"source": "a/b"}, "source"),
        ({"source": "x" * 121}, "source"),
        ({"priority": 0}, "priority"),
        ({"priority": 11}, "priority"),
        ({"max_downloads": 0}, "max_downloads"),
        ({"max_downloads": 10_001}, "max_downloads"),
        ({"days_back": 3651}, "days_back"),
        ({"referer": "javascript:alert(1)"}, "referer"),
        ({"metadata": {"x": "y" * 17_000}}, "metadata"),
    ],
)
def test_what_cannot_be_used_is_refused_and_named(fields: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        services.enqueue(**({"url": URL} | fields))  # type: ignore[arg-type]
    assert list(refused.value.field_errors) == [named]
    assert not QueueItem.objects.exists()


def test_a_disabled_platform_or_downloader_takes_nothing() -> None:
    change_settings(platforms={"fakesite": {"unordered": {"enabled": False}}})
    with pytest.raises(PlatformDisabledError):
        enqueue(downloader="unordered")
    change_settings(platforms={"fakesite": {"enabled": False}})
    with pytest.raises(PlatformDisabledError):
        enqueue()


def test_the_same_request_is_a_duplicate_while_it_is_active() -> None:
    first = enqueue()
    with pytest.raises(DuplicateError) as refused:
        enqueue(f"{URL}#again")
    assert refused.value.extra == {"existing_id": first.pk}
    services.pause(item_id=first.pk)
    with pytest.raises(DuplicateError):
        enqueue()
    services.cancel(item_id=first.pk)
    assert enqueue().pk != first.pk


def test_another_content_type_or_downloader_is_another_request() -> None:
    enqueue()
    enqueue(content_type="stories")
    enqueue(downloader="unordered")
    assert counts()["pending"] == 3


def test_a_list_of_links_is_added_line_by_line() -> None:
    known = enqueue()
    lines = ["https://a.example/1.jpg", "", "# a comment", "gopher://x", URL, "https://a.example/1.jpg "]
    first, bad, duplicate, again = services.import_urls(lines=lines)
    assert (first.line, first.error_code) == (1, "")
    assert QueueItem.objects.get(pk=first.item_id).url == "https://a.example/1.jpg"
    assert (bad.line, bad.item_id, bad.error_code) == (4, None, "VALIDATION_ERROR")
    assert (duplicate.line, duplicate.item_id, duplicate.error_code) == (5, known.pk, "DUPLICATE")
    assert (again.line, again.item_id, again.error_code) == (6, first.item_id, "DUPLICATE")
    assert counts()["pending"] == 2


def test_many_links_take_few_statements_and_keep_their_order(django_assert_max_num_queries) -> None:
    lines = [f"https://archive.example/{number}.jpg" for number in range(150)]
    services.import_urls(lines=lines[:1])  # what a first use reads once
    with django_assert_max_num_queries(20):
        results = services.import_urls(lines=lines)
    assert [result.error_code for result in results] == ["DUPLICATE", *[""] * 149]
    assert list(QueueItem.objects.order_by("list_order", "pk").values_list("url", flat=True)) == lines
    ids = [result.item_id for result in results]
    assert ids == sorted(set(ids))
    assert QueueItem.objects.get(pk=ids[7]).url == lines[7]


def test_a_link_that_another_request_adds_at_the_same_moment_is_a_duplicate(monkeypatch) -> None:
    other = enqueue(url=URL)
    real, seen = adding.active_ones, []

    def late(requests: Iterable[QueueRequest]) -> dict[adding.RequestKey, int]:
        seen.append(1)
        return {} if len(seen) == 1 else real(requests)

    monkeypatch.setattr(adding, "active_ones", late)
    duplicate, new = services.import_urls(lines=[URL, "https://archive.example/new.jpg"])
    assert (duplicate.error_code, duplicate.item_id) == ("DUPLICATE", other.pk)
    assert QueueItem.objects.get(pk=new.item_id).url == "https://archive.example/new.jpg"
    assert counts()["pending"] == 2
    assert OutboxEvent.objects.filter(type="queue_updated").count() == 2
