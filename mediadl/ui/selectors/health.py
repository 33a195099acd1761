"""How the platforms do, in the words of the API's ``status``."""

from dataclasses import dataclass
from datetime import datetime

from mediadl import clock
from platforms import registry
from platforms.models import Circuit


@dataclass(frozen=True, slots=True)
class PlatformHealth:
    """One platform as the dashboard lists it."""

    name: str
    label: str
    status: str  # operational, degraded, down, disabled
    last_success: datetime | None
    last_error: str
    open_until: datetime | None


def platform_health() -> list[PlatformHealth]:
    """Every platform in the order of the API's list."""
    now = clock.now()
    circuits: dict[str, list[Circuit]] = {}
    for circuit in Circuit.objects.order_by("key"):
        circuits.setdefault(circuit.platform, []).append(circuit)
    health = []
    for platform in registry.platforms():
        mine = circuits.get(platform.name, [])
        broken = [circuit for circuit in mine if circuit.open_until and circuit.open_until > now]
        working = [info for info in platform.downloaders if info.configured()]
        if not registry.is_platform_enabled(platform.name):
            status = "disabled"
        elif not broken:
            status = "operational"
        else:
            hosts = any(info.circuit_per_host for info in platform.downloaders)
            status = "down" if not hosts and len(broken) >= len(working) else "degraded"
        latest = max(broken, key=lambda circuit: circuit.last_error_at or now) if broken else None
        health.append(
            PlatformHealth(
                name=platform.name,
                label=platform.display_name,
                status=status,
                last_success=max((c.last_success_at for c in mine if c.last_success_at), default=None),
                last_error=latest.last_error if latest else "",
                open_until=latest.open_until if latest else None,
            )
        )
    return health


def troubled_platforms() -> int:
    """How many platforms do not work as they should."""
    return sum(platform.status in ("degraded", "down") for platform in platform_health())
