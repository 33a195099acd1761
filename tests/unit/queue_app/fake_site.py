"""A platform of the tests: its adapter lists what a test put into it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mediadl.configuration import registry as settings_tree
from mediadl.media import MediaItem
from platforms import registry
from platforms.contract import DownloaderInfo, ListingContext, PlatformInfo, Recognition
from platforms.leaves import leaves_of
from platforms.sources import user_name_rule

NAME = "fakesite"
HOST = "fakesite.example"
URL = f"https://{HOST}/someone"


@dataclass
class Source:
    """What one URL lists: media items, exceptions to raise, or functions to call, in order."""

    entries: list[object] = field(default_factory=list)
    yielded: int = 0
    listings: int = 0
    closed: int = 0


class FakeSite:
    """All sources by path, and what adapters asked for."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.lock = threading.Lock()

    def source(self, url: str = URL) -> Source:
        return self.sources.setdefault(urlsplit(url).path, Source())

    def lists(self, *entries: object, url: str = URL) -> Source:
        source = self.source(url)
        source.entries = list(entries)
        return source


SITE = FakeSite()


class FakeAdapter:
    """Yields the entries of the source that the URL names."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        source = SITE.source(context.request.url)
        with SITE.lock:
            source.listings += 1
        try:
            for entry in list(source.entries):
                if isinstance(entry, Exception):
                    raise entry
                if isinstance(entry, MediaItem):
                    source.yielded += 1
                    yield entry
                elif isinstance(entry, Callable):
                    entry(context)
        finally:
            source.closed += 1


def _claims(url: str) -> Recognition | None:
    parts = urlsplit(url)
    if parts.hostname != HOST:
        return None
    return Recognition(NAME, parts.path.strip("/").split("/")[0] or "someone", "posts", "Fake profile")


PLATFORM = PlatformInfo(
    name=NAME,
    display_name="Fake site",
    content_types=("posts", "stories"),
    features=(),
    downloaders=(
        DownloaderInfo("first", "First", FakeAdapter()),
        DownloaderInfo("unordered", "Unordered", FakeAdapter(), newest_first=False),
    ),
    claims=_claims,
    clean_source=user_name_rule("[a-z0-9._]{1,30}", "small letters"),
)


def register() -> None:
    """Make the platform known, once a process."""
    if NAME not in {info.name for info in registry.platforms()}:
        registry.register(PLATFORM)
        settings_tree.register(*leaves_of(PLATFORM))


def unregister() -> None:
    """Forget the platform: other rooms' tests in this process know only the real ones."""
    registry._registered.pop(NAME, None)
    for leaf in leaves_of(PLATFORM):
        settings_tree._leaves.pop(leaf.path, None)
