"""Storing what a listing found, and reading it again for a later run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mediadl.failpoints import reach
from mediadl.media import MediaItem, OutcomeKind, SkipReason
from queue_app.engine import media_json
from queue_app.engine.known_check import Settled
from queue_app.engine.running import MediaTask, RunningItem
from queue_app.engine.selection import post_of
from queue_app.engine.writer_ledger import WriterLedger
from queue_app.models import Outcome, QueueItem

BATCH_ROWS = 200
_NO_CURSOR = object()


@dataclass(frozen=True, slots=True)
class ListedBatch:
    """What one flush of a listing found: all media with their positions, and the settled ones."""

    rows: Sequence[tuple[int, MediaItem, Settled | None]]
    cursor: Any = _NO_CURSOR


def store_batch(ledger: WriterLedger, running: RunningItem, batch: ListedBatch) -> None:
    """Write the outcomes and the item's counters, if the item is still this worker's."""
    if not running.is_held:
        return
    reach("engine.before_listed")
    item = running.item
    kinds = [settled.outcome if settled else OutcomeKind.LISTED for _position, _media, settled in batch.rows]
    item.items_listed += len(batch.rows)
    item.items_downloaded += kinds.count(OutcomeKind.DOWNLOADED)
    item.items_skipped += kinds.count(OutcomeKind.SKIPPED)
    if running.downloader is not None:
        item.used_downloader = running.downloader.name
    if batch.cursor is not _NO_CURSOR:
        item.listing_cursor = batch.cursor
    ledger.save(running)
    ledger.add_outcomes([_row(item, position, media, settled) for position, media, settled in batch.rows])


def known_media_ids(item: QueueItem) -> set[str]:
    """The media that an earlier run of this item listed."""
    return set(Outcome.objects.filter(item=item).values_list("media_id", flat=True))


def chosen_posts(item: QueueItem) -> set[str]:
    """The posts that an interrupted listing had chosen; a listing that goes on counts from there."""
    left_out = [SkipReason.OVER_LIMIT.value, SkipReason.TOO_OLD.value, SkipReason.NOT_MATCHING.value]
    rows = Outcome.objects.filter(item=item).exclude(reason__in=left_out)
    return {
        post_of(media_json.from_json(media_id, url, stored))
        for media_id, url, stored in rows.values_list("media_id", "url", "media").iterator(BATCH_ROWS)
    }


def unfinished(running: RunningItem) -> Iterator[list[MediaTask]]:
    """The stored media that are still to be fetched, in the order of the listing, in batches."""
    last = -1
    while True:
        rows = list(
            Outcome.objects.filter(item=running.item, outcome=OutcomeKind.LISTED.value, position__gt=last).order_by(
                "position"
            )[:BATCH_ROWS]
        )
        if not rows:
            return
        last = rows[-1].position
        yield [_task(running, row) for row in rows]


def _task(running: RunningItem, row: Outcome) -> MediaTask:
    return MediaTask(
        running,
        media_json.from_json(row.media_id, row.url, row.media),
        row.position,
        tries=row.attempts,
        renewed=bool(row.media.get(media_json.RENEWED)),
        not_before=row.next_attempt_at,
    )


def _row(item: QueueItem, position: int, media: MediaItem, settled: Settled | None) -> Outcome:
    return Outcome(
        item=item,
        position=position,
        media_id=media.media_id,
        url=media.page_url,
        media_url=media.candidates[0] if media.candidates else "",
        outcome=(settled.outcome if settled else OutcomeKind.LISTED).value,
        reason=settled.reason if settled else "",
        download_id=settled.download_id if settled else None,
        media=media_json.to_json(media),
    )
