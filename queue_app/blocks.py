"""What keeps pending items from starting, as one snapshot: read by claims, and by what the list shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mediadl.api.errors import ApiError
from mediadl.plain_sql import as_moment, as_stored, select, table_of
from platforms import registry
from platforms.contract import DownloaderInfo
from platforms.models import Circuit
from queue_app import preferences
from queue_app.models import Budget, HostWait, Pause, QueueItem
from queue_app.quiet_hours import stopped_until

BUDGET_WINDOW = timedelta(hours=1)
HOST_PREFIX, DOWNLOADER_PREFIX = "host:", "downloader:"
Pair = tuple[str, str]  # platform and downloader ("" for items that name none), or platform and host


def host_key(host: str) -> str:
    """The key of a host's wait."""
    return f"{HOST_PREFIX}{host}"[:255]


def downloader_key(platform: str, downloader: str) -> str:
    """The key of a downloader's wait."""
    return f"{DOWNLOADER_PREFIX}{platform}/{downloader}"[:255]


def budget_key(platform: str, downloader: str) -> str:
    """The key of a downloader's budget."""
    return f"{platform}/{downloader}"


@dataclass(frozen=True, slots=True)
class Blocks:
    """Who must wait at one moment.

    Attributes:
        paused: whether all downloading stands still (the disk).
        platforms: disabled ones.
        disabled: platform and named downloader.
        hosts: hosts that asked to wait, and until when.
        limited: platform and downloader that asked to wait or used up their hour.
        down: platform and downloader whose circuit is open.
        down_hosts: platform and host whose circuit is open.
        quiet_until: when the quiet hours end in which nothing starts; None outside of them.
    """

    paused: bool
    platforms: frozenset[str]
    disabled: frozenset[Pair]
    hosts: Mapping[str, datetime]
    limited: Mapping[Pair, datetime]
    down: Mapping[Pair, datetime]
    down_hosts: Mapping[Pair, datetime]
    quiet_until: datetime | None = None

    @property
    def nothing_starts(self) -> bool:
        """Whether no item at all may start."""
        return self.paused or self.quiet_until is not None


def read_blocks(now: datetime) -> Blocks:
    """Read the snapshot: one short query, since what blocks is always little."""
    found = _Found()
    for kind, key, moment, used in _rows(now):
        found.take(kind, key, moment, used)
    disabled_platforms, disabled = _switched_off()
    return Blocks(
        paused=found.paused,
        platforms=disabled_platforms,
        disabled=disabled,
        hosts=found.hosts,
        limited=_with_unnamed(found.limited),
        down=_with_unnamed(found.down),
        down_hosts=found.down_hosts,
        quiet_until=stopped_until(now),
    )


def why_not_running(item: QueueItem, blocks: Blocks, now: datetime) -> tuple[str, datetime | None]:
    """Why a pending item does not run, in the API's words, and when it goes on if that is known."""
    pair = (item.platform, item.downloader)
    until = item.next_attempt_at if item.next_attempt_at and item.next_attempt_at > now else None
    if blocks.paused:
        return "disk_full", None
    if blocks.quiet_until is not None:
        return "quiet_hours", blocks.quiet_until
    if item.platform in blocks.platforms or pair in blocks.disabled:
        return "platform_disabled", None
    if until is not None:
        return item.reason or "retry_wait", until
    if not item.listing_ended and (down := blocks.down.get(pair) or blocks.down_hosts.get((item.platform, item.host))):
        return "platform_down", down
    if limited := blocks.limited.get(pair) or blocks.hosts.get(item.host):
        return "rate_limited", limited
    return "slots_busy", None


_WAIT, _CIRCUIT, _BUDGET, _PAUSE = "wait", "circuit", "budget", "pause"


_ROWS = (
    f"SELECT '{_WAIT}', key, until, 0 FROM {table_of(HostWait)} WHERE until > %s "  # noqa: S608
    f"UNION ALL SELECT '{_CIRCUIT}', key, open_until, 0 FROM {table_of(Circuit)} WHERE open_until > %s "
    f"UNION ALL SELECT '{_BUDGET}', key, window_started_at, used FROM {table_of(Budget)} WHERE window_started_at > %s "
    f"UNION ALL SELECT '{_PAUSE}', reason, since, 0 FROM {table_of(Pause)}"
)


def _rows(now: datetime) -> Iterator[tuple[str, str, datetime, int]]:
    """Kind, key, moment and number of every wait, open circuit, running budget and pause."""
    moment, window = as_stored(now), as_stored(now - BUDGET_WINDOW)
    for kind, key, at, number in select(_ROWS, [moment, moment, window]):
        yield kind, key, as_moment(at), number


class _Found:
    """What :func:`_rows` told so far."""

    def __init__(self) -> None:
        self.paused = False
        self.hosts: dict[str, datetime] = {}
        self.limited: dict[Pair, datetime] = {}
        self.down: dict[Pair, datetime] = {}
        self.down_hosts: dict[Pair, datetime] = {}

    def take(self, kind: str, key: str, moment: datetime, used: int) -> None:
        """One row."""
        platform, _, rest = key.removeprefix(DOWNLOADER_PREFIX).partition("/")
        if kind == _PAUSE:
            self.paused = True
        elif kind == _WAIT and key.startswith(HOST_PREFIX):
            self.hosts[key.removeprefix(HOST_PREFIX)] = moment
        elif kind == _WAIT:
            self.limited[platform, rest] = moment
        elif kind == _CIRCUIT:
            names = {info.name for info in _downloaders(platform)}
            (self.down if rest in names else self.down_hosts)[platform, rest] = moment
        elif (limit := preferences.requests_per_hour(platform, rest)) and used >= limit:
            until = moment + BUDGET_WINDOW
            self.limited[platform, rest] = max(until, self.limited.get((platform, rest), until))


def _switched_off() -> tuple[frozenset[str], frozenset[Pair]]:
    platforms: set[str] = set()
    pairs: set[Pair] = set()
    for info in registry.platforms():
        if not registry.is_platform_enabled(info.name):
            platforms.add(info.name)
            continue
        off = {one.name for one in info.downloaders if not registry.is_downloader_enabled(info.name, one.name)}
        pairs |= {(info.name, name) for name in off}
        if len(off) == len(info.downloaders):
            pairs.add((info.name, ""))
    return frozenset(platforms), frozenset(pairs)


def _with_unnamed(blocked: Mapping[Pair, datetime]) -> dict[Pair, datetime]:
    """Items that name no downloader wait where every one that may serve them does."""
    result = dict(blocked)
    for platform in {pair[0] for pair in blocked}:
        try:
            serving = registry.downloaders_for(platform)
        except ApiError:
            continue
        untils = [blocked[platform, info.name] for info in serving if (platform, info.name) in blocked]
        if serving and len(untils) == len(serving):
            result[platform, ""] = min(untils)
    return result


def _downloaders(platform: str) -> tuple[DownloaderInfo, ...]:
    try:
        return registry.get(platform).downloaders
    except ApiError:
        return ()
