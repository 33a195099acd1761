"""What one commit does to one item: counters, and the outcomes of its media."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from mediadl.media import OutcomeKind
from mediadl.plain_sql import as_stored, table_of
from queue_app.engine.running import MediaTask, RunningItem
from queue_app.models import Outcome

_CODE_CHARACTERS = 40


@dataclass(slots=True)
class Tally:
    """Summed up in one transaction, written once."""

    running: RunningItem
    downloaded: int = 0
    skipped: int = 0
    failed: int = 0
    results: int = 0
    try_used: bool = False
    outcomes: list[tuple[Any, ...]] = field(default_factory=list)

    def set_outcome(
        self,
        task: MediaTask,
        kind: OutcomeKind,
        reason: str = "",
        detail: str = "",
        *,
        retryable: bool = False,
        tries: int = 0,
        again_at: datetime | None = None,
        download_id: int | None = None,
    ) -> None:
        """Remember what became of one medium."""
        moment = as_stored(again_at) if again_at else None
        self.outcomes.append(
            (
                kind.value,
                reason[:_CODE_CHARACTERS],
                detail,
                retryable,
                tries,
                moment,
                download_id,
                self.running.item.pk,
                task.media.media_id,
            )
        )

    def count(self, outcome: OutcomeKind) -> None:
        """One more medium with this outcome."""
        self.downloaded += outcome is OutcomeKind.DOWNLOADED
        self.skipped += outcome is OutcomeKind.SKIPPED
        self.failed += outcome is OutcomeKind.FAILED

    def apply(self) -> None:
        """Add everything to the item in memory."""
        running, item = self.running, self.running.item
        running.try_used |= self.try_used
        item.items_downloaded += self.downloaded
        item.items_skipped += self.skipped
        item.items_failed += self.failed
        if self.downloaded:  # whoever got this far was not killed by the item: deaths before it count no more
            item.deaths = item.deaths_alone = 0


def write_outcomes(tallies: Iterable[Tally]) -> None:
    """Update the outcome rows of all tallies."""
    rows = [row for tally in tallies for row in tally.outcomes]
    if not rows:
        return
    table = table_of(Outcome)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET outcome = %s, reason = %s, detail = %s, retryable = %s, attempts = %s, "  # noqa: S608
            "next_attempt_at = %s, download_id = %s WHERE item_id = %s AND media_id = %s",
            rows,
        )
