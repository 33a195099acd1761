"""Log rows as lines: mark, figure at the end, what stands behind a line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mediadl.ui.words import duration, size

_LEVELS = {
    "DEBUG": ("Debug", "off", "off"),
    "INFO": ("Info", "", "dot"),
    "WARNING": ("Warning", "warn", "warning"),
    "ERROR": ("Error", "failed", "failed"),
    "CRITICAL": ("Error", "failed", "failed"),
}
_MOST_FACTS = 20


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    id: int
    timestamp: str
    clock: str
    word: str
    tone: str
    mark: str
    module: str
    message: str
    note: str
    facts: list[tuple[str, str]]
    queue_id: int | None


def _note(metadata: Mapping[str, Any]) -> str:
    """The one figure that is worth a glance."""
    if isinstance(seconds := metadata.get("duration_seconds"), int | float):
        return duration(seconds)
    for name in ("size", "size_bytes", "bytes", "file_size"):
        if isinstance(amount := metadata.get(name), int | float):
            return size(amount)
    return ""


def log_line(row: Mapping[str, Any]) -> LogLine:
    """The line of one row of ``mediadl.logs.selectors``."""
    word, tone, mark = _LEVELS.get(row["level"], (row["level"].capitalize(), "", "dot"))
    metadata = row["metadata"] or {}
    queue_id = metadata.get("queue_id")
    return LogLine(
        id=row["id"],
        timestamp=row["timestamp"],
        clock=row["timestamp"][11:23],
        word=word,
        tone=tone,
        mark=mark,
        module=row["module"],
        message=row["message"],
        note=_note(metadata),
        facts=[(str(name), str(value)) for name, value in list(metadata.items())[:_MOST_FACTS]],
        queue_id=queue_id if isinstance(queue_id, int) else None,
    )


def log_lines(rows: Iterable[Mapping[str, Any]]) -> list[LogLine]:
    """The lines of a page."""
    return [log_line(row) for row in rows]
