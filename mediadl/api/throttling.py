"""How many requests a caller may make in an hour, and the headers that tell them."""

import ipaddress
import sqlite3
from dataclasses import dataclass
from functools import cache

import structlog
from django.conf import settings
from django.http import HttpRequest

from mediadl.api.counters import WINDOW_SECONDS, Counters, CountersWithFallback, FileCounters, RedisCounters, Window
from mediadl.api.identity import Identity, IdentityKind
from mediadl.clock import now
from mediadl.web.standings import Standing

# The pages poll, and load a thumbnail for each card: some thirty a second, all hour, is no person.
INTERFACE_REQUESTS_PER_HOUR = 100_000
_IPV6_CUSTOMER_PREFIX = 64  # one customer can use every address below it

_log = structlog.get_logger("System")


@dataclass(frozen=True, slots=True)
class Rate:
    """Where a caller stands in their hour, and after how many seconds they may come back."""

    standing: Standing
    retry_after: int
    is_exceeded: bool


@cache
def counters() -> Counters:
    """This process's way to the shared counters."""
    file = FileCounters(settings.RUN_DIR / "requests.sqlite3")
    if settings.ENVIRONMENT.redis_url:
        return CountersWithFallback(RedisCounters(settings.ENVIRONMENT.redis_url), file)
    return file


def address_key(address: str) -> str:
    """One key for a client's address; an IPv6 customer's whole network is one client."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return f"address:{parsed.ipv4_mapped}"
        return f"address:{ipaddress.ip_network((int(parsed), _IPV6_CUSTOMER_PREFIX), strict=False)}"
    return f"address:{parsed}"


def _allowance(request: HttpRequest, identity: Identity) -> tuple[str, int]:
    match identity.kind:
        case IdentityKind.TOKEN:
            return f"user:{identity.user.pk}", settings.ENVIRONMENT.rate_limit_user
        case IdentityKind.COOKIE:
            return f"interface:{identity.user.pk}", INTERFACE_REQUESTS_PER_HOUR
        case _:
            return address_key(request.META.get("REMOTE_ADDR") or ""), settings.ENVIRONMENT.rate_limit_anon


def count_request(request: HttpRequest, identity: Identity) -> Rate:
    """Count this request and say where its caller stands."""
    key, limit = _allowance(request, identity)
    seconds = int(now().timestamp())
    try:
        window = counters().hit(key, seconds)
    except (sqlite3.Error, OSError) as error:
        _log.warning("Requests cannot be counted", error=str(error))
        window = Window(seconds, 1)
    reset = window.started + WINDOW_SECONDS
    return Rate(
        standing=Standing(limit, max(limit - window.used, 0), reset),
        retry_after=max(reset - seconds, 1),
        is_exceeded=window.used > limit,
    )
