"""One listing program's lines while it runs, and how it ended."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from mediadl.media import FailureKind, MediaError
from mediadl.net.children import ChildResult, stream_child_lines
from platforms.contract import ListingContext, NotForThisDownloaderError

# A listing waits while the engine fetches what it found; a stall ends by the program's own timeout.
LISTING_TIMEOUT_SECONDS = 24 * 3600


class ChildLines:
    """A program that lists; ended when the block is left, however that happens."""

    def __init__(self, argv: list[str], context: ListingContext, folder: Path) -> None:
        self._stream: Generator[str, None, ChildResult] = stream_child_lines(
            argv,
            stop=context.stop,
            proxy_url=context.proxy_url,
            cwd=folder,
            timeout_seconds=LISTING_TIMEOUT_SECONDS,
        )
        self._result: ChildResult | None = None
        self._seen = context.seen

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def lines(self) -> Iterator[str]:
        """Each line of its output as it is written.

        Raises:
            MediaError: ``STOPPED``, the listing was stopped.
        """
        self._result = yield from self._stream
        if self._result.stderr_tail:
            self._seen.note(f"the program's last words (exit code {self._result.returncode})", self._result.stderr_tail)

    @property
    def returncode(self) -> int:
        """How it ended; only after :meth:`lines` has ended."""
        return self._ended().returncode

    def error_lines(self) -> list[str]:
        """The last lines of its error output; only after :meth:`lines` has ended."""
        return self._ended().stderr_tail.splitlines()

    def _ended(self) -> ChildResult:
        if self._result is None:
            raise RuntimeError("the program has not ended yet")
        return self._result


@contextmanager
def refusals_first(context: ListingContext) -> Iterator[None]:
    """A failure of a listing's program is what the guarding proxy refused to it, if it did.

    Yields:
        nothing; judge the program's end inside.

    Raises:
        MediaError: the refusal in place of the program's own words.
    """
    try:
        yield
    except (MediaError, NotForThisDownloaderError) as error:
        is_stopped = isinstance(error, MediaError) and error.kind is FailureKind.STOPPED
        if not is_stopped and (refused := context.refusal()) is not None:
            raise refused from error
        raise
