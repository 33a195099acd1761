"""The part of the settings tree that every platform has: its switches and its limits."""

from mediadl.configuration.registry import Kind, Leaf
from platforms.contract import DownloaderInfo, PlatformInfo

MAX_REQUESTS_PER_HOUR = 100_000


def leaves_of(platform: PlatformInfo) -> list[Leaf]:
    """All leaves of one platform: its switch, its downloaders' ones, then its own."""
    top = f"platforms.{platform.name}"
    leaves = [
        Leaf(
            f"{top}.enabled",
            Kind.BOOLEAN,
            default=True,
            label=platform.display_name,
            help="Accept and run its downloads.",
        )
    ]
    if len(platform.downloaders) > 1 and not platform.chained:
        leaves.append(
            Leaf(
                f"{top}.fallback",
                Kind.BOOLEAN,
                default=False,
                label="Fall back to the next downloader",
                help="Where one downloader fails and the request named none, ask the next one.",
            )
        )
    for one in platform.downloaders:
        leaves += _downloader_leaves(top, one, is_limited=not platform.chained)
    return [*leaves, *platform.leaves]


def _downloader_leaves(top: str, one: DownloaderInfo, *, is_limited: bool) -> list[Leaf]:
    leaves = [
        Leaf(
            f"{top}.{one.name}.enabled", Kind.BOOLEAN, default=True, label=one.display_name, help="Use this downloader."
        )
    ]
    if is_limited:
        leaves.append(
            Leaf(
                f"{top}.{one.name}.rate_limit_per_hour",
                Kind.INTEGER,
                one.requests_per_hour,
                f"{one.display_name}: requests an hour",
                "Page requests that may be sent in an hour; 0 means no limit of ours.",
                low=0,
                high=MAX_REQUESTS_PER_HOUR,
            )
        )
    return leaves
