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
RateLimitReader = Callable[[str, str], RateLimit | None]


def _no_downloads(_platforms: Sequence[str]) -> Mapping[str, datetime]:
    return {}


def _no_rate_limit(_platform: str, _downloader: str) -> RateLimit | None:
    return None


@dataclass(slots=True)
class _Readers:
    last_downloads: LastDownloadReader = field(default=_no_downloads)
    rate_limit: RateLimitReader = field(default=_no_rate_limit)


_readers = _Readers()


def register_last_downloads(reader: LastDownloadReader) -> None:
    """``reader`` says, for platforms by name, when each one's newest completed download was stored."""
    _readers.last_downloads = reader


def register_rate_limit(reader: RateLimitReader) -> None:
    """``reader`` says how much of a downloader's hour is left (platform, downloader), if it has a limit."""
    _readers.rate_limit = reader


def last_downloads(platforms: Sequence[str]) -> Mapping[str, datetime]:
    """When each platform's newest completed download was stored; those without one are missing."""
    return _readers.last_downloads(platforms)


def rate_limit(platform: str, downloader: str) -> RateLimit | None:
    """How much of the downloader's hour is left, or None where it has no limit."""
    return _readers.rate_limit(platform, downloader)
