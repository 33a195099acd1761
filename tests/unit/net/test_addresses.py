"""Only public addresses, and what the operator opened; in whatever form they come."""

import dataclasses
import ipaddress

import pytest
from django.conf import settings as django_settings

from mediadl.media import FailureKind, MediaError
from mediadl.net.addresses import (
    check_addresses,
    check_url,
    is_allowed_address,
    refuse_private_literal,
    resolve_checked,
)

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]
PUBLIC_INSIDE = ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]
REFUSED = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001:db8::1",
    "2001:10::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",  # Teredo: client 10.0.0.1
    "2a00:1450::5efe:10.0.0.1",  # ISATAP
    "fe80::5efe:8.8.8.8",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "no address",
    "",
]


def open_networks(settings, *networks: str) -> None:
    parsed = tuple(ipaddress.ip_network(network) for network in networks)
    settings.ENVIRONMENT = dataclasses.replace(django_settings.ENVIRONMENT, allowed_private_networks=parsed)


@pytest.fixture(autouse=True)
def _nothing_opened(settings):
    open_networks(settings)


@pytest.mark.parametrize("ip", PUBLIC + PUBLIC_INSIDE)
def test_allows_public_addresses(ip):
    assert is_allowed_address(ip)


@pytest.mark.parametrize("ip", REFUSED)
def test_refuses_all_others(ip):
    assert not is_allowed_address(ip)


def test_an_opened_network_is_allowed_in_all_its_forms_and_nothing_else(settings):
    open_networks(settings, "10.20.0.0/16", "fd12::/32")
    assert all(map(is_allowed_address, ["10.20.3.4", "::ffff:10.20.3.4", "fd12::1"]))
    assert not any(map(is_allowed_address, ["10.21.0.1", "127.0.0.1", "fd13::1", "::ffff:10.21.0.1"]))


SPELLINGS = [
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.01/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127.0.0.1./",
    "http://%31%32%37%2e0%2e0%2e1/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://x.localhost/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://router/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "https://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://192.168.0.1:8080/admin",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_refuses_every_spelling_of_a_local_target(url):
    for check in (check_url, refuse_private_literal):
        with pytest.raises(MediaError) as caught:
            check(url)
        assert (caught.value.kind, caught.value.code) == (FailureKind.REFUSED, "PRIVATE_ADDRESS")
        assert "MEDIADL_ALLOWED_PRIVATE_NETWORKS" in caught.value.detail


def test_local_names_pass_where_networks_are_opened_since_their_address_decides(settings):
    open_networks(settings, "192.168.0.0/16")
    assert check_url("http://forum.lan/x") == "http://forum.lan/x"
    with pytest.raises(MediaError, match="PRIVATE_ADDRESS"):
        check_url("http://localhost/")
    open_networks(settings, "127.0.0.0/8")
    assert check_url("http://localhost:8000/") == "http://localhost:8000/"


def test_one_refused_address_of_a_name_refuses_it():
    with pytest.raises(MediaError, match="PRIVATE_ADDRESS"):
        check_addresses("mixed.example", ["8.8.8.8", "10.0.0.1"])


def test_a_name_without_an_address_may_be_tried_again():
    with pytest.raises(MediaError) as caught:
        check_addresses("none.example", [])
    assert (caught.value.kind, caught.value.code) == (FailureKind.TRANSIENT, "NAME_NOT_RESOLVED")


def test_resolves_through_the_system(settings):
    with pytest.raises(MediaError, match="PRIVATE_ADDRESS"):
        resolve_checked("localhost", 80)
    open_networks(settings, "127.0.0.0/8", "::1/128")
    assert set(resolve_checked("localhost", 80)) <= {"127.0.0.1", "::1"}
