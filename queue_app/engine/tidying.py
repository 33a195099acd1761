"""Before a drain begins: what a crash left behind is adopted or removed."""

import structlog

from downloads.media_root import current_root
from downloads.partial import PARTIAL_FOLDER
from downloads.store import heal
from mediadl.media import MediaError, OutcomeKind
from platforms.cookie_files import remove_left_cookies
from queue_app.engine.partial_keys import key_of_outcome
from queue_app.engine.reaper import reap
from queue_app.models import Outcome
from queue_app.states import Status

_ROWS = 500
log = structlog.get_logger("Queue")


def tidy_up() -> None:
    """Take back what dead workers held, and heal the store where it holds unfinished files."""
    reap()
    remove_left_cookies()
    try:
        with_leftovers = any((current_root() / PARTIAL_FOLDER).iterdir())
    except OSError:
        return
    if not with_leftovers:
        return
    try:
        report = heal(needed_keys=needed_keys())
    except (OSError, MediaError):
        log.exception("What a crash left in the download folder could not be put right; it is tried again later")
        return
    if report.adopted_files or report.removed_partials:
        log.info("Put right", adopted=report.adopted_files, removed=report.removed_partials)


def needed_keys() -> set[str]:
    """The partial files that an item may still go on with: all but those of completed ones."""
    unfinished = [OutcomeKind.LISTED.value, OutcomeKind.FAILED.value]
    rows = (
        Outcome.objects.filter(outcome__in=unfinished)
        .exclude(item__status=Status.COMPLETED.value)
        .select_related("item")
        .only("media_id", "url", "item__platform")
    )
    return {key_of_outcome(outcome) for outcome in rows.iterator(_ROWS)}
