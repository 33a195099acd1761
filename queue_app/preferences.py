"""The settings that the queue and the engine obey, read typed and at the moment of use."""

from mediadl.configuration import selectors as configuration

MAX_CONCURRENT_DOWNLOADS = 32


def concurrent_downloads() -> int:
    """Media transfers at once, over all workers and hosts (1..32)."""
    return int(configuration.value("general.concurrent_downloads"))


def per_host_connections() -> int:
    """Transfers at once from one host (1..16)."""
    return int(configuration.value("general.per_host_connections"))


def max_attempts() -> int:
    """Tries in one round: the first and the retries (1..21)."""
    return 1 + int(configuration.value("general.retry_attempts"))


def default_priority() -> int:
    """The priority of a request that names none (1 first .. 10 last)."""
    return int(configuration.value("general.default_priority"))


def requests_per_hour(platform: str, downloader: str) -> int:
    """How many page requests a downloader may make in an hour; 0: as many as the site answers."""
    try:
        return int(configuration.value(f"platforms.{platform}.{downloader}.rate_limit_per_hour"))
    except KeyError:
        return 0
