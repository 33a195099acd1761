"""Idempotency-Key on POST /queue."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl import clock
from mediadl.api.models import IdempotencyRecord
from queue_app.models import QueueItem
from tests.api.clients import client_as, client_of, error_code, make_user

pytestmark = pytest.mark.django_db
BODY = {"url": "https://example.com/a.jpg", "priority": 3}


def test_the_same_key_and_body_gets_the_first_answer_and_adds_nothing():
    client = client_as()
    first = client.post("/queue", BODY, Idempotency_Key="k1")
    again = client.post("/queue", dict(reversed(BODY.items())), Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert QueueItem.objects.count() == 1


def test_the_same_key_with_another_body_is_409():
    client = client_as()
    client.post("/queue", BODY, Idempotency_Key="k1")
    answer = client.post("/queue", {**BODY, "priority": 4}, Idempotency_Key="k1")
    assert answer.status_code == 409
    assert error_code(answer) == "DUPLICATE"


def test_keys_belong_to_their_user():
    client_as().post("/queue", BODY, Idempotency_Key="k1")
    other = client_as().post("/queue", {"url": "https://example.com/b.jpg"}, Idempotency_Key="k1")
    assert other.status_code == 201
    assert QueueItem.objects.count() == 2


def test_a_refused_request_may_be_sent_again():
    client = client_as()
    assert client.post("/queue", {"url": "nonsense"}, Idempotency_Key="k1").status_code == 422
    assert client.post("/queue", BODY, Idempotency_Key="k1").status_code == 201


def test_a_key_is_forgotten_after_a_day():
    user, start = make_user(), datetime(2026, 1, 1, tzinfo=UTC)
    with clock.clock_set_to(lambda: start):
        client_of(user).post("/queue", BODY, Idempotency_Key="k1")
    with clock.clock_set_to(lambda: start + timedelta(hours=24, seconds=1)):
        late = client_of(user).post("/queue", BODY, Idempotency_Key="k1")
    assert error_code(late) == "DUPLICATE"  # the request itself is still active
    assert "existing_id" in late.json()


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\xe9"])
def test_a_key_must_be_visible_ascii(key):
    answer = client_as().post("/queue", BODY, Idempotency_Key=key)
    assert answer.status_code == 422
    assert IdempotencyRecord.objects.count() == QueueItem.objects.count() == 0


def test_without_a_key_the_second_is_a_duplicate():
    client = client_as()
    first = client.post("/queue", BODY).json()
    answer = client.post("/queue", BODY)
    assert error_code(answer) == "DUPLICATE"
    assert answer.json()["existing_id"] == first["id"]
