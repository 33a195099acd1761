"""What an adapter is: the contract between the engine and the code that knows one site family.

An adapter turns one request into media items, lazily, and nothing else: it never writes files or
rows, never sleeps, never retries. Everything it may use comes in the :class:`ListingContext`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mediadl.configuration.registry import Leaf
from mediadl.media import MediaError, MediaItem
from mediadl.net.client import HttpClient
from mediadl.net.stopping import StopSignal
from platforms.access import NO_ACCESS, SiteAccess
from platforms.evidence import Seen


@dataclass(frozen=True, slots=True)
class ListingRequest:
    """What a person or a job asked for.

    Attributes:
        url: the normalised URL of the request.
        source: the user name, forum name or site.
        content_type: plural as in requests (``posts``, ``images``), or empty for all.
        max_downloads: the newest N posts that match, or None; the engine counts and closes the
            iterator, an adapter may use it to ask the site for less.
        days_back: posts of the last N x 24 h, or None; the engine decides, as above.
        metadata: the client's own ``metadata`` and a job's ``config`` (presets, qualities).
    """

    url: str
    source: str
    content_type: str = ""
    max_downloads: int | None = None
    days_back: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListingContext:
    """What an adapter may use while it lists.

    Attributes:
        request: what to list.
        http: the guarded client; budgets, cookies, proxy, address checks and limits are inside.
        stop: set when the item is paused, cancelled, deleted or the process ends; an adapter that
            waits for a child process registers the child's end with it.
        proxy_url: the guarding proxy that every child process must use as its only way out.
        setting: reads a value of this platform's part of the settings tree
            (``setting("quality")``), typed as it was registered.
        report: says in a few words what goes on ("page 3"), shown while listing.
        cursor: where an interrupted listing stopped, or None; the adapter's own JSON value.
        save_cursor: remembers such a value; it is stored together with the items yielded so far.
        wanted: where an earlier listing's links have expired, the media that need fresh ones: an adapter
            that can go straight to them yields these first; whoever cannot lists as always. The
            engine closes the iterator once it has them all.
        access: the cookies and the user agent of the site, for child processes; ``http`` has them.
        seen: keeps the last answers, as evidence if the site turns out to have changed.
        refusal: what the guarding proxy refused to this listing's child, as the error that it means
            (a private address, a budget that is used up, a site that said to wait), or None.
    """

    request: ListingRequest
    http: HttpClient
    stop: StopSignal
    proxy_url: str
    setting: Callable[[str], Any]
    report: Callable[[str], None]
    cursor: Any = None
    save_cursor: Callable[[Any], None] = lambda _cursor: None
    wanted: Sequence[MediaItem] = ()
    access: SiteAccess = NO_ACCESS
    refusal: Callable[[], MediaError | None] = lambda: None
    seen: Seen = field(default_factory=Seen)


class Adapter(Protocol):
    """Lists the media of one request. Registered by :func:`platforms.registry.register`."""

    def list_media(self, context: ListingContext) -> Iterator[MediaItem]:
        """Yield media items lazily, newest first where the site has an order.

        Raises:
            mediadl.media.MediaError: the listing failed; the kind decides what happens next. A
                URL that this downloader cannot read at all raises :class:`NotForThisDownloaderError`,
                and ``web`` goes on to its next downloader.
        """
        ...


class NotForThisDownloaderError(Exception):
    """This downloader does not know such a URL; it is not a failure of the site."""


@dataclass(frozen=True, slots=True)
class DownloaderInfo:
    """One way to get a platform's media.

    Attributes:
        name: as in the API (``fastdl``, ``gallery-dl``).
        third_party: files go into a collection of the downloader's own name.
        circuit_per_host: ``web`` and ``forum`` keep a circuit for each host, others one in all.
        newest_first: the listing may stop early after 20 known items in a row.
        empty_is_failure: a listing without any media is ``NO_MEDIA`` (a link of ``web``), not merely
            empty (a user without stories).
        configured: says whether it can work (a browser is there, cookies are uploaded).
        setup_hint: what a person has to do where ``configured`` says no, in one sentence.
        requests_per_hour: the default of its limit; 0 means none.
    """

    name: str
    display_name: str
    adapter: Adapter
    third_party: bool = False
    circuit_per_host: bool = False
    newest_first: bool = True
    empty_is_failure: bool = False
    configured: Callable[[], bool] = lambda: True
    setup_hint: str = ""
    requests_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class SignIn:
    """What makes uploaded cookies a sign-in at a platform's own site.

    Attributes:
        domains: whose cookies are kept; others in the upload are dropped.
        cookies: names of which at least one must be there, and not expired.
    """

    domains: tuple[str, ...]
    cookies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a URL alone tells: who claims it, and what to call its source."""

    platform: str
    source: str
    content_type: str = ""
    label: str = ""  # what it is, in words: "Instagram profile", "Forum thread", "Web page"


class SourceError(ValueError):
    """A user name or source that this platform cannot have; the text says what it may be."""


@dataclass(frozen=True, slots=True)
class PlatformInfo:
    """One platform as the API, the pages and the engine see it.

    Attributes:
        name: as in the API (``instagram``).
        content_types: the plural words that requests may carry.
        features: as ``GET /platforms`` names them.
        downloaders: every way to get its media, in the order in which they are tried.
        claims: what a normalised URL is on this platform, or None where it is not its own.
        clean_source: a source as a person wrote it, made canonical (without ``@``); raises
            :class:`SourceError`.
        log_module: the module that its log lines carry.
        source_url: the page of a source, for requests that name only a user; empty where a
            platform needs a URL.
        leaves: its own part of the settings tree, below ``platforms.<name>``, besides the switches
            that every platform and downloader has.
        chained: a downloader that does not know the URL hands it to the next one (``web``);
            elsewhere only the first is used unless the user allowed fallback.
        sign_in: the cookies that a signed-in browser has, for platforms with one site of their own.
    """

    name: str
    display_name: str
    content_types: tuple[str, ...]
    features: tuple[str, ...]
    downloaders: tuple[DownloaderInfo, ...]
    claims: Callable[[str], Recognition | None]
    clean_source: Callable[[str], str]
    log_module: str = "Web"
    source_url: Callable[[str, str], str] = lambda _source, _content_type: ""
    leaves: tuple[Leaf, ...] = ()
    chained: bool = False
    sign_in: SignIn | None = None

    def recognise(self, url: str) -> Recognition | None:
        """What this URL is on this platform, or None where the platform does not claim it."""
        return self.claims(url)
