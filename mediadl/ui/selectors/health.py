"""How the platforms do, as their own room tells it."""

from platforms.selectors import PlatformStatus, platform_statuses

TROUBLE = (PlatformStatus.DEGRADED.value, PlatformStatus.DOWN.value)


def troubled_platforms() -> int:
    """How many platforms do not work as they should."""
    return sum(status in TROUBLE for status in platform_statuses().values())
