"""A queue item as its row shows it: picture, name, strip, and in words how it stands and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mediadl import clock
from mediadl.media import OutcomeKind
from mediadl.ui.presenters.platform_words import downloader_label, platform_icon, request_words
from mediadl.ui.presenters.strip import Strip, handled, has_segments, strip_of
from mediadl.ui.selectors.outcomes import outcome_words
from mediadl.ui.selectors.pictures import covers_of_items
from mediadl.ui.selectors.progress import Pace, paces
from mediadl.ui.words import about, count, duration, number
from queue_app.models import QueueItem
from queue_app.states import TRANSITIONS, Action, Status


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item stands: a bold phrase with its mark and tone, and a line of facts.

    ``until`` is the time that the phrase or the facts name; the page shows it in the browser's zone.
    """

    phrase: str
    facts: list[str]
    mark: str = ""
    tone: str = ""
    until: datetime | None = None
    until_in_phrase: bool = False


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Everything that the row's template says."""

    id: int
    name: str
    what: str
    where: str
    url: str
    icon: str
    cover: str
    status: str
    priority: int
    strip: Strip
    standing: Standing
    shows_strip: bool
    can: dict[str, bool]

    @property
    def offers(self) -> list[tuple[str, str, str]]:
        """What an open row offers in words: action, icon, word."""
        return [offer for offer in _OFFERS if self.can[offer[0]]]


_OFFERS = (
    ("retry", "refresh", "Retry"),
    ("pause", "player-pause", "Pause"),
    ("resume", "player-play", "Resume"),
    ("cancel", "x", "Cancel"),
    ("delete", "trash", "Remove"),
)
_WAIT_WORDS = {
    "rate_limited": ("Waits for the hourly limit", "warn"),
    "retry_wait": ("Tries again at", "warn"),
    "platform_disabled": ("Waits: the platform is switched off", "warn"),
    "platform_down": ("Waits: the site does not answer", "warn"),
    "quiet_hours": ("Waits: quiet hours, goes on", ""),
    "disk_full": ("Waits: the disk is full", "warn"),
    "slots_busy": ("Waits for a free transfer", ""),
}


def _running(item: QueueItem, pace: Pace | None) -> Standing:
    if item.items_total is None:
        facts = [f"{number(item.items_listed)} found so far"]
        if item.items_downloaded:
            facts.append(f"{number(item.items_downloaded)} downloaded")
        return Standing("Reading the list", facts)
    facts = []
    if pace and pace.megabytes_per_second:
        facts.append(f"{pace.megabytes_per_second:.1f} MB/s")
    if pace and pace.seconds_left is not None:
        facts.append(f"{about(pace.seconds_left)} left")
    return Standing(f"{number(handled(item))} of {number(item.items_total)}", facts)


def _waiting(item: QueueItem) -> Standing:
    phrase, tone = _WAIT_WORDS.get(item.reason, ("Waits its turn", ""))
    until = (
        item.next_attempt_at if item.reason in ("retry_wait", "rate_limited", "platform_down", "quiet_hours") else None
    )
    facts = []
    if item.attempts:
        facts.append(f"Try {item.attempts + 1} of {item.max_attempts}")
    if item.error_message:
        facts.append(item.error_message)
    if not facts and item.items_total:
        facts.append(f"{number(handled(item))} of {number(item.items_total)} so far")
    if until is not None and until <= clock.now():
        until = None
    if item.reason == "retry_wait" and until is None:
        phrase = "Tries again now"
    return Standing(phrase, facts, "waiting", tone, until, until_in_phrase=item.reason == "retry_wait")


def _ended(item: QueueItem) -> Standing:
    if item.status == Status.CANCELLED:
        facts = [f"{number(item.items_downloaded)} downloaded before"] if item.items_downloaded else []
        return Standing("Cancelled", facts, "cancelled")
    if item.status == Status.FAILED:
        return Standing("Failed", [item.error_message or "No cause was noted."], "failed", "failed")
    facts = [f"{number(item.items_downloaded)} new"] if item.items_downloaded else []
    if item.items_skipped:
        facts.append(f"{number(item.items_skipped)} known")
    if item.items_failed:
        facts.append(f"{number(item.items_failed)} failed")
    if item.started_at and item.ended_at:
        facts.append(duration((item.ended_at - item.started_at).total_seconds()))
    return Standing("Done" if item.items_downloaded or item.items_skipped else "Done, nothing new", facts)


def _standing(item: QueueItem, pace: Pace | None) -> Standing:
    if item.status == Status.DOWNLOADING:
        return _running(item, pace)
    if item.status == Status.PENDING:
        return _waiting(item)
    if item.status == Status.PAUSED:
        facts = [f"{number(handled(item))} of {number(item.items_total)}"] if item.items_total else []
        return Standing("Paused", facts)
    return _ended(item)


def _allowed(item: QueueItem) -> dict[str, bool]:
    actions = TRANSITIONS[Status(item.status)]
    return {
        "pause": Action.PAUSE in actions and item.status != Status.PAUSED,
        "resume": item.status == Status.PAUSED,
        "cancel": Action.CANCEL in actions,
        "retry": Action.RETRY in actions,
        "delete": Action.CANCEL not in actions,
        "priority": item.status in (Status.PENDING, Status.DOWNLOADING, Status.PAUSED),
    }


def row_of(item: QueueItem, *, cover: str = "", outcomes: Sequence[str] = (), pace: Pace | None = None) -> QueueRow:
    """The row of one item."""
    words = request_words(
        platform=item.platform,
        source=item.source,
        url=item.url,
        content_type=item.content_type,
        downloader=item.downloader,
        title=str(item.metadata.get("thread_title") or item.metadata.get("title") or ""),
    )
    strip = strip_of(item, outcomes)
    return QueueRow(
        id=item.pk,
        name=words.name,
        what=words.what,
        where=words.where,
        url=item.url,
        icon=platform_icon(item.platform),
        cover=cover,
        status=item.status,
        priority=item.priority,
        strip=strip,
        standing=_standing(item, pace),
        shows_strip=item.status in (Status.DOWNLOADING, Status.PAUSED)
        or (item.status == Status.COMPLETED and strip.shape != "waiting" and bool(item.items_total)),
        can=_allowed(item),
    )


def rows_of(items: Iterable[QueueItem]) -> list[QueueRow]:
    """The rows of a page of items, with three reads for all of them."""
    listed = list(items)
    ids = [item.pk for item in listed]
    covers = covers_of_items(ids)
    outcomes = outcome_words([item.pk for item in listed if has_segments(item)])
    pace_of = paces([item.pk for item in listed if item.status == Status.DOWNLOADING])
    return [
        row_of(item, cover=covers.get(item.pk, ""), outcomes=outcomes.get(item.pk, ()), pace=pace_of.get(item.pk))
        for item in listed
    ]


def tally_words(item: QueueItem) -> list[tuple[str, str]]:
    """The counts above an open row's pictures: (kind, words)."""
    to_go = (item.items_total or item.items_listed) - handled(item)
    words = [
        (OutcomeKind.DOWNLOADED.value, f"{number(item.items_downloaded)} downloaded", item.items_downloaded),
        (OutcomeKind.SKIPPED.value, f"{number(item.items_skipped)} skipped", item.items_skipped),
        (OutcomeKind.FAILED.value, f"{number(item.items_failed)} failed", item.items_failed),
        (OutcomeKind.LISTED.value, f"{number(max(0, to_go))} to go", max(0, to_go)),
    ]
    return [(kind, text) for kind, text, n in words if n]


def with_words(item: QueueItem) -> str:
    """How the item is fetched: ``FastDL, newest 15``."""
    parts = [downloader_label(item.platform, item.downloader) or "first that works"]
    if item.max_downloads:
        parts.append(f"newest {number(item.max_downloads)}")
    if item.days_back:
        parts.append(f"not older than {count(item.days_back, 'day')}")
    return ", ".join(parts)
