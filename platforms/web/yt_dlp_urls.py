"""Whether yt-dlp knows a URL at all, told without starting it.

A start costs more than a second of a core, and most pages are none of its sites. Its patterns are
read once for each version, by a process of its own, and kept below the data folder.
"""

import json
import os
import re
import threading
from pathlib import Path

from django.conf import settings

from mediadl.media import FailureKind, MediaError
from mediadl.net.children import run_child
from mediadl.net.stopping import StopSignal
from platforms.extractors.environment import versions
from platforms.programs import script

READ_TIMEOUT_SECONDS = 120
_SCRIPT = Path(__file__).with_name("yt_dlp_patterns.py")
Row = tuple[str, str]  # a literal that every match contains (or ""), and the pattern


class KnownUrls:
    """The patterns of one version, compiled only where their literal occurs in a URL."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        self._compiled: dict[str, re.Pattern[str] | None] = {}

    def __contains__(self, url: str) -> bool:
        lowered = url.lower()
        return any(self._matches(pattern, url) for literal, pattern in self._rows if literal in lowered)

    def _matches(self, pattern: str, url: str) -> bool:
        if pattern not in self._compiled:
            try:
                self._compiled[pattern] = re.compile(pattern)
            except re.error:
                self._compiled[pattern] = None
        compiled = self._compiled[pattern]
        return compiled is None or compiled.match(url) is not None  # unreadable: the program decides


_lock = threading.Lock()
_known: dict[str, KnownUrls] = {}


def may_know(url: str, stop: StopSignal) -> bool:
    """Whether some extractor of yt-dlp (other than the generic one) may take ``url``.

    True where its patterns cannot be had: the program itself then decides.

    Raises:
        MediaError: ``STOPPED``, while they were read.
    """
    installed = versions()["yt-dlp"]
    with _lock:
        if installed not in _known:
            rows = _stored_rows(installed) or _fresh_rows(installed, stop)
            if rows is None:
                return True
            _known.clear()
            _known[installed] = KnownUrls(rows)
        known = _known[installed]
    return url in known


def _path(installed: str) -> Path:
    return Path(settings.DATA_DIR) / "cache" / f"yt-dlp-patterns-{installed}.json"


def _stored_rows(installed: str) -> list[Row] | None:
    try:
        return _rows(_path(installed).read_text("utf-8"))
    except OSError:
        return None


def _fresh_rows(installed: str, stop: StopSignal) -> list[Row] | None:
    lines: list[str] = []
    try:
        result = run_child(
            script(_SCRIPT), stop=stop, proxy_url="", on_stdout_line=lines.append, timeout_seconds=READ_TIMEOUT_SECONDS
        )
    except (MediaError, OSError) as error:
        if isinstance(error, MediaError) and error.kind is FailureKind.STOPPED:
            raise
        return None
    rows = _rows("".join(lines)) if result.returncode == 0 else None
    if rows:
        _store(_path(installed), "".join(lines))
    return rows


def _store(path: Path, text: str) -> None:
    """Keep it for the next process; one that cannot be written is read anew each time."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("yt-dlp-patterns-*.json"):
            old.unlink(missing_ok=True)
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)


def _rows(text: str) -> list[Row] | None:
    try:
        data = json.loads(text)
        rows = [(str(literal), str(pattern)) for literal, pattern in data]
    except (ValueError, TypeError):
        return None
    return rows or None
