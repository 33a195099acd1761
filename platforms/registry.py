"""Which platforms there are, who claims a URL, and which downloaders may serve a request.

A platform registers itself once, from its folder's ``platform.py``; ``platforms.apps`` imports
those when the process starts. Adding a site is adding such a folder.
"""

from mediadl.api.errors import PlatformDisabledError
from mediadl.configuration import selectors as configuration
from platforms.contract import DownloaderInfo, PlatformInfo, Recognition
from platforms.errors import UnknownDownloaderError, UnknownPlatformError

FALLBACK_PLATFORM = "web"  # takes every URL that nobody else claims

_registered: dict[str, PlatformInfo] = {}


def register(platform: PlatformInfo) -> None:
    """Make ``platform`` known; the order of registration is the order of the API's list.

    Raises:
        ValueError: the name is taken by another platform.
    """
    if _registered.setdefault(platform.name, platform) is not platform:
        raise ValueError(f"two platforms are called {platform.name!r}")


def platforms() -> list[PlatformInfo]:
    """All platforms, also disabled ones."""
    return list(_registered.values())


def get(name: str) -> PlatformInfo:
    """The platform ``name``.

    Raises:
        UnknownPlatformError: there is none; the text names those that exist.
    """
    try:
        return _registered[name]
    except KeyError:
        known = ", ".join(sorted(_registered))
        raise UnknownPlatformError(f"There is no platform {name!r}; choose one of: {known}.") from None


def recognise(url: str) -> Recognition:
    """What a normalised URL is; ``web`` takes what no other platform claims."""
    for platform in _registered.values():
        if platform.name != FALLBACK_PLATFORM and (found := platform.recognise(url)):
            return found
    found = get(FALLBACK_PLATFORM).recognise(url)
    if found is None:
        raise UnknownPlatformError(f"No platform takes {url!r}.")
    return found


def downloader(platform: str, name: str) -> DownloaderInfo:
    """One downloader, whether it is enabled or not.

    Raises:
        UnknownPlatformError, UnknownDownloaderError: there is no such one.
    """
    known = get(platform).downloaders
    for info in known:
        if info.name == name:
            return info
    names = ", ".join(info.name for info in known)
    raise UnknownDownloaderError(f"{get(platform).display_name} has no downloader {name!r}; choose one of: {names}.")


def is_platform_enabled(platform: str) -> bool:
    """Whether the setting ``platforms.<platform>.enabled`` is on."""
    return bool(configuration.value(f"platforms.{platform}.enabled"))


def is_downloader_enabled(platform: str, name: str) -> bool:
    """Whether this downloader's own switch is on (the platform's is another one)."""
    return bool(configuration.value(f"platforms.{platform}.{name}.enabled"))


def downloaders_for(platform: str, named: str = "") -> list[DownloaderInfo]:
    """The downloaders that may serve a request, in the order in which they are tried.

    A named one stands alone. Otherwise: all that are enabled and configured where the platform is
    a chain or the user allowed fallback, else the first. Where none is configured the first
    enabled one is returned all the same: its adapter says what is missing.

    Raises:
        UnknownPlatformError, UnknownDownloaderError: there is no such one.
        PlatformDisabledError: the platform, the named downloader or all of them are switched off.
    """
    info = get(platform)
    chosen = downloader(platform, named) if named else None
    if not is_platform_enabled(platform):
        raise PlatformDisabledError(f"{info.display_name} is disabled; an admin can enable it in the settings.")
    if chosen:
        if not is_downloader_enabled(platform, named):
            raise PlatformDisabledError(
                f"The downloader {chosen.display_name} of {info.display_name} is disabled; "
                "enable it in the settings or choose another."
            )
        return [chosen]
    enabled = [one for one in info.downloaders if is_downloader_enabled(platform, one.name)]
    if not enabled:
        raise PlatformDisabledError(f"All downloaders of {info.display_name} are disabled; enable one in the settings.")
    ready = [one for one in enabled if one.configured()] or enabled[:1]
    if len(ready) == 1 or info.chained or configuration.value(f"platforms.{platform}.fallback"):
        return ready
    return ready[:1]
