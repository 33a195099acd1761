"""/queue and /queue/{id}."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl import clock
from mediadl.accounts.models import AuditEntry, Role
from queue_app.models import QueueItem
from tests.api.clients import client_as, error_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return client_as(Role.USER)


def _add(user, number: int = 1, **fields: object) -> dict:
    answer = user.post("/queue", {"url": f"https://example.com/{number}.jpg", **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_adding_answers_what_the_specification_shows(user):
    answer = _add(user, priority=5, max_downloads=15, metadata={"note": "x"})
    assert list(answer) == ["id", "url", "platform", "source", "status", "created_date", "task_id"]
    assert (answer["platform"], answer["status"]) == ("web", "pending")
    item = QueueItem.objects.get(pk=answer["id"])
    assert (item.priority, item.max_downloads, item.created_by) == (5, 15, user.user)
    assert AuditEntry.objects.filter(action="queue.add", user=user.user).exists()


def test_an_active_duplicate_is_409_with_its_id(user):
    first = _add(user)
    answer = user.post("/queue", {"url": "HTTPS://EXAMPLE.com:443/1.jpg#x"})
    assert answer.status_code == 409
    assert error_code(answer) == "DUPLICATE"
    assert answer.json()["existing_id"] == first["id"]


def test_the_list_has_items_counts_and_page_headers(user):
    for number in range(3):
        _add(user, number)
    answer = user.get("/queue?per_page=2&platform=web&status=pending")
    body = answer.json()
    assert set(body) >= {"items", "total", "pending", "downloading", "completed", "failed"}
    assert (len(body["items"]), body["total"], body["pending"]) == (2, 3, 3)
    assert answer["X-Total-Count"] == "3"
    assert answer["X-Total-Pages"] == "2"
    assert '</api/v1/queue?per_page=2&platform=web&status=pending&page=2>; rel="next"' in answer["Link"]
    expected = {
        *("id", "url", "platform", "source", "referer", "save_path", "priority", "status", "attempts"),
        *("max_attempts", "created_date", "started_at", "download_date", "progress", "estimated_completion"),
        *("assigned_worker", "error_message", "metadata"),
    }
    assert set(body["items"][0]) >= expected


def test_counts_ignore_the_status_filter(user):
    _add(user, 1)
    second = _add(user, 2)
    user.post(f"/queue/{second['id']}/cancel")
    body = user.get("/queue?status=cancelled").json()
    assert (body["total"], body["pending"], body["cancelled"]) == (1, 1, 1)


def test_a_page_past_the_end_is_empty(user):
    _add(user)
    answer = user.get("/queue?page=1000000")
    assert answer.status_code == 200
    assert answer.json()["items"] == []
    assert answer["X-Page"] == "1000000"


def test_one_item_has_its_tries_and_outcomes(user):
    added = _add(user)
    answer = user.get(f"/queue/{added['id']}?per_page=10")
    assert (answer.json()["attempts_log"], answer.json()["outcomes"]) == ([], [])
    assert answer["X-Total-Count"] == "0"
    assert error_code(user.get("/queue/999999")) == "NOT_FOUND"


def test_priority_and_pause_change_together(user):
    added = _add(user)
    answer = user.patch(f"/queue/{added['id']}", {"priority": 1, "status": "paused"})
    assert answer.json() == {"id": added["id"], "status": "paused", "priority": 1}
    assert user.patch(f"/queue/{added['id']}", {"status": "pending"}).json()["status"] == "pending"


@pytest.mark.parametrize("body", [{"status": "completed"}, {"status": 5}, {"priority": 0}, {"url": "https://x.test"}])
def test_other_changes_are_refused(user, body):
    added = _add(user)
    assert user.patch(f"/queue/{added['id']}", body).status_code == 422


def test_an_ended_item_cannot_be_paused(user):
    added = _add(user)
    user.post(f"/queue/{added['id']}/cancel")
    answer = user.patch(f"/queue/{added['id']}", {"status": "paused"})
    assert answer.status_code == 409
    assert error_code(answer) == "INVALID_TRANSITION"


def test_removing_answers_204_and_the_item_is_gone(user):
    added = _add(user)
    answer = user.delete(f"/queue/{added['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert user.delete(f"/queue/{added['id']}").status_code == 404


def test_retry_is_for_failed_and_cancelled_ones(user):
    added = _add(user)
    assert error_code(user.post(f"/queue/{added['id']}/retry")) == "INVALID_TRANSITION"
    user.post(f"/queue/{added['id']}/cancel")
    answer = user.post(f"/queue/{added['id']}/retry").json()
    assert list(answer) == ["id", "status", "attempts", "task_id"]
    assert answer["status"] == "pending"


def test_clear_takes_only_ended_ones(user):
    kept, gone = _add(user, 1), _add(user, 2)
    user.post(f"/queue/{gone['id']}/cancel")
    assert user.post("/queue/clear").json() == {"deleted": 0}  # completed and failed ones by default
    assert user.post("/queue/clear", {"status": ["cancelled"]}).json() == {"deleted": 1}
    assert user.get(f"/queue/{kept['id']}").status_code == 200
    for status in (["pending"], [], "completed", ["completed", 5]):
        assert user.post("/queue/clear", {"status": status}).status_code == 422


def test_stats_have_the_specifications_members(user):
    _add(user)
    body = user.get("/queue/stats").json()
    assert set(body) >= {
        *("total", "pending", "downloading", "completed", "failed"),
        *("avg_wait_time_seconds", "estimated_completion", "active_workers"),
    }
    assert (body["total"], body["pending"], body["active_workers"]) == (1, 1, 0)


def test_bulk_answers_for_each_id(user):
    first, second = _add(user, 1), _add(user, 2)
    body = user.post("/queue/bulk", {"action": "cancel", "ids": [first["id"], second["id"], 999999]}).json()
    assert (body["success"], body["failed"]) == (2, 1)
    assert body["errors"][0]["id"] == 999999
    assert body["errors"][0]["error_code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "cancel", "ids": []},
        {"action": "cancel", "ids": [1, 1]},
        {"action": "cancel", "ids": list(range(1, 1002))},
        {"action": "cancel", "ids": ["1"]},
        {"action": "explode", "ids": [1]},
        {"action": "priority", "ids": [1]},
        {"action": "priority", "ids": [1], "priority": 11},
        {"action": "cancel"},
    ],
)
def test_bad_bulk_requests_are_refused(user, body):
    assert user.post("/queue/bulk", body).status_code == 422


@pytest.mark.parametrize("kind", ["text", "list", "object"])
def test_import_answers_for_each_line(user, kind):
    known = _add(user)
    lines = ["https://example.com/a.jpg", "nonsense", "https://example.com/1.jpg", "", "# a note"]
    if kind == "text":
        answer = user.raw("POST", "/queue/import", "\n".join(lines).encode(), "text/plain; charset=utf-8")
    else:
        answer = user.post("/queue/import", lines if kind == "list" else {"urls": lines})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["success"], body["failed"]) == (1, 2)
    assert [(line["line"], line["error_code"]) for line in body["lines"]] == [
        (1, None),
        (2, "VALIDATION_ERROR"),
        (3, "DUPLICATE"),
    ]
    assert body["lines"][2]["existing_id"] == known["id"]
    assert QueueItem.objects.count() == 2


@pytest.mark.parametrize("wrap", [list, lambda lines: {"urls": lines}], ids=["list", "object"])
def test_a_line_of_a_wrong_type_is_an_error_of_that_line(user, wrap):
    answer = user.post("/queue/import", wrap(["https://example.com/a.jpg", 5, None, {"url": "x"}, ""]))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["success"], body["failed"]) == (1, 3)
    assert [(line["line"], line["url"], line["error_code"]) for line in body["lines"]] == [
        (1, "https://example.com/a.jpg", None),
        (2, "5", "VALIDATION_ERROR"),
        (3, "null", "VALIDATION_ERROR"),
        (4, '{"url":"x"}', "VALIDATION_ERROR"),
    ]


def test_a_list_of_plain_text_may_be_larger_than_json(user):
    text = b"# " + b"x" * 2 * 1024 * 1024 + b"\r\nhttps://example.com/a.jpg\rhttps://example.com/b.jpg\n"
    assert user.raw("POST", "/queue/import", text, "text/plain").json()["success"] == 2
    large = user.raw("POST", "/queue/import", b"x" * (8 * 1024 * 1024 + 1), "text/plain")
    assert (large.status_code, error_code(large)) == (413, "PAYLOAD_TOO_LARGE")
    json_list = user.post("/queue/import", ["https://example.com/" + "x" * 1024 * 1024])
    assert (json_list.status_code, error_code(json_list)) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b"])
def test_import_takes_only_text(user, data):
    assert user.raw("POST", "/queue/import", data, "text/plain").status_code == 422


def test_import_takes_at_most_ten_thousand_lines(user):
    answer = user.raw("POST", "/queue/import", b"x\n" * 10_001, "text/plain")
    assert answer.status_code == 422
    assert QueueItem.objects.count() == 0


def test_times_are_utc_in_whole_seconds(user):
    moment = datetime(2026, 1, 1, 12, 0, 0, 999_999, tzinfo=UTC) + timedelta(0)
    with clock.clock_set_to(lambda: moment):
        viewer = client_as(Role.USER)
        added = _add(viewer)
    assert added["created_date"] == "2026-01-01T12:00:00Z"
