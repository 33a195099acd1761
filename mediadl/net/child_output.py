"""Reading a child's output line by line, within bounds, until it ends or its time is over."""

import os
import select
import subprocess
from collections import deque
from collections.abc import Callable, Iterator

from mediadl import clock
from mediadl.media import FailureKind, MediaError

_READ_BYTES = 64 * 1024
_MAX_ERROR_LINE_BYTES = 16 * 1024
_MAX_WAIT_SECONDS = 60.0


class ChildOutput:
    """Both streams of one child, read in one thread so that neither can block the other."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        max_line_bytes: int,
        tail_bytes: int,
        on_stderr_line: Callable[[str], None] | None,
    ) -> None:
        self.timed_out = False
        self._process = process
        self._max_line_bytes = max_line_bytes
        self._tail_bytes = tail_bytes
        self._on_stderr_line = on_stderr_line
        self._tail = bytearray()
        self._line = bytearray()
        self._error_line = bytearray()
        self._ready: deque[str] = deque()
        self._exit = os.pidfd_open(process.pid)
        self._out = _descriptor(process.stdout)
        self._err = _descriptor(process.stderr)
        self._open = {self._out, self._err}
        for stream in self._open:
            os.set_blocking(stream, False)

    def lines(self, deadline: float) -> Iterator[str]:
        """The lines of standard output, without their ends; :attr:`timed_out` tells of the deadline.

        Raises:
            MediaError: ``CHILD_OUTPUT_TOO_LARGE``.
        """
        poller = select.poll()
        for watched in (*self._open, self._exit):
            poller.register(watched, select.POLLIN)
        has_ended = False
        while not has_ended:
            left = deadline - clock.monotonic()
            if left <= 0:
                self.timed_out = True
                return
            ready = {descriptor for descriptor, _ in poller.poll(min(left, _MAX_WAIT_SECONDS) * 1000)}
            # Once it has ended and its pipes are empty, nothing comes: what it left behind may hold them.
            has_ended = self._exit in ready and not self._open & ready
            for stream in self._open & ready:
                self._read(stream, poller)
            yield from self._taken()
        if self._line:
            self._ready.append(self._line.decode("utf-8", "replace").rstrip("\r"))
            self._line.clear()
        self._flush_error_line()
        yield from self._taken()

    def stderr_tail(self) -> str:
        """The last part of what came on standard error."""
        return self._tail.decode("utf-8", "replace")

    def close(self) -> None:
        """Close what was opened for the child."""
        os.close(self._exit)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _taken(self) -> Iterator[str]:
        while self._ready:
            yield self._ready.popleft()

    def _read(self, stream: int, poller: select.poll) -> None:
        try:
            data = os.read(stream, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._open.discard(stream)
            poller.unregister(stream)
        elif stream == self._out:
            self._take_output(data)
        else:
            self._take_errors(data)

    def _take_output(self, data: bytes) -> None:
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._line += piece
            self._check_line()
            self._ready.append(self._line.decode("utf-8", "replace").rstrip("\r"))
            self._line.clear()
        self._line += rest
        self._check_line()

    def _check_line(self) -> None:
        if len(self._line) > self._max_line_bytes:
            detail = "A helper program wrote more in one line than is believable."
            raise MediaError(FailureKind.REFUSED, "CHILD_OUTPUT_TOO_LARGE", detail)

    def _take_errors(self, data: bytes) -> None:
        self._tail += data
        del self._tail[: max(0, len(self._tail) - self._tail_bytes)]
        if self._on_stderr_line is None:
            return
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._error_line += piece[:_MAX_ERROR_LINE_BYTES]
            self._flush_error_line()
        room = _MAX_ERROR_LINE_BYTES - len(self._error_line)
        self._error_line += rest[: max(0, room)]

    def _flush_error_line(self) -> None:
        if self._error_line and self._on_stderr_line is not None:
            self._on_stderr_line(self._error_line.decode("utf-8", "replace").rstrip("\r"))
        self._error_line.clear()


def _descriptor(stream: object) -> int:
    fileno: Callable[[], int] | None = getattr(stream, "fileno", None)
    if fileno is None:
        raise ValueError("the child has no such pipe")
    return fileno()
