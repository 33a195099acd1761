"""schemathesis over ``/api/v1/schema``: no 5xx, and no answer that the schema does not promise."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import derive_operation_seed
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test

from mediadl.api.schema_views import schema_json
from tests.api.routes import routes
from tests.api.specification.rows import Installation, installation

_PARAMETER = re.compile(r"<[^>]+>|{[^}]+}")
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
    "PATCH /downloads/{download_id}": "something is to be changed; tags are visible text",
    "POST /downloads/adoptions": "there is a folder or an archive, and it may be read",
    **dict.fromkeys(
        (f"{method} /platforms/access/{{id}}" for method in ("GET", "PATCH", "DELETE")),
        "the site is a platform or a host",
    ),
    "PUT /platforms/access/{id}/cookies": "the site is a platform or a host; the cookies are its own and can be read",
    "DELETE /platforms/access/{id}/cookies": "the site is a platform or a host",
    "PATCH /settings": "the download folder exists, is writable, and lies inside the media roots",
}
made: Counter[str] = Counter()
_ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "422", "429"]


def _schema(max_examples: int, seed: int | None) -> Any:
    config: dict[str, Any] = {
        "generation": {
            "max-examples": max_examples,
            "allow-x00": False,  # refused everywhere by rule; tests/api/test_bad_input.py sends them
        },
        "operations": [
            {
                "include-name": _label(name),
                "checks": {"positive_data_acceptance": {"expected-statuses": _ACCEPTED}},
            }
            for name in REFUSED_WITH_REASON
        ],
    }
    if seed is not None:
        config["seed"] = seed
    schema = schemathesis.openapi.from_dict(orjson.loads(schema_json()), config=SchemathesisConfig.from_dict(config))
    schema.app = get_wsgi_application()
    return schema


def _label(name: str) -> str:
    """``POST /queue`` as schemathesis names it."""
    return name.replace(" ", " /api/v1", 1)


def _by_route(schema: Any) -> dict[str, Any]:
    """The operations by what :func:`_operations` calls them."""
    found = (result.ok() for result in schema.get_all_operations())
    return {_PARAMETER.sub("{}", operation.label): operation for operation in found}


def _operations() -> list[str]:
    """``GET /api/v1/queue/{}`` for each route, without making the schema."""
    described = [(method, path) for method, path in routes() if path not in {"schema", "docs"}]
    return [f"{method} /api/v1/{_PARAMETER.sub('{}', path)}" for method, path in described]


@pytest.fixture(scope="module")
def fixed_cases() -> Any:
    """The same cases each time: all of the schema's edges, and some others for each operation."""
    return _schema(12, SEED)


@pytest.fixture(scope="module")
def random_cases() -> Any:
    """Other cases each time; a failure shows the request that repeats it."""
    return _schema(200, None)


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


def _meet_all(schema: Any, operation: Any, meet: Callable[[Any], None]) -> None:
    """Call ``meet`` with every case. schemathesis's own pytest items all have one id, of which xdist runs one."""
    load_all_checks()
    config = HypothesisTestConfig(
        project=schema.config,
        modes=list(HypothesisTestMode),
        settings=schema.config.get_hypothesis_settings(operation=operation, phase="fuzzing"),
        explicit_settings=settings(deadline=None, suppress_health_check=list(HealthCheck), database=None),
        apply_ci_profile=False,  # it would make random cases the same each time
        seed=derive_operation_seed(schema.config.seed, operation.label),
    )
    create_test(operation=operation, test_func=meet, config=config)()


@pytest.mark.parametrize("route", _operations())
def test_every_answer_is_one_that_the_schema_promises(route: str, fixed_cases: Any, installed: Installation):
    def meet(case: Any) -> None:
        made[route] += 1
        _call(case, installed)

    _meet_all(fixed_cases, _by_route(fixed_cases)[route], meet)


def test_enough_cases_were_made():
    if made.keys() >= set(_operations()):  # the whole file was run
        assert made.total() >= CASES_WANTED


def test_only_operations_that_exist_are_excused(fixed_cases: Any):
    operations = {operation.label for operation in _by_route(fixed_cases).values()}
    assert {_label(name) for name in REFUSED_WITH_REASON} <= operations


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("route", _operations())
def test_random_cases_are_answered_as_promised(route: str, random_cases: Any, installed: Installation):
    def meet(case: Any) -> None:
        _call(case, installed)

    _meet_all(random_cases, _by_route(random_cases)[route], meet)
