"""The environment variables that configure one installation, read once and typed.

Every variable starts with ``MEDIADL_`` and is listed in the README. A value that cannot be used
raises :class:`EnvironmentProblem`, whose text is the one line that the operator sees.
"""

import ipaddress
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PORTS = range(1, 65536)
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class EnvironmentProblem(Exception):
    """A variable (or the machine) does not allow a start; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The installation's settings that cannot be changed while it runs."""

    host: str
    port: int
    data_dir: Path
    media_roots: tuple[Path, ...]
    admin_username: str
    admin_password: str
    admin_email: str
    database_url: str
    redis_url: str
    allowed_private_networks: tuple[IpNetwork, ...]
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[IpNetwork, ...]
    base_path: str
    time_zone: str
    rate_limit_anon: int
    rate_limit_user: int
    failpoints: str
    is_test: bool
    test_host_map: tuple[tuple[str, str], ...] = ()


def _networks(name: str, text: str) -> tuple[IpNetwork, ...]:
    networks = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError as error:
            raise EnvironmentProblem(f"{name}: {part!r} is not a network such as 10.0.0.0/8") from error
    return tuple(networks)


def _integer(name: str, text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError as error:
        raise EnvironmentProblem(f"{name}: {text!r} is not a whole number") from error
    if not low <= value <= high:
        raise EnvironmentProblem(f"{name}: {value} is outside {low}..{high}")
    return value


def _time_zone(name: str, text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise EnvironmentProblem(f"{name}: {text!r} is not a time zone such as Europe/Berlin") from error
    return text


def _base_path(name: str, text: str) -> str:
    path = text.strip("/")
    if not path:
        return ""
    if not all(re.fullmatch(r"[A-Za-z0-9_-]+", part) for part in path.split("/")):
        raise EnvironmentProblem(f"{name}: {text!r} is not a path such as /media")
    return "/" + path


def _without_port(host: str) -> str:
    """The name alone: a ``Host`` header is one of ours at whatever port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() and ":" not in name else host


def _host_names(name: str, text: str) -> tuple[str, ...]:
    names = tuple(_without_port(part.strip()) for part in text.split(",") if part.strip())
    for host in names:
        if "/" in host or len(host.split()) > 1:
            raise EnvironmentProblem(f"{name}: {host!r} is not a name such as media.example.org")
    return names


def _database_url(name: str, text: str) -> str:
    if text and not re.match(r"postgres(ql)?://[^/]*/.", text):
        raise EnvironmentProblem(f"{name}: not of the form postgresql://user:password@host:port/name")
    return text


def _redis_url(name: str, text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise EnvironmentProblem(f"{name}: not of the form redis://host:port/0")
    return text


def _host_map(name: str, text: str) -> tuple[tuple[str, str], ...]:
    """Hosts and the ``address:port`` that stands in for each, from JSON or ``host=address:port`` pairs."""
    try:
        is_json = text.startswith("{")
        given = json.loads(text) if is_json else dict(pair.split("=", 1) for pair in text.split(",") if pair)
        pairs = tuple((host.strip().lower(), place.strip()) for host, place in given.items())
        if all(host and place.rpartition(":")[0] and int(place.rpartition(":")[2]) in PORTS for host, place in pairs):
            return pairs
    except (ValueError, AttributeError):
        pass
    raise EnvironmentProblem(f"{name}: not pairs such as site.example=127.0.0.1:8000")


def read_environment(source: Mapping[str, str] | None = None) -> Environment:
    """Read and check all variables from ``source`` (default: the process's environment).

    Raises:
        EnvironmentProblem: a value cannot be used.
    """
    variables = os.environ if source is None else source

    def get(name: str, default: str = "") -> str:
        return variables.get(f"MEDIADL_{name}", "").strip() or default

    data_dir = Path(get("DATA_DIR", str(Path.cwd() / "data"))).expanduser().absolute()
    roots = tuple(Path(part).expanduser() for part in get("MEDIA_ROOTS").split(os.pathsep) if part)
    for root in roots:
        if not root.is_absolute():  # the next start may be from another folder
            raise EnvironmentProblem(f"MEDIADL_MEDIA_ROOTS: {str(root)!r} is not an absolute path")
    is_test = get("ENV") == "test"
    failpoints = get("FAILPOINTS")
    if failpoints and not is_test:
        raise EnvironmentProblem("MEDIADL_FAILPOINTS: only allowed with MEDIADL_ENV=test")
    host_map = _host_map("MEDIADL_TEST_HOST_MAP", get("TEST_HOST_MAP"))
    if host_map and not is_test:
        raise EnvironmentProblem("MEDIADL_TEST_HOST_MAP: only allowed with MEDIADL_ENV=test")
    return Environment(
        host=get("HOST", "127.0.0.1"),
        port=_integer("MEDIADL_PORT", get("PORT", "8000"), 1, 65535),
        data_dir=data_dir,
        media_roots=roots or (data_dir,),
        admin_username=get("ADMIN_USERNAME", "admin"),
        admin_password=variables.get("MEDIADL_ADMIN_PASSWORD", ""),
        admin_email=get("ADMIN_EMAIL"),
        database_url=_database_url("MEDIADL_DATABASE_URL", get("DATABASE_URL")),
        redis_url=_redis_url("MEDIADL_REDIS_URL", get("REDIS_URL")),
        allowed_private_networks=_networks("MEDIADL_ALLOWED_PRIVATE_NETWORKS", get("ALLOWED_PRIVATE_NETWORKS")),
        allowed_hosts=_host_names("MEDIADL_ALLOWED_HOSTS", get("ALLOWED_HOSTS")),
        trusted_proxies=_networks("MEDIADL_TRUSTED_PROXIES", get("TRUSTED_PROXIES")),
        base_path=_base_path("MEDIADL_BASE_PATH", get("BASE_PATH")),
        time_zone=_time_zone("MEDIADL_TIME_ZONE", get("TIME_ZONE", "UTC")),
        rate_limit_anon=_integer("MEDIADL_RATE_LIMIT_ANON", get("RATE_LIMIT_ANON", "100"), 1, 10**9),
        rate_limit_user=_integer("MEDIADL_RATE_LIMIT_USER", get("RATE_LIMIT_USER", "1000"), 1, 10**9),
        failpoints=failpoints,
        is_test=is_test,
        test_host_map=host_map,
    )
