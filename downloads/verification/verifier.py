"""The parent's side of verification: two lasting children, asked from any thread."""

import json
import os
import queue
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from downloads.verification.media import WALL_SECONDS, VerifiedMedia
from mediadl.media import FailureKind, MediaError, MediaType

CHILDREN = 2  # one was a third slower, three no faster on two cores (design: engine.md)
_FILES_PER_CHILD = 5_000  # then a fresh one takes its place, so that no leak of a decoder adds up
_MAX_ANSWER_BYTES = 64 * 1024
_WALL_SECONDS_OF_MANY = 5.0  # small files take milliseconds: where one takes long, the others must not wait for it
_PACKAGES = Path(__file__).resolve().parents[2]
# An address space that is limited needs few arenas. Pixels are taken and given back for each picture: kept between
# two of them up to these sizes, for the kernel takes as long to clear fresh pages as the child to open the file.
_MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(8 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 1024 * 1024),
    "MALLOC_TOP_PAD_": str(1024 * 1024),
}
_KINDS = {
    "EMPTY_FILE": FailureKind.TRANSIENT,
    "TRUNCATED": FailureKind.TRANSIENT,
    "DAMAGED": FailureKind.TRANSIENT,
    "NOT_MEDIA": FailureKind.REFUSED,
    "TYPE_NOT_ALLOWED": FailureKind.REFUSED,
    "UNDECODABLE": FailureKind.REFUSED,
    "PLACEHOLDER": FailureKind.GONE,
    "UNREADABLE": FailureKind.DISK,
}


def _understood(answer: dict[str, Any]) -> VerifiedMedia | MediaError:
    if "verified" in answer:
        fields = answer["verified"]
        return VerifiedMedia(**{**fields, "media_type": MediaType(fields["media_type"])})
    return MediaError(_KINDS[answer["code"]], answer["code"], answer["detail"])


class _ChildEndedError(Exception):
    """The child died, or was killed for taking too long."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__("timed out" if timed_out else "ended")
        self.timed_out = timed_out


class _Child:
    """One running child; used by one thread at a time."""

    def __init__(self) -> None:
        variables = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        variables |= {"PYTHONPATH": str(_PACKAGES), "PYTHONDONTWRITEBYTECODE": "1"}  # it may not be installed
        variables |= _MALLOC
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "downloads.verification.child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=variables,
            bufsize=0,
            start_new_session=True,  # so that Ctrl-C is the parent's to handle, and ffmpeg dies with it
        )
        self._answered = select.poll()
        self._answered.register(self._stdout(), select.POLLIN)
        self.asked = 0

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """One file's answer.

        Raises:
            _ChildEndedError: there is none; the child is gone.
        """
        self.asked += len(request.get("requests", (request,)))
        try:
            return self._exchange(request, seconds)
        except OSError as error:
            self.kill()
            raise _ChildEndedError(timed_out=False) from error
        except _ChildEndedError:
            self.kill()
            raise

    def _exchange(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            if not self._answered.poll(seconds * 1000):
                raise _ChildEndedError(timed_out=True)
            piece = self._stdout().read(_MAX_ANSWER_BYTES)
            if not piece or len(answer) > _MAX_ANSWER_BYTES:
                raise _ChildEndedError(timed_out=self._used_up_its_time())
            answer += piece
        result: dict[str, Any] = json.loads(answer)
        return result

    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        return self._process.stdout

    def _used_up_its_time(self) -> bool:
        try:
            return self._process.wait(1) == -signal.SIGXCPU
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> None:
        """End the child and whatever it started."""
        with suppress(ProcessLookupError):  # it is gone already
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid


class Verifier:
    """Checks downloaded files in child processes; thread-safe, started at the first file.

    Attributes:
        wall_seconds: for one file; then its child is killed.
    """

    def __init__(self, children: int = CHILDREN, wall_seconds: float = WALL_SECONDS) -> None:
        self.wall_seconds = wall_seconds
        # Each place is a child or None, where one is to be started by whoever takes it next.
        self._places: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _number in range(children):
            self._places.put(None)
        self._children = children
        # A child dies with the *thread* that started it (PDEATHSIG), hence one lasting thread for that.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="verifier")

    def start_all(self) -> None:
        """Start the children ahead of the first file, which then need not wait for them; returns at once.

        One that cannot be started is tried again by whoever asks it.
        """
        self._starter.submit(self._start_missing)

    def _start_missing(self) -> None:
        places = []
        with suppress(queue.Empty):  # never waiting: who has a place may be waiting for this thread
            while True:
                places.append(self._places.get_nowait())
        for place in places:
            self._places.put(place or self._child_if_possible())

    @staticmethod
    def _child_if_possible() -> _Child | None:
        try:
            return _Child()
        except Exception:
            return None  # who asks for the place tries again, and tells

    def verify(self, path: Path, *, thumbnail_to: Path | None) -> VerifiedMedia:
        """Check one file; write its thumbnail where one can be made. Blocks until a child is free.

        Raises:
            MediaError: ``EMPTY_FILE``, ``TRUNCATED``, ``DAMAGED`` (transient), ``NOT_MEDIA``,
                ``TYPE_NOT_ALLOWED``, ``UNDECODABLE`` (refused), ``PLACEHOLDER`` (gone),
                ``UNREADABLE`` (disk).
        """
        (answer,) = self.verify_all([(path, thumbnail_to)])
        if isinstance(answer, MediaError):
            raise answer
        return answer

    def verify_all(self, files: Sequence[tuple[Path, Path | None]]) -> list[VerifiedMedia | MediaError]:
        """The same for several small files, with one look at the child for all; the errors in their places.

        Raises:
            MediaError: ``VERIFIER_UNAVAILABLE``.
        """
        requests = [{"path": str(path), "thumbnail": str(thumb) if thumb else None} for path, thumb in files]
        return [_understood(answer) for answer in self._ask_all(requests)]

    def _ask_all(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What the child says to each; if it dies of one of them, each is asked about on its own."""
        if len(requests) > 1:
            with suppress(_ChildEndedError):
                seconds = min(self.wall_seconds, _WALL_SECONDS_OF_MANY)
                answers: list[dict[str, Any]] = self._ask_once({"task": "each", "requests": requests}, seconds)[
                    "answers"
                ]
                return answers
        return [self.ask(request) for request in requests]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Ask a child anything that ``downloads.verification.child`` knows.

        One that dies of something else than its time is replaced and asked once more.
        """
        for _attempt in range(2):
            try:
                return self._ask_once(request, self.wall_seconds)
            except _ChildEndedError as end:
                if end.timed_out:
                    break
        return {"code": "UNDECODABLE", "detail": "The file could not be opened within the limits."}

    def _ask_once(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Raises ``_ChildEndedError``, ``MediaError``."""
        child = self._places.get()
        try:
            if child is None:
                child = self._started()
            answer = child.ask(request, seconds)
            if child.asked >= _FILES_PER_CHILD:
                child.kill()
                child = None
        except _ChildEndedError:
            child = None
            raise
        finally:
            self._places.put(child)
        return answer

    def _started(self) -> _Child:
        try:
            return self._starter.submit(_Child).result()
        except OSError as error:
            detail = f"The process that checks files could not be started: {error.strerror}. It is tried again."
            raise MediaError(FailureKind.TRANSIENT, "VERIFIER_UNAVAILABLE", detail) from error

    def child_pids(self) -> list[int]:
        """The process ids of the children that run and are free just now."""
        with self._places.mutex:
            return [child.pid for child in self._places.queue if child is not None]

    def close(self) -> None:
        """End the children once their present files are done; the verifier is not used afterwards."""
        for _number in range(self._children):
            child = self._places.get()
            if child is not None:
                child.kill()
        self._starter.shutdown()
