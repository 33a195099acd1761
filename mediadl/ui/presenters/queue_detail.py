"""An open queue row: what became of each file, what failed and why, and the facts of the request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediadl.media import OutcomeKind
from mediadl.ui.links import thumbnail_url
from mediadl.ui.presenters.queue_row import tally_words, with_words
from mediadl.ui.words import address_words
from queue_app.models import Attempt, Outcome, QueueItem

MOST_FILES = 60
MOST_FAILURES = 8
_SKIP_WORDS = {
    "known": "already here",
    "tombstone": "deleted before, not fetched again",
    "too_old": "too old",
    "over_limit": "over the limit",
    "duplicate_bytes": "the same file is here",
    "not_matching": "not of the wanted kind",
}


@dataclass(frozen=True, slots=True)
class FileMark:
    """One file as a small picture with its outcome."""

    kind: str
    words: str
    picture: str
    download_id: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """One file that failed: which, why, and whether it is tried again."""

    name: str
    cause: str
    code: str


@dataclass(frozen=True, slots=True)
class Try:
    """One try at the item."""

    started_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class QueueDetail:
    """Everything that an open row shows."""

    tallies: list[tuple[str, str]]
    files: list[FileMark]
    more_files: int
    hollow: int
    failures: list[Failure]
    more_failures: int
    facts: dict[str, Any]
    tries: list[Try]


def _file_words(row: Mapping[str, Any]) -> str:
    if row["outcome"] == OutcomeKind.SKIPPED:
        return f"skipped: {_SKIP_WORDS.get(row['reason'], row['reason'])}"
    if row["outcome"] == OutcomeKind.FAILED:
        return f"failed: {row['detail'] or row['reason']}"
    return "downloaded" if row["outcome"] == OutcomeKind.DOWNLOADED else "to go"


def _files(item: QueueItem) -> list[FileMark]:
    rows = Outcome.objects.filter(item=item).order_by("position", "id")[:MOST_FILES]
    return [
        FileMark(
            row["outcome"],
            _file_words(row),
            thumbnail_url(row["download_id"]) if row["download_id"] and row["outcome"] != OutcomeKind.FAILED else "",
            row["download_id"],
        )
        for row in rows.values("outcome", "reason", "detail", "download_id")
    ]


def _failures(item: QueueItem) -> list[Failure]:
    rows = Outcome.objects.filter(item=item, outcome=OutcomeKind.FAILED.value).order_by("position")[:MOST_FAILURES]
    return [Failure(address_words(row.url), row.detail or "No cause was noted.", row.reason) for row in rows]


def _tries(item: QueueItem) -> list[Try]:
    rows = Attempt.objects.filter(item=item).order_by("-started_at", "-id")[:4]
    return [
        Try(row.started_at, row.error_message or ("ended" if row.ended_at else "running now")) for row in reversed(rows)
    ]


def detail_of(item: QueueItem) -> QueueDetail:
    """The detail of one item."""
    files = _files(item)
    known = item.items_total or item.items_listed
    return QueueDetail(
        tallies=tally_words(item),
        files=files,
        more_files=max(0, known - MOST_FILES),
        hollow=max(0, min(known, MOST_FILES) - len(files)),
        failures=_failures(item),
        more_failures=max(0, item.items_failed - MOST_FAILURES),
        facts={
            "link": item.url,
            "link_words": address_words(item.url),
            "asked_by": item.created_by.get_username() if item.created_by else "a job",
            "added": item.created_date,
            "with": with_words(item),
            "attempts": item.attempts,
            "max_attempts": item.max_attempts,
            "source": item.source,
        },
        tries=_tries(item),
    )
