"""Whether gallery-dl or yt-dlp knows a URL at all, told without starting it.

A start costs up to a second of a core, and most pages are none of its sites. Its patterns are read
once for each version, by a process of its own, and kept below the data folder.
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
from platforms.extractors.environment import PACKAGES, versions
from platforms.programs import script

READ_TIMEOUT_SECONDS = 120
_FORMAT = 2  # of the kept rows; the first had one literal each
_SCRIPT = Path(__file__).with_name("url_patterns.py")
Row = tuple[tuple[str, ...], str]  # literals one of which every match contains (none: not sure), and the pattern


class KnownUrls:
    """The patterns of one version, compiled only where one of their literals occurs in a URL."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        self._compiled: dict[str, re.Pattern[str] | None] = {}

    def __contains__(self, url: str) -> bool:
        lowered = url.lower()
        return any(
            self._matches(pattern, url)
            for literals, pattern in self._rows
            if not literals or any(literal in lowered for literal in literals)
        )

    def _matches(self, pattern: str, url: str) -> bool:
        if pattern not in self._compiled:
            try:
                self._compiled[pattern] = re.compile(pattern)
            except re.error:
                self._compiled[pattern] = None
        compiled = self._compiled[pattern]
        return compiled is None or compiled.match(url) is not None  # unreadable: the program decides


_lock = threading.Lock()
_known: dict[str, tuple[str, KnownUrls]] = {}  # by package: its version and what that knows


def may_know(package: str, url: str, stop: StopSignal) -> bool:
    """Whether some extractor of ``package`` (other than one for any page) may take ``url``.

    True where its patterns cannot be had: the program itself then decides.

    Args:
        package: ``gallery-dl`` or ``yt-dlp``.

    Raises:
        MediaError: ``STOPPED``, while they were read.
    """
    installed = versions()[package]
    with _lock:
        version, known = _known.get(package, ("", None))
        if known is None or version != installed:
            rows = _stored_rows(package, installed) or _rows(_fresh(package, installed, stop))
            if rows is None:
                return True
            known = KnownUrls(rows)
            _known[package] = installed, known
    return url in known


def are_prepared() -> bool:
    """Whether nobody will have to wait for the patterns of the programs in use."""
    return all(_path(package, installed).is_file() for package, installed in versions().items())


def prepare() -> None:
    """Read and keep what is missing; some seconds, once for each version."""
    installed = versions()
    for package in PACKAGES:
        if not _path(package, installed[package]).is_file():
            _fresh(package, installed[package], StopSignal())


def _path(package: str, installed: str) -> Path:
    return Path(settings.DATA_DIR) / "cache" / f"{package}-patterns-{_FORMAT}-{installed}.json"


def _stored_rows(package: str, installed: str) -> list[Row] | None:
    try:
        return _rows(_path(package, installed).read_text("utf-8"))
    except OSError:
        return None


def _fresh(package: str, installed: str, stop: StopSignal) -> str:
    """The patterns as the script writes them, kept for the next process; empty where they cannot be had."""
    lines: list[str] = []
    argv = [*script(_SCRIPT), package.replace("-", "_")]
    try:
        result = run_child(
            argv, stop=stop, proxy_url="", on_stdout_line=lines.append, timeout_seconds=READ_TIMEOUT_SECONDS
        )
    except (MediaError, OSError) as error:
        if isinstance(error, MediaError) and error.kind is FailureKind.STOPPED:
            raise
        return ""
    text = "".join(lines) if result.returncode == 0 else ""
    if text:
        _store(_path(package, installed), f"{package}-patterns-*.json", text)
    return text


def _store(path: Path, earlier: str, text: str) -> None:
    """Keep it for the next process; one that cannot be written is read anew each time."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob(earlier):
            old.unlink(missing_ok=True)
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)


def _rows(text: str) -> list[Row] | None:
    try:
        data = json.loads(text)
        rows = [(tuple(str(literal) for literal in literals), str(pattern)) for literals, pattern in data]
    except (ValueError, TypeError):
        return None
    return rows or None
