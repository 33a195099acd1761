"""Which addresses may be connected to: public ones, and what the operator opened.

Refused: private, loopback, link-local, multicast, reserved, documentation, carrier-grade NAT and
cloud metadata addresses, also inside IPv4-mapped, 6to4, NAT64, Teredo and ISATAP forms. The list is
our own, from IANA's special-purpose registries, since ``ipaddress`` judges differently in each
version of Python. ``MEDIADL_ALLOWED_PRIVATE_NETWORKS`` opens networks.
"""

import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from mediadl.environment import IpNetwork
from mediadl.media import FailureKind, MediaError
from mediadl.net.urls import normalise_url

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's metadata and DNS, inside public space
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # the only space from which global addresses are given out
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".localdomain", ".home.arpa", ".lan", ".intranet", ".corp")


def is_allowed_address(ip: str) -> bool:
    """Whether a connection to ``ip`` may be made; text that is no address is refused."""
    return _is_allowed(ip, settings.ENVIRONMENT.allowed_private_networks)


def check_url(url: str) -> str:
    """Check a URL before it is requested; returns its normalised form. Names are not resolved here.

    Raises:
        MediaError: ``BAD_URL`` (syntax, scheme) or ``PRIVATE_ADDRESS`` (address literal, local name).
    """
    normalised = normalise_url(url)
    _refuse_private_host(urlsplit(normalised).hostname or "")
    return normalised


def refuse_private_literal(url: str) -> None:
    """Refuse URLs whose host is seen not to be public without asking anybody; raises as :func:`check_url`."""
    check_url(url)


def resolve_checked(host: str, port: int) -> list[str]:
    """The addresses of ``host`` (a name or a literal), in the system's order, all of them allowed.

    Blocks as long as the system's resolver does; :mod:`mediadl.net.resolving` is its form for threads
    that must stop in time.

    Raises:
        MediaError: ``PRIVATE_ADDRESS`` if any of them is refused, ``NAME_NOT_RESOLVED`` if there is none.
    """
    return check_addresses(host, system_addresses(host, port))


def system_addresses(host: str, port: int) -> list[str]:
    """The addresses of ``host`` by the system's resolver, unchecked, without doubles; empty if there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_addresses(host: str, addresses: list[str]) -> list[str]:
    """Return ``addresses`` if all of them may be connected to; raises as :func:`resolve_checked`."""
    if not addresses:
        raise MediaError(
            FailureKind.TRANSIENT, "NAME_NOT_RESOLVED", f"The name {host} has no address. Check its spelling."
        )
    for address in addresses:
        if not is_allowed_address(address):
            raise private_address(host)
    return addresses


def private_address(host: str) -> MediaError:
    """The error for a host that leads to an address that is not public."""
    return MediaError(
        FailureKind.REFUSED,
        "PRIVATE_ADDRESS",
        f"{host} is not a public address. An operator can open a network with MEDIADL_ALLOWED_PRIVATE_NETWORKS.",
    )


def _refuse_private_host(host: str) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _is_allowed_name(host):
            raise private_address(host) from None
    else:
        if not is_allowed_address(host):
            raise private_address(host)


def _is_allowed_name(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return is_allowed_address("127.0.0.1") or is_allowed_address("::1")
    if "." not in host or host.endswith(_LOCAL_SUFFIXES):
        # Where the operator opened networks, a local name may lead into one: its address decides.
        return bool(settings.ENVIRONMENT.allowed_private_networks)
    return True


@lru_cache(maxsize=4096)
def _is_allowed(text: str, opened: tuple[IpNetwork, ...]) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_open(meant, opened) or _is_public(meant) for meant in _meant_addresses(address))


def _is_open(address: IpAddress, opened: tuple[IpNetwork, ...]) -> bool:
    return any(address in network for network in opened)  # another version's network contains nothing


def _is_public(address: IpAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)


def _meant_addresses(address: IpAddress) -> list[IpAddress]:
    """Where a connection to ``address`` may end: itself, or the IPv4 addresses that it carries."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if address.teredo is not None:
        return list(address.teredo)
    inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        return [inner]
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return [address, inner]
    return [address]
