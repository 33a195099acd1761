"""Which methods a path knows: HEAD is GET without a body, and the rest is a 405 that names those there are."""

from collections import defaultdict

import pytest

from mediadl.accounts.models import Role
from tests.api.clients import client_as, error_code
from tests.api.routes import routes, sample

_METHODS_OF: dict[str, set[str]] = defaultdict(set)
for _method, _path in routes():
    _METHODS_OF[_path].add(_method)
PATHS = sorted(_METHODS_OF)
READABLE = [path for path in PATHS if "GET" in _METHODS_OF[path]]


@pytest.mark.django_db
@pytest.mark.parametrize("path", READABLE)
@pytest.mark.parametrize("role", ["anonymous", Role.VIEWER.value, Role.ADMIN.value])
def test_head_answers_as_get_does(role, path):
    client = client_as(role)
    got, asked = client.get(sample(path)), client.call("HEAD", sample(path))
    assert asked.status_code == got.status_code
    assert asked["Content-Type"] == got["Content-Type"]
    assert asked.content == b""


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_a_path_lacks_is_405_and_allow_names_the_others(path):
    known = _METHODS_OF[path] | ({"HEAD"} if "GET" in _METHODS_OF[path] else set())
    for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - known):
        answer = client_as("anonymous").call(method, sample(path))
        assert answer.status_code == 405, method
        assert error_code(answer) == "METHOD_NOT_ALLOWED"
        assert {name.strip() for name in answer["Allow"].split(",")} - {"OPTIONS"} == known
