"""What lister threads run: a whole listing, or a look at the site for fresh links."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import structlog

from downloads.upgrade.wanted import copy_id
from mediadl.api.errors import ApiError, ErrorCode
from mediadl.media import FailureKind, MediaError, MediaItem
from platforms import registry
from queue_app.engine import media_json
from queue_app.engine.adapter_run import ContextMaker, understood
from queue_app.engine.committer import Committer
from queue_app.engine.feed import Feed, ListingSuspended
from queue_app.engine.listing import Listing, ListingTools
from queue_app.engine.results import Failed
from queue_app.engine.running import MediaTask, RunningItem
from queue_app.engine.verdicts import judge_listing
from queue_app.engine.writer_ledger import WriterLedger
from queue_app.models import Outcome

_DISABLED_PAUSE_SECONDS = 5.0
log = structlog.get_logger("Queue")


def run_listing(listing: Listing, running: RunningItem, committer: Committer, feed: Feed) -> None:
    """List one item to its end and tell the committer; never raises."""
    error: MediaError | None = None
    is_whole = False
    structlog.contextvars.bind_contextvars(queue_id=running.item.pk)
    try:
        listing.run()
        is_whole = True
    except ListingSuspended:
        pass
    except MediaError as raised:
        error = raised
    except ApiError as raised:
        error = _as_media_error(raised)
    except Exception as raised:
        log.exception("A listing failed", queue_id=running.item.pk)
        detail = f"The program itself failed while listing ({type(raised).__name__}); the log has the details."
        error = MediaError(FailureKind.TRANSIENT, "INTERNAL_ERROR", detail)
    finally:
        structlog.contextvars.unbind_contextvars("queue_id")

    def listing_over(ledger: WriterLedger) -> None:
        if error is None or running.is_held:  # what failed while this process stood still says nothing of the site
            for tell in listing.circuit_news:
                tell()
        if is_whole and running.is_held:
            # The cursor stays: whoever watches the source goes on from there another time.
            running.item.listing_ended = True
            running.item.items_total = running.item.items_listed
            ledger.save(running)
        if error is not None and error.kind is not FailureKind.STOPPED and running.is_held:
            judge_listing(running, error, ledger.now)
        feed.lister_done(running)

    committer.submit(listing_over, owners=[running], may_end=True)


def run_renewal(running: RunningItem, tasks: Sequence[MediaTask], tools: ListingTools, committer: Committer) -> None:
    """Ask the adapter once more for the links of ``tasks``; never raises."""
    feed = tools.feed
    wanted = {task.media.media_id: task for task in tasks}
    fresh: list[MediaTask] = []
    error: MediaError | None = None
    try:
        for task, media in _found_again(running, wanted, tools):
            task.media = media_json.with_fresh_links(task.media, media)
            task.renewed, task.candidate = True, 0
            fresh.append(task)
    except (MediaError, ApiError) as raised:
        error = raised if isinstance(raised, MediaError) else _as_media_error(raised)
    except Exception:
        log.exception("Links could not be renewed", queue_id=running.item.pk)

    def renewed(_ledger: WriterLedger) -> None:
        for task in fresh:
            Outcome.objects.filter(item=running.item, media_id=task.media.media_id).update(
                media=media_json.to_json(task.media, renewed=True)
            )
        feed.lister_done(running)

    feed.add_media(running, fresh)
    for task in wanted.values():
        task.renewed = error is None or task.renewed
        feed.add_open(running, 1)
        committer.put(Failed(task, _error_of_lost(task, error)))
    committer.submit(renewed, owners=[running], may_end=True)


def _found_again(
    running: RunningItem, wanted: dict[str, MediaTask], tools: ListingTools
) -> Iterator[tuple[MediaTask, MediaItem]]:
    """The wanted media that the adapter still lists; they leave ``wanted``."""
    info = running.downloader
    infos = [info] if info else registry.downloaders_for(running.item.platform, running.item.downloader)
    lost = [task.media for task in wanted.values()]
    contexts = ContextMaker(running, tools.proxy, tools.handles, lambda: None, lambda _cursor: None, wanted=lost)
    with closing(understood(running, infos, contexts)) as listed:
        for found in listed:
            running.stop.raise_if_set()
            media_id = found.item.media_id
            task = wanted.pop(media_id, None) or wanted.pop(copy_id(media_id, found.downloader.name), None)
            if task is not None:
                yield task, found.item
            if not wanted:
                return


def _error_of_lost(task: MediaTask, error: MediaError | None) -> MediaError:
    """The medium was not listed again: what the site said of its old link counts."""
    if error is not None:
        return error
    old = task.error
    code = old.code if old else "LINK_EXPIRED"
    return MediaError(
        FailureKind.GONE,
        code,
        "The link of this file is no longer valid, and the site does not list the file any more.",
        status=old.status if old else None,
    )


def _as_media_error(error: ApiError) -> MediaError:
    """A switch was turned off while the item was on its way: it waits; else the request cannot be served."""
    if error.code is ErrorCode.PLATFORM_DISABLED:
        return MediaError(
            FailureKind.TOLD_TO_WAIT, "PLATFORM_DISABLED", error.detail, retry_after=_DISABLED_PAUSE_SECONDS
        )
    return MediaError(FailureKind.REFUSED, str(error.code), error.detail)
