"""Events are written with what makes them true, and trimmed when they are old."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from mediadl import clock, failpoints
from mediadl.events.models import Audience, OutboxEvent, OutboxTrim
from mediadl.events.progress import progress_key
from mediadl.events.services import Event, publish, publish_log, publish_many, trim_outbox

NOW = datetime(2025, 10, 13, 15, 45, 23, 456_000, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_of_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        publish("queue_updated", {})
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_goes_with_its_transaction() -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            publish("queue_updated", {"n": 1})
            raise LookupError

    with pytest.raises(LookupError):
        change_and_fail()
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_what_is_written_is_what_was_published() -> None:
    with clock.clock_set_to(lambda: NOW):
        publish("notification", {"title": "Größe", "n": 1.5, "none": None})
    event = OutboxEvent.objects.get()
    assert (event.type, event.created_at, event.audience) == ("notification", NOW, Audience.EVERYONE)
    assert json.loads(event.data) == {"title": "Größe", "n": 1.5, "none": None}


@pytest.mark.django_db
def test_progress_replaces_the_items_older_progress_and_is_newer_than_all() -> None:
    publish("download_progress", {"progress": 1}, key=progress_key(1))
    publish("download_progress", {"progress": 5}, key=progress_key(2))
    publish("queue_updated", {})
    publish("download_progress", {"progress": 2}, key=progress_key(1))
    kept = [(event.key, json.loads(event.data)) for event in OutboxEvent.objects.order_by("id")]
    assert kept == [("progress:2", {"progress": 5}), (None, {}), ("progress:1", {"progress": 2})]


@pytest.mark.django_db
def test_of_one_batch_the_last_with_a_key_counts() -> None:
    publish_many([Event("p", {"n": 1}, key="k"), Event("q", {"n": 2}), Event("p", {"n": 3}, key="k")])
    assert [json.loads(event.data)["n"] for event in OutboxEvent.objects.order_by("id")] == [2, 3]


@pytest.mark.django_db
def test_text_of_a_site_that_is_no_unicode_is_made_so() -> None:
    publish("log", {"message": "a\ud800b", "list": ["\udfff"], "\ud800": 1})
    assert json.loads(OutboxEvent.objects.get().data) == {"message": "a?b", "list": ["?"], "?": 1}


@pytest.mark.django_db
def test_log_lines_are_for_admins_and_not_endless() -> None:
    publish_log(level="INFO", module="Queue", message="x" * 10_000, at=NOW)
    event = OutboxEvent.objects.get()
    data = json.loads(event.data)
    assert (event.audience, event.created_at, data["level"], data["module"]) == ("admins", NOW, "INFO", "Queue")
    assert len(data["message"]) == 4000


@pytest.mark.django_db
def test_nothing_to_publish_needs_no_transaction() -> None:
    publish_many([])
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_test_can_fail_the_moment_before() -> None:
    failpoints.arm("events.before_publish=raise")
    with pytest.raises(failpoints.FailpointReached), transaction.atomic():
        publish("queue_updated", {})
    failpoints.arm("")


@pytest.mark.django_db
def test_trimming_keeps_an_hour_and_the_newest() -> None:
    times = [timedelta(hours=3), timedelta(minutes=61), timedelta(minutes=59), timedelta(hours=2)]
    with clock.clock_set_to(lambda: NOW):
        publish_many([Event("queue_updated", {"n": n}, at=NOW - age) for n, age in enumerate(times)])
        assert trim_outbox() == 2
    kept = list(OutboxEvent.objects.order_by("id"))
    assert [json.loads(event.data)["n"] for event in kept] == [2, 3]
    assert OutboxTrim.objects.get().trimmed_to == kept[0].pk - 1


@pytest.mark.django_db
def test_trimming_goes_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mediadl.events.services.TRIM_BATCH_ROWS", 3)
    old = clock.now() - timedelta(hours=2)
    publish_many([Event("queue_updated", {"n": n}, at=old) for n in range(10)])
    assert trim_outbox() == 9
    assert trim_outbox() == 0


WRITER = """
import sys, django; django.setup()
from django.db import transaction
from mediadl.events.services import publish
for number in range(100):
    with transaction.atomic():
        publish("queue_updated", {"n": number, "writer": int(sys.argv[1])})
"""


@pytest.mark.django_db(transaction=True)
def test_two_writing_processes_share_one_order(server_data: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mediadl.settings",
        "MEDIADL_DATA_DIR": str(server_data),
    }
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(n)], env=environment) for n in range(2)]
    seen: list[tuple[int, int, int]] = []
    while any(writer.poll() is None for writer in writers):
        # A reader that asks for "after the last one" must never find a lower one later.
        after = seen[-1][0] if seen else 0
        rows = OutboxEvent.objects.filter(id__gt=after).order_by("id").values_list("id", "data")
        seen += [(pk, json.loads(data)["writer"], json.loads(data)["n"]) for pk, data in rows]
    rest = OutboxEvent.objects.filter(id__gt=seen[-1][0] if seen else 0).order_by("id").values_list("id", "data")
    seen += [(pk, json.loads(data)["writer"], json.loads(data)["n"]) for pk, data in rest]
    assert [writer.returncode for writer in writers] == [0, 0]
    for number in range(2):
        assert [n for _, writer, n in seen if writer == number] == list(range(100))
