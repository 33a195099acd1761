"""X-Request-ID: on every response, the caller's own if it is a UUID, and in the log of a failure."""

import uuid

import pytest
from django.urls import path
from structlog.testing import capture_logs

from mediadl.api.views import ApiView
from mediadl.urls import urlpatterns as real_urlpatterns
from tests.api.clients import ApiClient, client_as, error_code

OWN = "6f1c2a6e-1f0b-4a53-9a6a-0c7d1f2b3e4d"


class _Broken(ApiView):
    def get(self, request):
        raise RuntimeError("SELECT secret FROM /root/keys")


def _broken_page(request):
    raise RuntimeError("SELECT secret FROM /root/keys")


urlpatterns = [
    path("api/v1/broken", _Broken.as_view()),
    path("api/v1/broken-page", _broken_page),
    path("broken-page", _broken_page),
    *real_urlpatterns,
]


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["/auth/me", "/nothing", "/docs", "/schema"])
def test_every_response_has_a_new_one(target):
    answers = [ApiClient().get(target) for _ in range(2)]
    ids = {str(uuid.UUID(answer["X-Request-ID"])) for answer in answers}
    assert len(ids) == 2


@pytest.mark.django_db
def test_pages_have_one_too(client):
    assert uuid.UUID(client.get("/no-such-page")["X-Request-ID"])


@pytest.mark.django_db
def test_the_callers_uuid_is_kept():
    answer = ApiClient().get("/auth/me", X_Request_ID=OWN)
    assert answer["X-Request-ID"] == answer.json()["request_id"] == OWN


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["x", OWN + "1", "{" + OWN + "}", OWN.replace("-", ""), OWN + "\tx"])
def test_anything_else_is_replaced(sent):
    assert ApiClient().get("/auth/me", X_Request_ID=sent)["X-Request-ID"] != sent


@pytest.mark.django_db
@pytest.mark.urls("tests.api.test_request_ids")
def test_a_500_shows_nothing_and_the_log_has_it_under_the_same_id():
    client = client_as()
    with capture_logs() as lines:
        answer = client.get("/broken", X_Request_ID=OWN)
    assert answer.status_code == 500
    assert error_code(answer) == "INTERNAL_ERROR"
    assert b"secret" not in answer.content
    failure = next(line for line in lines if line["event"] == "A request failed")
    assert "secret" in str(failure["exc_info"])


@pytest.mark.django_db
@pytest.mark.urls("tests.api.test_request_ids")
def test_a_500_outside_of_the_api_views_has_the_format_too():
    answer = ApiClient().get("/broken-page")
    assert answer.status_code == 500
    assert error_code(answer) == "INTERNAL_ERROR"
    assert b"secret" not in answer.content
