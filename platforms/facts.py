"""What other rooms know of a platform: they register how to ask them, since nothing points back.

``queue_app`` fills these in when the process starts; until then nothing is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Requests of the running hour.

    Attributes:
        limit: that may be sent.
        remaining: of them.
        reset: when the hour is over and the count starts again.
    """

    limit: int
    remaining: int
    reset: datetime | None


LastDownloadReader = Callable[[Sequence[str]], Mapping[str, datetime]]
Downloader = tuple[str, str]  # platform and downloader
RateLimitReader = Callable[[Sequence[Downloader]], Mapping[Downloader, RateLimit]]


def _no_downloads(_platforms: Sequence[str]) -> Mapping[str, datetime]:
    return {}


def _no_rate_limits(_downloaders: Sequence[Downloader]) -> Mapping[Downloader, RateLimit]:
    return {}


@dataclass(slots=True)
class _Readers:
    last_downloads: LastDownloadReader = field(default=_no_downloads)
    rate_limits: RateLimitReader = field(default=_no_rate_limits)


_readers = _Readers()


def register_last_downloads(reader: LastDownloadReader) -> None:
    """``reader`` says, for platforms by name, when each one's newest completed download was stored."""
    _readers.last_downloads = reader


def register_rate_limits(reader: RateLimitReader) -> None:
    """``reader`` says how much of each downloader's hour is left; those without a limit are missing."""
    _readers.rate_limits = reader


def last_downloads(platforms: Sequence[str]) -> Mapping[str, datetime]:
    """When each platform's newest completed download was stored; those without one are missing."""
    return _readers.last_downloads(platforms)


def rate_limits(downloaders: Sequence[Downloader]) -> Mapping[Downloader, RateLimit]:
    """How much of each downloader's hour is left; those without a limit are missing."""
    return _readers.rate_limits(downloaders)
