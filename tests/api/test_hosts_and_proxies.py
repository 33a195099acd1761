"""Host names, and what is believed of forwarding headers."""

import ipaddress
from dataclasses import replace

import pytest

from mediadl.accounts.models import Role, Session
from mediadl.accounts.services import create_user
from mediadl.api.hosts import client_address, is_allowed_host
from tests.api.clients import PASSWORD, ApiClient, error_code


@pytest.fixture
def proxied(settings):
    network = ipaddress.ip_network("127.0.0.0/8")
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, trusted_proxies=(network,))


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
    assert error_code(answer) == "INVALID_JSON"


@pytest.mark.django_db
def test_forwarding_headers_of_strangers_are_dropped():
    assert ApiClient().get("/schema", X_Forwarded_Host="evil.test").status_code == 200
    create_user(username="ada", password=PASSWORD, role=Role.USER)
    body = {"username": "ada", "password": PASSWORD}
    ApiClient().post("/auth/login", body, X_Forwarded_For="203.0.113.9")
    assert Session.objects.get().address == "127.0.0.1"


@pytest.mark.django_db
def test_a_trusted_proxy_names_client_host_and_scheme(proxied, client):
    create_user(username="ada", password=PASSWORD, role=Role.USER)
    body = {"username": "ada", "password": PASSWORD}
    ApiClient().post("/auth/login", body, X_Forwarded_For="198.51.100.1, 203.0.113.9")
    assert Session.objects.get().address == "203.0.113.9"
    assert ApiClient().get("/schema", X_Forwarded_Host="evil.test").status_code == 400


@pytest.mark.django_db
def test_cookies_are_secure_behind_tls(proxied, client):
    secure = client.get("/api/v1/docs", headers={"X-Forwarded-Proto": "https"})
    plain = client.get("/api/v1/docs")
    assert all(morsel["secure"] for morsel in secure.cookies.values())
    assert not any(morsel["secure"] for morsel in plain.cookies.values())
    assert secure.cookies


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("", "127.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 127.0.0.5", "203.0.113.9"),
        ("rubbish", "127.0.0.1"),
        ("203.0.113.9, rubbish", "127.0.0.1"),
        ("[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(proxied, forwarded, address):
    assert client_address("127.0.0.1", forwarded) == address
