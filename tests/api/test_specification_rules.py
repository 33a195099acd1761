"""What ``api-spec.md`` says about all endpoints: errors, statuses, rate limits, pages."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product_settings
from django.db import connection

from mediadl import failpoints
from mediadl.accounts.models import Role
from mediadl.api import throttling
from mediadl.api.counters import FileCounters
from mediadl.environment import read_environment
from mediadl.events.seats import SOCKETS_PER_USER
from tests.api.clients import ApiClient, client_as
from tests.api.specification.document import endpoints, fenced, parse_json, sections
from tests.api.specification.rows import installation
from tests.api.specification.shapes import Allowance, differences
from tests.unit.downloads.library import add_downloads

URL = {"url": "https://example.org/a.jpg"}
# What the answers to certain errors tell besides (api-decisions, errors).
ERROR_ADDITIONS = {409: "existing_id", 422: "errors"}


def _malformed() -> Any:
    return client_as().raw("POST", "/queue", b"{", "application/json")


def _duplicate() -> Any:
    client = client_as()
    client.post("/queue", URL)
    return client.post("/queue", URL)


def _internal() -> Any:
    failpoints.arm("events.before_publish=raise")
    return client_as().post("/queue", URL)


def _busy() -> Any:
    client = client_as()
    with _locked_database():
        return client.post("/queue", URL)


@contextmanager
def _locked_database() -> Iterator[None]:
    """Somebody else writes and does not stop."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    finally:
        connection.close()


def _limited() -> Any:
    client = client_as("anonymous")
    answers = [client.get("/auth/me") for _ in range(product_settings.ENVIRONMENT.rate_limit_anon + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {401}
    return answers[-1]


# A request for each status of "Common HTTP Status Codes".
REQUESTS = {
    200: lambda: client_as().get("/queue"),
    201: lambda: client_as().post("/queue", URL),
    202: lambda: client_as().post("/platforms/tiktok/download", {"username": "someone"}),
    204: lambda: client_as().post("/auth/logout"),
    400: _malformed,
    401: lambda: client_as("anonymous").get("/queue"),
    403: lambda: client_as(Role.VIEWER).post("/queue", URL),
    404: lambda: client_as().get("/queue/999"),
    409: _duplicate,
    422: lambda: client_as().post("/queue", {"url": 1}),
    429: _limited,
    500: _internal,
    503: _busy,
}


@pytest.fixture
def documented_limits(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The limits as they are where no variable changes them, counted in a file of the test's own."""
    fresh = read_environment({"MEDIADL_DATA_DIR": str(tmp_path)})
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, rate_limit_anon=fresh.rate_limit_anon, rate_limit_user=fresh.rate_limit_user
    )
    counters = FileCounters(tmp_path / "requests.sqlite3")
    monkeypatch.setattr(throttling, "counters", lambda: counters)
    yield
    counters.close()


def _statuses() -> dict[int, str]:
    lines = re.findall(r"- `(\d{3}) ([^`]+)`", sections()["Common HTTP Status Codes"])
    return {int(number): phrase for number, phrase in lines}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", _statuses())
def test_every_status_is_answered_and_errors_have_the_one_format(documented_limits: None, status: int):
    answer = REQUESTS[status]()
    assert answer.status_code == status, answer.content
    assert HTTPStatus(status).phrase in {_statuses()[status], "Unprocessable Content"}  # RFC 9110's newer name
    if status < 400:
        return
    (text,) = fenced("Error Responses")
    added = frozenset(ERROR_ADDITIONS.get(status, "").split())
    found = list(differences(parse_json(text), answer.json(), Allowance(added={"": added})))
    assert not found, "\n".join(found)
    assert answer.json()["request_id"] == answer["X-Request-ID"]
    assert re.fullmatch("[A-Z]+(_[A-Z]+)*", answer.json()["error_code"])


@pytest.mark.django_db
def test_rate_limits_are_the_documented_ones_and_told_on_every_answer(documented_limits: None):
    text = sections()["Rate Limiting"]
    names = set(re.findall(r"^(X-[\w-]+):", text, re.MULTILINE))
    public, signed_in = re.findall(r"endpoints: (\d+) requests/hour", text)
    assert f"WebSocket connections: {SOCKETS_PER_USER} per user" in text
    for client, limit in ((ApiClient(), public), (client_as(), signed_in)):
        answer = client.get("/auth/me")
        told = {name: answer[name] for name in names}
        assert told == {
            "X-RateLimit-Limit": limit,
            "X-RateLimit-Remaining": str(int(limit) - 1),
            "X-RateLimit-Reset": told["X-RateLimit-Reset"],
        }
        assert re.fullmatch(r"\d{10}", told["X-RateLimit-Reset"])


def _lists() -> list[str]:
    """The endpoints whose answers are lists; timelines and breakdowns are figures."""
    bodies = {one.path: one.success.body for one in endpoints() if one.method == "GET"}
    return [
        path
        for path, body in bodies.items()
        if isinstance(body, dict)
        and not path.startswith("/stats/")
        and path != "/downloads/stats"
        and any(isinstance(value, list) for value in body.values())
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("path", _lists())
def test_every_list_tells_where_its_page_is(path: str):
    client = installation().client
    first, beyond = client.get(path), client.get(f"{path}?page=99")
    headers = set(re.findall(r"^(X-[\w-]+|Link):", sections()["Pagination"], re.MULTILINE))
    assert headers == {"X-Total-Count", "X-Page", "X-Per-Page", "X-Total-Pages", "Link"}
    for answer in (first, beyond):
        assert answer.status_code == 200
        assert headers <= set(answer.headers)
    (name,) = (name for name, value in beyond.json().items() if isinstance(value, list))
    assert beyond.json()[name] == []
    assert beyond["X-Page"] == "99"


@pytest.mark.django_db
def test_the_second_page_is_as_the_example_shows():
    request, headers = fenced("Pagination")
    example = dict(line.split(": ", 1) for line in headers.splitlines())
    query = request.split("/downloads", 1)[1]
    add_downloads(120)
    answer = client_as(Role.VIEWER).get(f"/downloads{query}")
    assert (answer["X-Page"], answer["X-Per-Page"]) == (example["X-Page"], example["X-Per-Page"])
    assert (answer["X-Total-Count"], answer["X-Total-Pages"]) == ("120", "3")
    assert len(answer.json()["items"]) == 50
    links, shown = _links(answer["Link"]), _links(example["Link"])
    assert set(shown) <= set(links)
    assert links["next"] == "/api/v1/downloads?page=3&per_page=50"


def _links(header: str) -> dict[str, str]:
    return {relation: target for target, relation in re.findall(r'<([^>]+)>; rel="(\w+)"', header)}
