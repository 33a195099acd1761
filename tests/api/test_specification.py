"""The contract: every endpoint of ``api-spec.md`` is called as its example says, and answers as its example shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from mediadl import clock
from tests.api.clients import ApiClient
from tests.api.specification import allowances
from tests.api.specification.document import Endpoint, Parameter, endpoints
from tests.api.specification.rows import PASSWORD, USERNAME, Installation, installation
from tests.api.specification.shapes import Allowance, differences

pytestmark = pytest.mark.django_db

# Parameters without which the request means nothing.
REQUIRED = {"DELETE /logs": "?older_than_days=30"}
# Values for a parameter whose text names none.
SAMPLES = {
    "bool": ("true", "false"),
    "int": ("1",),
    "str": ("evalongoria",),
    "date": ("2025-10-06",),
    "datetime": ("2025-10-13T15:45:23Z",),
}


@pytest.fixture
def installed() -> Installation:
    return installation()


def _name(endpoint: Endpoint) -> str:
    return endpoint.name


def _call(installed: Installation, endpoint: Endpoint, query: str = "") -> Any:
    request = dict(endpoint.request) if endpoint.request is not None else None
    client = installed.client
    if endpoint.path == "/auth/login":
        client = ApiClient()
    elif endpoint.path == "/auth/refresh":  # the example's token is cut short
        client = ApiClient()
        signed_in = client.post("/auth/login", {"username": USERNAME, "password": PASSWORD}).json()
        request = {"refresh_token": signed_in["refresh_token"]}
    return client.call(endpoint.method, installed.path_of(endpoint.name) + query, request)


@pytest.mark.parametrize("endpoint", endpoints(), ids=_name)
def test_it_answers_as_the_example_shows(installed: Installation, endpoint: Endpoint):
    answer = _call(installed, endpoint, REQUIRED.get(endpoint.name, ""))
    expected = endpoint.success
    assert answer.status_code == expected.status, answer.content
    assert answer["X-Request-ID"]
    if expected.body is not None:
        assert answer["Content-Type"] == "application/json"
        found = list(differences(expected.body, answer.json(), allowances.allowance(endpoint.name)))
        assert not found, "\n".join(found)
    elif expected.status == 204:
        assert answer.content == b""


@pytest.mark.parametrize("endpoint", [one for one in endpoints() if one.parameters], ids=_name)
def test_it_takes_every_parameter_and_value_that_is_named(installed: Installation, endpoint: Endpoint):
    for query in [*endpoint.example_queries, *(q for one in endpoint.parameters for q in _queries(one))]:
        with _undone():
            answer = _call(installed, endpoint, query)
        assert answer.status_code == endpoint.success.status, (query, answer.content)


@contextmanager
def _undone() -> Iterator[None]:
    """What happens inside leaves nothing behind: a download can be deleted twice."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _queries(parameter: Parameter) -> Iterator[str]:
    values = parameter.words or SAMPLES[parameter.kind]
    if parameter.name == "date":  # only today has a log here
        values = (clock.now().date().isoformat(),)
    for value in values:
        yield f"?{parameter.name}={value}"


@pytest.mark.parametrize(
    ("endpoint", "parameter"),
    [(one, parameter) for one in endpoints() for parameter in one.parameters if parameter.highest],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_parameter_above_its_maximum_is_refused(installed: Installation, endpoint: Endpoint, parameter: Parameter):
    assert _call(installed, endpoint, f"?{parameter.name}={parameter.highest}").status_code == 200
    refused = _call(installed, endpoint, f"?{parameter.name}={parameter.highest + 1}")
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {parameter.name}


def test_a_wrong_password_is_refused_as_the_example_shows(installed: Installation):
    (login,) = (one for one in endpoints() if one.path == "/auth/login")
    (expected,) = (answer for answer in login.answers if answer.status == 401)
    answer = ApiClient().post("/auth/login", {"username": USERNAME, "password": "not it"})
    assert answer.status_code == 401
    assert answer.json()["detail"] == expected.body["detail"]
    every_error = Allowance(added={"": frozenset(allowances.ERROR.split()) - {"detail"}})
    assert not list(differences(expected.body, answer.json(), every_error))


def test_a_log_is_sent_as_a_file_named_by_its_day(installed: Installation):
    (download,) = (one for one in endpoints() if one.path == "/logs/download")
    headers = dict(line.split(": ", 1) for line in download.success.text.splitlines() if ": " in line)
    answer = _call(installed, download)
    assert answer["Content-Type"] == headers["Content-Type"]
    day = clock.now().strftime("%Y%m%d")
    assert answer["Content-Disposition"] == headers["Content-Disposition"].replace("20251013", day)
    assert b"Downloaded 8 posts from evalongoria" in b"".join(answer.streaming_content)


def test_every_endpoint_was_found_in_the_file():
    names = [endpoint.name for endpoint in endpoints()]
    assert len(names) == len(set(names)) == 33
    assert all(endpoint.answers for endpoint in endpoints())
