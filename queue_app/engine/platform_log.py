"""The log of what happens with a platform's items, under the platform's own module."""

from functools import cache
from typing import Any

import structlog

from platforms import registry
from platforms.errors import UnknownPlatformError


@cache
def log_of(platform: str) -> Any:
    """The logger; for a platform that is not there any more the queue's."""
    try:
        return structlog.get_logger(registry.get(platform).log_module)
    except UnknownPlatformError:
        return structlog.get_logger("Queue")
