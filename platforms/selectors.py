"""How the platforms are doing: what ``GET /platforms`` and the pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mediadl.clock import isoformat_seconds, now
from platforms import facts, registry
from platforms.contract import DownloaderInfo, PlatformInfo
from platforms.models import Circuit


class PlatformStatus(StrEnum):
    """The one word for a platform's or a downloader's health."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    DOWN = "down"
    DISABLED = "disabled"
    UNCONFIGURED = "unconfigured"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read once for the whole list."""

    troubled: Sequence[Circuit]
    last_downloads: Mapping[str, datetime]
    rate_limits: Mapping[facts.Downloader, facts.RateLimit]

    def troubled_of(self, platform: str) -> list[Circuit]:
        return [one for one in self.troubled if one.platform == platform]


def list_platforms() -> list[dict[str, Any]]:
    """All platforms in the shape of the specification, in the order of their registration."""
    known = registry.platforms()
    seen = _Seen(
        troubled=_troubled_circuits(),
        last_downloads=facts.last_downloads([platform.name for platform in known]),
        rate_limits=facts.rate_limits(
            [(platform.name, one.name) for platform in known for one in platform.downloaders]
        ),
    )
    return [_platform_json(platform, seen) for platform in known]


def platform_status(name: str) -> PlatformStatus:
    """One platform's health.

    Raises:
        UnknownPlatformError: there is no such platform.
    """
    platform = registry.get(name)
    return _status(platform, [one for one in _troubled_circuits() if one.platform == name])


def platform_statuses() -> dict[str, str]:
    """Every platform's health by its name."""
    troubled = _troubled_circuits()
    return {
        platform.name: _status(platform, [one for one in troubled if one.platform == platform.name]).value
        for platform in registry.platforms()
    }


def _troubled_circuits() -> list[Circuit]:
    """Circuits with a failure since their last success, the newest failure first."""
    return list(Circuit.objects.filter(failures__gt=0).order_by("-last_error_at")[:1000])


def _is_open(circuit: Circuit) -> bool:
    return circuit.open_until is not None and (circuit.probing or circuit.open_until > now())


def _downloader_status(
    platform: PlatformInfo, downloader: DownloaderInfo, troubled: Sequence[Circuit]
) -> PlatformStatus:
    if not registry.is_downloader_enabled(platform.name, downloader.name):
        return PlatformStatus.DISABLED
    if not downloader.configured():
        return PlatformStatus.UNCONFIGURED
    own = f"{platform.name}/{downloader.name}"
    if not downloader.circuit_per_host and any(_is_open(one) for one in troubled if one.key == own):
        return PlatformStatus.DOWN
    return PlatformStatus.OPERATIONAL


def _status(platform: PlatformInfo, troubled: Sequence[Circuit]) -> PlatformStatus:
    if not registry.is_platform_enabled(platform.name):
        return PlatformStatus.DISABLED
    each = [_downloader_status(platform, one, troubled) for one in platform.downloaders]
    working = [one for one in each if one not in {PlatformStatus.DISABLED, PlatformStatus.UNCONFIGURED}]
    if not working:
        is_unconfigured = PlatformStatus.UNCONFIGURED in each
        return PlatformStatus.UNCONFIGURED if is_unconfigured else PlatformStatus.DISABLED
    failing = working.count(PlatformStatus.DOWN)
    if failing == len(working):
        return PlatformStatus.DOWN
    # Where circuits are per host, a dead host is no downloader that fails: one mistyped link would degrade them all.
    return PlatformStatus.DEGRADED if failing else PlatformStatus.OPERATIONAL


def _platform_json(platform: PlatformInfo, seen: _Seen) -> dict[str, Any]:
    troubled = seen.troubled_of(platform.name)
    open_until = [one.open_until for one in troubled if _is_open(one) and one.open_until]
    last = seen.last_downloads.get(platform.name)
    return {
        "name": platform.name,
        "display_name": platform.display_name,
        "enabled": registry.is_platform_enabled(platform.name),
        "downloaders": [_downloader_json(platform, one, seen) for one in platform.downloaders],
        "content_types": list(platform.content_types),
        "features": list(platform.features),
        "status": _status(platform, troubled).value,
        "last_successful_download": isoformat_seconds(last) if last else None,
        "last_error": next((one.last_error for one in troubled if one.last_error), None),
        "next_attempt_at": isoformat_seconds(min(open_until)) if open_until else None,
        "rate_limit": _rate_limit_json(_tightest(platform, seen)),
    }


def _downloader_json(platform: PlatformInfo, downloader: DownloaderInfo, seen: _Seen) -> dict[str, Any]:
    status = _downloader_status(platform, downloader, seen.troubled_of(platform.name))
    return {
        "name": downloader.name,
        "display_name": downloader.display_name,
        "enabled": status is not PlatformStatus.DISABLED,
        "status": status.value,
        "setup_hint": downloader.setup_hint if status is PlatformStatus.UNCONFIGURED else "",
        "rate_limit": _rate_limit_json(seen.rate_limits.get((platform.name, downloader.name))),
    }


def _tightest(platform: PlatformInfo, seen: _Seen) -> facts.RateLimit | None:
    """The limit of the enabled downloader that has the fewest requests left."""
    limits = [
        limit
        for one in platform.downloaders
        if registry.is_downloader_enabled(platform.name, one.name)
        and (limit := seen.rate_limits.get((platform.name, one.name)))
    ]
    return min(limits, key=lambda one: one.remaining, default=None)


def _rate_limit_json(limit: facts.RateLimit | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    reset = isoformat_seconds(limit.reset) if limit.reset else None
    return {"limit": limit.limit, "remaining": limit.remaining, "reset": reset}
