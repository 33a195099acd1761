"""Listing one item's media: stored first, then from the adapter, handed on in batches.

Runs in a lister thread. What it finds is looked up, stored and fed to the transfers while the
adapter goes on; a batch is handed on before each page request, so nothing waits for a slow site.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from downloads.upgrade.wanted import wanted_copies
from mediadl import clock, failpoints
from mediadl.media import FailureKind, MediaError, MediaItem, MediaType, OutcomeKind, SkipReason
from mediadl.net.kept_handles import KeptHandles
from platforms import circuits, registry
from platforms.contract import DownloaderInfo
from platforms.listing import FoundMedia
from queue_app.engine import listed_rows, scopes
from queue_app.engine.adapter_run import ContextMaker, understood
from queue_app.engine.child_proxy import ChildProxy
from queue_app.engine.circuit_watch import CircuitWatch
from queue_app.engine.feed import Feed
from queue_app.engine.known_check import KnownCheck, Settled
from queue_app.engine.listed_rows import ListedBatch
from queue_app.engine.platform_log import log_of
from queue_app.engine.running import MediaTask, RunningItem
from queue_app.engine.scopes import Scope
from queue_app.engine.selection import Choice, Selection
from queue_app.engine.timing import LISTING_FLUSH_SECONDS

KNOWN_IN_A_ROW = 20
_SINGLE_FILES = "direct"  # the downloader of one file, whose end says all there is to say
LARGEST_BATCH = 500
PLATFORM_DOWN = "PLATFORM_DOWN"
# The words of forum and web; TikTok's "videos" are its posts, whatever they hold.
_TYPE_WORDS = {"images": MediaType.IMAGE, "videos": MediaType.VIDEO}
_POSTS_OF_ANY_TYPE = {"tiktok"}
log = structlog.get_logger("Queue")


@dataclass(frozen=True, slots=True)
class ListingTools:
    """What a listing needs of its drain."""

    feed: Feed
    store: Callable[[RunningItem, ListedBatch], None]
    settle: Callable[[RunningItem, Sequence[tuple[MediaTask, Settled]]], None]
    proxy: ChildProxy
    handles: KeptHandles
    circuits: CircuitWatch
    known: KnownCheck


class Listing:
    """One run of the adapter for one item."""

    def __init__(self, running: RunningItem, tools: ListingTools) -> None:
        self._running = running
        self._tools = tools
        self._lock = threading.Lock()
        self._pending: list[Choice] = []
        self._pending_since = 0.0
        self._batch_size = 1
        self._position = running.item.items_listed
        self._listed_before: set[str] = set()
        self._known_in_a_row = 0
        self._may_stop_early = False
        self._cursor: Any = None
        self._has_cursor = False
        self._selection = Selection(max_posts=None, cutoff=None, newest_first=True)
        self._wanted = Scope(None, None)
        self._known_scope: Scope | None = None
        self.circuit_news: list[Callable[[], object]] = []
        """What the circuit must learn, inside the transaction that ends the listing."""

    def run(self) -> None:
        """List everything; returns when the listing has ended.

        Raises:
            MediaError: it failed or was stopped.
            ListingSuspended: the rest must wait for a later run.
        """
        running = self._running
        self._feed_stored()
        if running.item.listing_ended:
            return
        downloaders = self._usable_downloaders()
        for index, group in enumerate(downloaders):
            try:
                self._list_with(group)
            except MediaError as error:
                is_last = index + 1 == len(downloaders)
                if is_last or self._position or not _another_may_do_better(error):
                    raise
                log.info("The next downloader is asked", queue_id=running.item.pk, error=error.code)
            else:
                return

    def flush_if_old(self, now: float) -> None:
        """Hand on what has waited for company long enough (called from another thread)."""
        if self._pending and now - self._pending_since > LISTING_FLUSH_SECONDS:
            self._flush()

    def _usable_downloaders(self) -> list[list[DownloaderInfo]]:
        """The downloaders to try: together where they are a chain, else one after the other.

        Raises:
            MediaError: all their circuits are open.
        """
        item = self._running.item
        infos = registry.downloaders_for(item.platform, item.downloader)
        keys = {info.name: circuits.circuit_key(item.platform, info, item.url) for info in infos}
        states = {key: self._tools.circuits.open_until(key) for key in set(keys.values())}
        open_untils = {name: states[key] for name, key in keys.items()}
        usable = [info for info in infos if open_untils[info.name] is None]
        if not usable:
            until = min(moment for moment in open_untils.values() if moment is not None)
            raise _platform_down(until)
        if registry.get(item.platform).chained:
            return [usable]
        return [[info] for info in usable]

    def _list_with(self, infos: Sequence[DownloaderInfo]) -> None:
        running, item = self._running, self._running.item
        key = circuits.circuit_key(item.platform, infos[0], item.url)
        try:
            self._iterate(infos)
        except MediaError as error:
            self.circuit_news.append(self._tools.circuits.failed(key, item.platform, infos[0].name, error))
            self._flush_quietly()
            raise
        used = running.downloader or infos[0]
        if news := self._tools.circuits.succeeded(key, item.platform, used.name):
            self.circuit_news.append(news)
        failpoints.reach("engine.after_listing")

    def _iterate(self, infos: Sequence[DownloaderInfo]) -> None:
        is_exhausted = True
        with closing(self._found(infos)) as listed:
            for found in listed:
                if self._offer(found):
                    is_exhausted = False
                    break
        if self._running.downloader is None:
            self._begin(infos[0])
        self._take(self._selection.finish())
        self._flush()
        self._running.scope = self._scope_of_this_run(is_exhausted=is_exhausted)

    def _scope_of_this_run(self, *, is_exhausted: bool) -> Scope:
        if is_exhausted and not self._selection.ended:
            return Scope(None, self._wanted.cutoff)
        stopped_among_known = not is_exhausted and not self._selection.ended
        return self._known_scope if stopped_among_known and self._known_scope else self._wanted

    def _found(self, infos: Sequence[DownloaderInfo]) -> Generator[FoundMedia, None, None]:
        context = ContextMaker(self._running, self._tools.proxy, self._tools.handles, self._flush, self._save_cursor)
        return understood(self._running, infos, context)

    def _save_cursor(self, cursor: Any) -> None:
        with self._lock:
            self._cursor, self._has_cursor = cursor, True

    def _begin(self, info: DownloaderInfo) -> None:
        """The downloader is known: its order decides how limits work."""
        running, item = self._running, self._running.item
        running.downloader = info
        if info.name != _SINGLE_FILES:
            said = f"Started downloading {item.content_type or 'files'} from {item.source}"
            log_of(item.platform).info(said, queue_id=item.pk, downloader=info.name)
        cutoff = None if item.days_back is None else clock.now() - timedelta(days=item.days_back)
        self._wanted = Scope(item.max_downloads, cutoff)
        if info.newest_first:
            self._known_scope = scopes.take_scope(item, info.name)
        self._may_stop_early = self._known_scope is not None and self._known_scope.covers(self._wanted)
        self._listed_before = listed_rows.known_media_ids(item) if item.items_listed else set()
        goes_on = item.listing_cursor is not None
        self._selection = Selection(
            max_posts=item.max_downloads,
            cutoff=cutoff,
            newest_first=info.newest_first,
            chosen_posts=listed_rows.chosen_posts(item) if goes_on else (),
            only=None if item.platform in _POSTS_OF_ANY_TYPE else _TYPE_WORDS.get(item.content_type),
        )

    def _offer(self, found: FoundMedia) -> bool:
        """Take one listed medium; True when nothing further is needed."""
        self._running.stop.raise_if_set()
        if self._running.downloader is not found.downloader:
            self._begin(found.downloader)
        self._take(self._selection.offer(found.item))
        if len(self._pending) >= self._batch_size:
            self._flush()
            self._batch_size = min(self._batch_size * 2, LARGEST_BATCH)
            self._tools.feed.wait_for_room(self._running)
        return self._selection.ended or (self._may_stop_early and self._known_in_a_row >= KNOWN_IN_A_ROW)

    def _take(self, choices: Sequence[Choice]) -> None:
        with self._lock:
            if choices and not self._pending:
                self._pending_since = clock.monotonic()
            self._pending += [choice for choice in choices if choice.media.media_id not in self._listed_before]

    def _flush_quietly(self) -> None:
        """What was found before a listing failed is fetched all the same."""
        if self._running.downloader is not None and not self._running.stop.is_set():
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            has_cursor = self._has_cursor and not self._selection.is_holding
            if not self._pending and not has_cursor:
                return
            self._hand_on(self._pending, {"cursor": self._cursor} if has_cursor else {})
            self._pending = []
            self._has_cursor = self._has_cursor and not has_cursor

    def _hand_on(self, choices: Sequence[Choice], cursor: dict[str, Any]) -> None:
        """Look the media up, store them, and feed those that are to be fetched; inside the lock."""
        running = self._running
        wanted = [choice.media for choice in choices if choice.skip is None]
        settled = self._tools.known.settle(running.item, wanted) if wanted else {}
        choices = self._with_larger_copies(choices, settled)
        rows: list[tuple[int, MediaItem, Settled | None]] = []
        for position, choice in enumerate(choices, start=self._position):
            skipped = Settled(OutcomeKind.SKIPPED, choice.skip.value, None) if choice.skip else None
            rows.append((position, choice.media, skipped or settled.get(choice.media.media_id)))
        self._position += len(rows)
        for _position, _media, result in rows:
            self._count_known(result)
        self._tools.store(running, ListedBatch(rows, **cursor))
        fetched = [MediaTask(running, media, position) for position, media, result in rows if result is None]
        self._tools.feed.add_media(running, fetched)

    def _with_larger_copies(self, choices: Sequence[Choice], settled: dict[str, Settled]) -> list[Choice]:
        """Known small pictures of which this downloader may have a larger copy are fetched under its id."""
        item, info = self._running.item, self._running.downloader
        known = {
            media_id: one.download_id
            for media_id, one in settled.items()
            if one.reason == SkipReason.KNOWN.value and one.download_id is not None
        }
        copies = wanted_copies(item.platform, info.name, known) if info else {}
        return [
            replace(
                choice, media=replace(choice.media, media_id=copies.get(choice.media.media_id, choice.media.media_id))
            )
            if choice.skip is None and copies.get(choice.media.media_id, "") not in {"", *self._listed_before}
            else choice
            for choice in choices
        ]

    def _count_known(self, result: Settled | None) -> None:
        if result is None:
            self._known_in_a_row = 0
        elif result.reason in (SkipReason.KNOWN.value, SkipReason.TOMBSTONE.value):
            self._known_in_a_row += 1

    def _feed_stored(self) -> None:
        """What an earlier run listed and did not finish comes first, without being listed again."""
        running = self._running
        if not running.item.items_listed:
            return
        if running.item.used_downloader:
            running.downloader = registry.downloader(running.item.platform, running.item.used_downloader)
        for tasks in listed_rows.unfinished(running):
            settled = self._tools.known.settle(running.item, [task.media for task in tasks])
            known = [(task, settled[task.media.media_id]) for task in tasks if task.media.media_id in settled]
            if known:
                self._tools.settle(running, known)
            self._tools.feed.add_media(running, [task for task in tasks if task.media.media_id not in settled])
            self._tools.feed.wait_for_room(running)
        if not running.item.listing_ended:
            running.downloader = None  # which one goes on is decided anew


def _platform_down(until: datetime) -> MediaError:
    seconds = max(1.0, (until - clock.now()).total_seconds())
    detail = "The site failed several times in a row and is left alone for a while; it goes on by itself."
    return MediaError(FailureKind.TOLD_TO_WAIT, PLATFORM_DOWN, detail, retry_after=seconds)


def _another_may_do_better(error: MediaError) -> bool:
    return error.kind in {FailureKind.TRANSIENT, FailureKind.SITE_CHANGED} or error.code == "CAPTCHA_REQUIRED"
