"""The endpoints below ``/api/v1/logs``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mediadl.accounts.models import AuditEntry
from mediadl.accounts.services import create_user
from mediadl.clock import now
from mediadl.logs import daily_files
from mediadl.logs.records import LogRecord
from mediadl.logs.storing import insert_rows

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 10, 13, 12, 0, 0, 456_000, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def _client(role: str = "admin") -> Client:
    create_user(username=role, password=PASSWORD, role=role)
    client = Client()
    answer = client.post(
        "/api/v1/auth/login", {"username": role, "password": PASSWORD}, content_type="application/json"
    )
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {answer.json()['access_token']}"
    return client


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.LOGS_DIR = tmp_path
    return tmp_path


def _store(folder: Path, *lines: LogRecord) -> None:
    insert_rows(lines)
    daily_files.append(folder, lines)


def _line(message: str = "Downloaded 8 posts from evalongoria", **changes: Any) -> LogRecord:
    values: dict[str, Any] = {"timestamp": NOON, "level": "INFO", "module": "Instagram", "message": message}
    return LogRecord(**{**values, "metadata": {"username": "evalongoria", "count": 8}, **changes})


def test_the_list_has_the_specifications_shape(folder: Path):
    _store(folder, _line())
    answer = _client().get("/api/v1/logs?module=Instagram&level=INFO&search=POSTS&limit=5")
    assert answer.status_code == 200
    (line,) = answer.json()["logs"]
    assert line.pop("id") > 0
    assert line == {
        "timestamp": "2025-10-13T12:00:00.456Z",
        "level": "INFO",
        "module": "Instagram",
        "message": "Downloaded 8 posts from evalongoria",
        "metadata": {"username": "evalongoria", "count": 8},
    }
    assert (answer.json()["total"], answer.json()["filtered"]) == (1, 1)
    assert answer["X-Total-Count"] == "1"
    assert answer["X-Per-Page"] == "5"


def test_total_counts_all_and_filtered_those_that_match(folder: Path):
    _store(folder, _line(), _line("x", level="ERROR"), _line("y", module="Web"))
    answer = _client().get("/api/v1/logs?level=ERROR").json()
    assert (answer["total"], answer["filtered"], len(answer["logs"])) == (3, 1, 1)


@pytest.mark.parametrize(
    "query",
    [
        "level=LOUD", "module=Facebook", "limit=0", "limit=1001", "per_page=10", "page=0", "date_from=yesterday",
        "date_from=2025-10-14T00:00:00Z&date_to=2025-10-13T00:00:00Z", "unknown=1",
    ],
)  # fmt: skip
def test_bad_parameters_are_named(folder: Path, query: str):
    answer = _client().get(f"/api/v1/logs?{query}")
    assert answer.status_code == 422
    assert query.split("=", maxsplit=1)[0] in answer.json()["errors"]


@pytest.mark.parametrize(("method", "path"), [
    ("get", "/api/v1/logs"), ("get", "/api/v1/logs/download"), ("delete", "/api/v1/logs?older_than_days=1"),
])  # fmt: skip
def test_only_admins_may(folder: Path, method: str, path: str):
    assert getattr(Client(), method)(path).status_code == 401
    for role in ("viewer", "user"):
        assert getattr(_client(role), method)(path).status_code == 403


def test_a_days_file_comes_as_text_or_json(folder: Path):
    _store(folder, _line(), _line("second"))
    client = _client()
    text = client.get("/api/v1/logs/download?date=2025-10-13")
    assert text["Content-Type"] == "application/octet-stream"
    assert text["Content-Disposition"] == 'attachment; filename="media_downloader_20251013.log"'
    lines = text.getvalue().decode().splitlines()
    assert lines[0].startswith("2025-10-13T12:00:00.456Z INFO")
    assert len(lines) == 2

    as_json = client.get("/api/v1/logs/download?date=2025-10-13&format=json")
    assert as_json["Content-Disposition"] == 'attachment; filename="media_downloader_20251013.json"'
    assert as_json.getvalue() == daily_files.path_of(folder, NOON.date()).read_bytes()


def test_today_is_the_default_and_a_day_without_log_is_not_found(folder: Path):
    _store(folder, _line())
    client = _client()
    assert client.get("/api/v1/logs/download").status_code == 404
    _store(folder, _line(timestamp=now()))
    assert client.get("/api/v1/logs/download").status_code == 200
    answer = client.get("/api/v1/logs/download?date=2025-10-12")
    assert answer.status_code == 404
    assert answer.json()["error_code"] == "NOT_FOUND"
    assert client.get("/api/v1/logs/download?format=xml").status_code == 422


def test_clearing_answers_what_went_and_is_audited(folder: Path):
    _store(folder, _line())
    client = _client()
    answer = client.delete("/api/v1/logs?older_than_days=30")
    assert answer.status_code == 200
    assert answer.json()["deleted_files"] == 1
    assert answer.json()["deleted_size_bytes"] > 0
    assert client.get("/api/v1/logs").json()["total"] == 0
    assert AuditEntry.objects.filter(action="logs.clear", username="admin").count() == 1


@pytest.mark.parametrize("query", ["", "?older_than_days=0", "?older_than_days=x", "?older_than_days=-3"])
def test_clearing_needs_an_age(folder: Path, query: str):
    _store(folder, _line())
    client = _client()
    assert client.delete(f"/api/v1/logs{query}").status_code == 422
    assert client.get("/api/v1/logs").json()["total"] == 1
