"""Bringing verified files to their places, as one group or, where that fails, one by one."""

from collections.abc import Sequence

import structlog

from downloads.store import PlacedFile, place_files
from mediadl.media import FailureKind, MediaError
from queue_app.engine.results import Failed, Result, Stored
from queue_app.engine.running import RunningItem

log = structlog.get_logger("Queue")


def place_stored(stored: Sequence[Stored]) -> None:
    """Place what is wanted; sets ``placed`` or ``error`` of each. Never raises."""
    wanted = [result for result in stored if _is_wanted(result.task.running)]
    for group in (wanted, *([result] for result in wanted)):
        waiting = [result for result in group if result.placed is None and result.error is None]
        if not waiting:
            continue
        try:
            answers = place_files([result.request for result in waiting])
        except Exception as error:
            log.exception("Files could not be placed", files=len(waiting))
            if len(waiting) == 1:
                waiting[0].error = internal_error(error)
            continue
        for result, answer in zip(waiting, answers, strict=True):
            if isinstance(answer, PlacedFile):
                result.placed = answer
            else:
                result.error = answer


def as_failure(result: Result) -> Result:
    """A file that could not be placed is a failed try; one that was not wanted stays what it is."""
    if not isinstance(result, Stored) or result.error is None:
        return result
    result.partial.close()
    return Failed(result.task, result.error)


def internal_error(error: Exception) -> MediaError:
    """The program's own failure, as one that may pass."""
    detail = f"The program itself failed on this file ({type(error).__name__}); the log has the details."
    return MediaError(FailureKind.TRANSIENT, "INTERNAL_ERROR", detail)


def _is_wanted(running: RunningItem) -> bool:
    """A stopping process still records what is whole; a paused, cancelled or deleted item's files are dropped."""
    return not running.lost and (not running.stop.is_set() or running.stop.reason == "shutdown")
