"""Host names, and cookies behind TLS."""

import pytest

from mediadl.api.hosts import is_allowed_host
from tests.api.clients import ApiClient, error_code


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.5", "media.test:8000"]
)
def test_our_names_and_every_address_are_answered(settings, host):
    settings.PERMITTED_HOST_NAMES = ["media.test"]
    assert is_allowed_host(host)


@pytest.mark.parametrize("host", ["", "evil.test", "localhost.evil.test", "media.test.evil.test", "a b", "x@localhost"])
def test_other_names_are_not(settings, host):
    settings.PERMITTED_HOST_NAMES = ["media.test"]
    assert not is_allowed_host(host)


@pytest.mark.django_db
def test_a_foreign_host_is_400_in_the_error_format():
    answer = ApiClient().get("/auth/me", Host="evil.test")
    assert answer.status_code == 400
    assert "MEDIADL_ALLOWED_HOSTS" in answer.json()["detail"]
    assert error_code(answer) == "VALIDATION_ERROR"


@pytest.mark.django_db
def test_forwarding_headers_mean_nothing_inside():
    assert ApiClient().get("/schema", X_Forwarded_Host="evil.test").status_code == 200


@pytest.mark.django_db
def test_cookies_are_secure_on_tls(client):
    secure = client.get("/api/v1/docs", secure=True)
    plain = client.get("/api/v1/docs")
    assert secure.cookies
    assert all(morsel["secure"] for morsel in secure.cookies.values())
    assert not any(morsel["secure"] for morsel in plain.cookies.values())
