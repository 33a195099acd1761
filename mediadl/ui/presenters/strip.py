"""The strip: a progress bar with one segment for each file (look.md), and the bars that stand in for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mediadl.media import OutcomeKind
from queue_app.models import QueueItem
from queue_app.states import Status

MAX_SEGMENTS = 40
_SEGMENT = {
    OutcomeKind.DOWNLOADED.value: "full",
    OutcomeKind.SKIPPED.value: "skipped",
    OutcomeKind.FAILED.value: "failed",
    OutcomeKind.LISTED.value: "to-come",
}


@dataclass(frozen=True, slots=True)
class Strip:
    """What stands for an item's progress.

    Attributes:
        shape: ``segments``, ``bar``, ``listing`` (a moving band) or ``waiting`` (a grey hatch).
        tone: ``""``, ``done``, ``paused`` or ``failed``.
        segments: one word a file, in the order of the listing.
        now_percent: how far the file is that comes in at present (with ``segments``).
        percent: how far the whole is (with ``bar``).
        label: the same in words, for screen readers.
    """

    shape: str
    tone: str
    label: str
    segments: list[str] = field(default_factory=list)
    now_percent: int = 0
    percent: int = 0


_TONES = {
    Status.COMPLETED.value: "done",
    Status.PAUSED.value: "paused",
    Status.FAILED.value: "failed",
    Status.CANCELLED.value: "paused",
}


def handled(item: QueueItem) -> int:
    """How many of the item's files need nothing more."""
    return item.items_downloaded + item.items_skipped + item.items_failed


def has_segments(item: QueueItem) -> bool:
    """Whether the item's strip shows its single files."""
    return item.items_total is not None and 0 < item.items_total <= MAX_SEGMENTS


def _segments(item: QueueItem, outcomes: Sequence[str]) -> list[str]:
    total = item.items_total or 0
    if outcomes:
        shown = [_SEGMENT.get(outcome, "to-come") for outcome in outcomes[:total]]
    else:
        shown = (["full"] * item.items_downloaded + ["skipped"] * item.items_skipped + ["failed"] * item.items_failed)[
            :total
        ]
    return shown + ["to-come"] * (total - len(shown))


def _now_percent(item: QueueItem) -> int:
    """How much of the running file is there, from the item's whole progress."""
    total = item.items_total or 1
    return max(0, min(95, round(item.progress * total - 100 * handled(item))))


def strip_of(item: QueueItem, outcomes: Sequence[str] = ()) -> Strip:
    """The strip of an item whose outcomes, in order, are ``outcomes`` (may be left out)."""
    tone = _TONES.get(item.status, "")
    total = item.items_total
    if total is None and item.status == Status.DOWNLOADING:
        return Strip("listing", "", f"Reading the list, {item.items_listed} found so far")
    if has_segments(item) and item.status != Status.FAILED:
        segments = _segments(item, outcomes)
        now_percent = 0
        if item.status in (Status.DOWNLOADING, Status.PAUSED) and "to-come" in segments:
            now_percent = _now_percent(item)
            segments[segments.index("to-come")] = "now"
        label = f"{handled(item)} of {total} files"
        return Strip("segments", tone, label, segments=segments, now_percent=now_percent)
    if item.status == Status.PENDING and not handled(item):
        return Strip("waiting", "", "Waits")
    return Strip("bar", tone, f"{item.progress} percent", percent=item.progress)
