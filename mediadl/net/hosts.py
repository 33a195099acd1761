"""Hosts as text: names in IDNA form, and every spelling of an address as the one that is connected to."""

import ipaddress
import re
from typing import NoReturn
from urllib.parse import unquote

import idna

from mediadl.media import FailureKind, MediaError

URL_ADVICE = " Enter a full http:// or https:// address."
_ASCII_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_IPV4_PART = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_MAX_HOST_LENGTH = 253
_IPV4_PARTS = 4
_BYTE_MAX = 255


def bad_url(reason: str) -> NoReturn:
    """Refuse a URL.

    Raises:
        MediaError: ``BAD_URL``, always.
    """
    raise MediaError(FailureKind.REFUSED, "BAD_URL", reason + URL_ADVICE)


def normalise_host(text: str) -> str:
    """A host as it is connected to: IDNA, numbers as a dotted IPv4 address, IPv6 without brackets.

    Raises:
        MediaError: ``BAD_URL``: it cannot be a host.
    """
    if text.startswith("["):
        return _ipv6(text)
    host = unquote(text, errors="strict") if "%" in text else text
    host = host.lower() if host.isascii() else _idna(host)
    host = host.removesuffix(".")
    if len(host) > _MAX_HOST_LENGTH or not _ASCII_HOST.fullmatch(host):
        bad_url("The URL has no valid host name.")
    # As browsers and libcurl do: a last label that is a number makes all of it an IPv4 address.
    return _ipv4(host) if _IPV4_PART.fullmatch(host.rsplit(".", 1)[-1]) else host


def _idna(host: str) -> str:
    try:
        return idna.encode(host, uts46=True, transitional=False).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        bad_url("The URL has no valid host name.")


def _ipv6(text: str) -> str:
    try:
        if "%" in text:
            raise ValueError("scope id")  # noqa: TRY301 - one way out for every form that is no address
        return str(ipaddress.IPv6Address(text[1:-1]))
    except ValueError:
        bad_url("The URL has an IPv6 address that cannot be read.")


def _ipv4(host: str) -> str:
    parts = host.split(".")
    if len(parts) > _IPV4_PARTS or not all(_IPV4_PART.fullmatch(part) for part in parts):
        bad_url("The URL has an IP address that cannot be read.")
    try:
        numbers = [_ipv4_number(part) for part in parts]
        *leading, last = numbers
        if any(number > _BYTE_MAX for number in leading) or last >= 256 ** (_IPV4_PARTS - len(leading)):
            raise ValueError("too large")  # noqa: TRY301
    except ValueError:
        bad_url("The URL has an IP address that cannot be read.")
    value = last + sum(number << (8 * (3 - position)) for position, number in enumerate(leading))
    return str(ipaddress.IPv4Address(value))


def _ipv4_number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)
