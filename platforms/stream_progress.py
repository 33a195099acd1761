"""Reading yt-dlp's progress lines: one number over all the parts that it fetches one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mediadl.media import FailureKind, MediaError
from mediadl.net.stopping import StopSignal

_LINE_START = "mediadl-progress"
PROGRESS_TEMPLATE = (
    f"{_LINE_START} %(info.format_id)s %(progress.downloaded_bytes)s %(progress.total_bytes)s"
    " %(progress.total_bytes_estimate)s"
)


class StreamProgress:
    """The progress of one fetch, and the end of one that grows too large.

    Attributes:
        stop: for the child process; set when the caller's signal is, or by :attr:`max_bytes`.
    """

    def __init__(self, on_progress: Callable[[int, int | None], None], max_bytes: int, stop: StopSignal) -> None:
        self.stop = StopSignal()
        self._on_progress = on_progress
        self._max_bytes = max_bytes
        self._parts: dict[str, tuple[int, int | None]] = {}
        self._is_too_large = False
        self._outer = stop
        self._forget = stop.on_stop(lambda: self.stop.stop(stop.reason))

    def close(self) -> None:
        """No longer follow the caller's signal."""
        self._forget()

    def read_line(self, line: str) -> None:
        """Take in one line of output; lines of other kinds are passed over."""
        words = line.split()
        if len(words) != 5 or words[0] != _LINE_START:
            return
        done = _number(words[2])
        if done is None:
            return
        total = _number(words[3]) or _number(words[4])
        self._parts[words[1]] = (done, max(total, done) if total else None)
        bytes_done = sum(part for part, _ in self._parts.values())
        totals = [known for _, known in self._parts.values()]
        self._on_progress(bytes_done, None if None in totals else sum(known or 0 for known in totals))
        if bytes_done > self._max_bytes:
            self._is_too_large = True
            self.stop.stop("cancel")

    @contextmanager
    def judging_size(self) -> Iterator[None]:
        """Around the child process: where the limit, not the caller, ended it, say so.

        Raises:
            MediaError: ``TOO_LARGE``.
        """
        try:
            yield
        except MediaError as error:
            if not self._is_too_large or self._outer.is_set():
                raise
            raise self._too_large() from error
        if self._is_too_large:
            raise self._too_large()

    def _too_large(self) -> MediaError:
        return MediaError(
            FailureKind.REFUSED, "TOO_LARGE", f"The stream is larger than the limit of {self._max_bytes} bytes."
        )


def _number(text: str) -> int | None:
    try:
        return max(0, int(float(text)))
    except (ValueError, OverflowError):
        return None
