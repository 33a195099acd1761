"""schemathesis over ``/api/v1/schema``: no 5xx, and no answer that the schema does not promise."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from mediadl.api.schema_views import schema_json
from tests.api.specification.rows import Installation, installation

CASES_WANTED = 2000
SEED = 20251013
_TEXT = "text of nothing but spaces is no text"
# Operations that may refuse what the schema allows, since it cannot say all that they ask for.
REFUSED_WITH_REASON = {
    "POST /auth/tokens": _TEXT,
    "POST /auth/password": "the current password is the caller's own, and the new one is hard to guess",
    "POST /users": "a password is hard to guess; names are Django's",
    "PATCH /users/{user_id}": "a password is hard to guess; names are Django's",
    "GET /downloads": "date_from is not after date_to",
    "GET /logs": "date_from is not after date_to",
    "POST /downloads/bulk": "ids or a filter, not both; ids are distinct; its days are in order",
    "POST /downloads/archive": "ids or a filter, not both; ids are distinct; its days are in order",
    "POST /queue": "the URL is one, is not private, and belongs to the platform; its words are known",
    "POST /queue/bulk": "ids are distinct, and a priority belongs to its action",
    "POST /queue/import": "there is a body",
    "POST /platforms/instagram/download": "user names and downloaders are the platform's",
    "POST /platforms/tiktok/download": "user names and downloaders are the platform's",
    "POST /platforms/forum/monitor": "the thread's URL is one, and is not private",
    "PATCH /platforms/forum/threads/{id}": _TEXT,
    "POST /scheduler/jobs": "schedules fall due some day; sources and options are the platform's",
    "PATCH /scheduler/jobs/{id}": "schedules fall due some day; options are the platform's",
    "POST /settings/notifications/test": "a channel is set up before it is tried",
    "PATCH /settings": "the download folder exists, is writable, and lies inside the media roots",
}
_ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "422", "429"]

made: Counter[str] = Counter()


def _schema(max_examples: int, seed: int | None) -> Any:
    document = orjson.loads(schema_json())
    config: dict[str, Any] = {
        "generation": {
            "max-examples": max_examples,
            "allow-x00": False,  # refused everywhere by rule; tests/api/test_bad_input.py sends them
        },
        "operations": [
            {
                "include-name": name.replace(" ", " /api/v1", 1),
                "checks": {"positive_data_acceptance": {"expected-statuses": _ACCEPTED}},
            }
            for name in REFUSED_WITH_REASON
        ],
    }
    if seed is not None:
        config["seed"] = seed
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))
    schema.app = get_wsgi_application()
    return schema


fixed = _schema(20, SEED)
random = _schema(200, None)
_patient = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def installed(db: None) -> Iterator[Installation]:
    """Rows to ask for. Requests stay inside the test's transaction, as with Django's own test client."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield installation()
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def _call(case: Any, installed: Installation) -> None:
    """Every case meets the same rows: what it changed is undone."""
    with transaction.atomic():
        try:
            case.call_and_validate(headers=dict(installed.client.headers))
        finally:
            transaction.set_rollback(True)


@fixed.parametrize()
@_patient
def test_every_answer_is_one_that_the_schema_promises(case: Any, installed: Installation):
    made[case.operation.label] += 1
    _call(case, installed)


def test_enough_cases_were_made():
    operations = {operation.ok().label for operation in fixed.get_all_operations()}
    if operations <= made.keys():  # the whole file was run
        assert made.total() >= CASES_WANTED


def test_only_operations_that_exist_are_excused():
    operations = {operation.ok().label for operation in fixed.get_all_operations()}
    assert {name.replace(" ", " /api/v1", 1) for name in REFUSED_WITH_REASON} <= operations


@pytest.mark.soak
@random.parametrize()
@_patient
def test_random_cases_are_answered_as_promised(case: Any, installed: Installation):
    _call(case, installed)
