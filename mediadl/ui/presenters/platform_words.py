"""How pages call a platform and what is fetched from it."""

from dataclasses import dataclass

from mediadl.ui.words import address_words
from platforms import registry
from platforms.errors import UnknownDownloaderError, UnknownPlatformError

ICONS = {"instagram": "brand-instagram", "tiktok": "brand-tiktok", "forum": "messages", "web": "world"}
_FALLBACK_ICON = "world"


@dataclass(frozen=True, slots=True)
class Named:
    """What a request is called: a name, and a few words about what it is."""

    name: str
    what: str
    where: str


def platform_icon(platform: str) -> str:
    """The glyph of a platform in the sprite."""
    return ICONS.get(platform, _FALLBACK_ICON)


def platform_label(platform: str) -> str:
    """The platform's name for people; the stored word where it is not there any more."""
    try:
        return registry.get(platform).display_name
    except UnknownPlatformError:
        return platform


def downloader_label(platform: str, name: str) -> str:
    """The downloader's name without what stands in brackets: ``FastDL``."""
    if not name:
        return ""
    try:
        label = registry.downloader(platform, name).display_name
    except (UnknownPlatformError, UnknownDownloaderError):
        return name
    return label.split(" (")[0]


def _recognised(url: str) -> str:
    try:
        return registry.recognise(url).label
    except UnknownPlatformError:
        return ""


def request_words(*, platform: str, source: str, url: str, content_type: str, downloader: str, title: str) -> Named:
    """The name and the description of a queue item."""
    kind = content_type.capitalize()
    if platform == "web":
        return Named(title or address_words(url), _recognised(url) or "Web page", source)
    if platform == "forum":
        name = title or address_words(url).partition("/")[2] or address_words(url)
        return Named(name, source, address_words(url))
    label = downloader_label(platform, downloader)
    what = f"{kind or platform_label(platform)} with {label}" if label else kind or platform_label(platform)
    return Named(title or source, what, address_words(url))
