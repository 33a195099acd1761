"""What a site answered when it was no longer understood: kept for whoever mends the adapter, bounded.

One file a case below ``<data>/evidence``, readable by this user alone. Only answers are kept, never
what was sent (cookies, passwords); what looks like a secret in them is masked as in the log.
"""

import re
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings

from mediadl import clock
from mediadl.clock import isoformat_seconds
from mediadl.logs.redaction import redact_text
from mediadl.media import MediaError

KEPT_FOR = timedelta(days=14)
KEPT_CASES = 40
KEPT_OF_ONE = 5  # of one downloader: a site that is down all night does not push out the others'
ANSWERS = 3  # the last ones of a listing
ANSWER_CHARACTERS = 64 * 1024
_NAME = re.compile(r"(\d{8}-\d{6}-\d{6})_([a-z0-9]{1,40})_([a-z0-9-]{1,40})\.txt")
_MOMENT = "%Y%m%d-%H%M%S-%f"
log = structlog.get_logger("System")


class Seen:
    """The last answers of one listing; the oldest go as newer ones come."""

    def __init__(self) -> None:
        self._answers: deque[tuple[str, str | bytes]] = deque(maxlen=ANSWERS)

    def note(self, what: str, body: str | bytes) -> None:
        """Remember an answer's beginning; ``what`` names it (status and URL)."""
        self._answers.append((what, body[:ANSWER_CHARACTERS]))

    def lines(self) -> Iterator[str]:
        """All of it as text, oldest first."""
        for what, body in self._answers:
            text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
            yield f"\n=== {what}\n{text}"


@dataclass(frozen=True, slots=True)
class Case:
    """One kept file."""

    name: str
    platform: str
    downloader: str
    kept_at: datetime


def evidence_folder() -> Path:
    """Where the files lie."""
    return Path(settings.DATA_DIR) / "evidence"


def keep_evidence(platform: str, downloader: str, url: str, error: MediaError, seen: Seen) -> str:
    """Keep what a listing saw before ``error``; returns the file's name, or an empty string if it could not be."""
    now = clock.now()
    cause = error.__cause__
    text = [f"{isoformat_seconds(now)} {platform}/{downloader} {url}", str(error), *seen.lines()]
    if cause is not None:
        text += ["\n=== The program's own error", *traceback.format_exception(cause)]
    name = f"{now:{_MOMENT}}_{platform}_{downloader or 'any'}.txt"
    folder = evidence_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / name
        path.touch(mode=0o600)
        path.write_text(redact_text("\n".join(text)), "utf-8", errors="replace")
        trim_evidence()
    except OSError as problem:  # a full disk must not turn one failure into another
        log.warning("Evidence could not be kept", error=str(problem))
        return ""
    return name


def cases() -> list[Case]:
    """Everything that is kept, newest first."""
    folder = evidence_folder()
    found = [_case(path.name) for path in folder.iterdir()] if folder.is_dir() else []
    return sorted((case for case in found if case), key=lambda case: case.name, reverse=True)


def read_case(name: str) -> str | None:
    """The text of one; None where there is none of this name."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return (evidence_folder() / name).read_text("utf-8", errors="replace")
    except OSError:
        return None


def trim_evidence() -> int:
    """Delete what is old or too much; returns how many files."""
    oldest = clock.now() - KEPT_FOR
    counts: dict[tuple[str, str], int] = {}
    kept = deleted = 0
    for case in cases():
        key = (case.platform, case.downloader)
        counts[key] = counts.get(key, 0) + 1
        if case.kept_at >= oldest and counts[key] <= KEPT_OF_ONE and kept < KEPT_CASES:
            kept += 1
        else:
            (evidence_folder() / case.name).unlink(missing_ok=True)
            deleted += 1
    return deleted


def _case(name: str) -> Case | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    moment = datetime.strptime(match[1], _MOMENT).replace(tzinfo=UTC)
    return Case(name, match[2], match[3], moment)
