"""Child processes (gallery-dl, yt-dlp, ffmpeg): their only way out is the guarding proxy, and they
end when their work is stopped, when it takes too long, and when this process dies.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mediadl import clock
from mediadl.media import FailureKind, MediaError
from mediadl.net.child_output import ChildOutput
from mediadl.net.handle import certificate_file
from mediadl.net.stopping import StopSignal

MAX_LINE_BYTES = 32 * 1024 * 1024  # yt-dlp writes a whole playlist's JSON in one line
STDERR_TAIL_BYTES = 64 * 1024
_INHERITED = ("PATH", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_PIPE_BYTES = 4096  # small, so that a listing whose reader waits asks its site for no more
_START_SCRIPT = str(Path(__file__).with_name("child_start.py"))

# The kernel sends a child the death signal when the *thread* that started it ends, so one lasting
# thread starts them all. A forked process begins with a new one.
_starter_lock = threading.Lock()
_starters: dict[int, ThreadPoolExecutor] = {}


@dataclass(frozen=True, slots=True)
class ChildResult:
    """How a child ended: its exit status (negative: the signal), and the end of what it said."""

    returncode: int
    stderr_tail: str


def run_child(
    argv: Sequence[str],
    *,
    stop: StopSignal,
    proxy_url: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    on_stdout_line: Callable[[str], None] | None = None,
    on_stderr_line: Callable[[str], None] | None = None,
    timeout_seconds: float = 3600.0,
    stdin: bytes = b"",
    max_line_bytes: int = MAX_LINE_BYTES,
) -> ChildResult:
    """Run a program to its end; arguments, answers and errors as :func:`stream_child_lines`."""
    lines = stream_child_lines(
        argv,
        stop=stop,
        proxy_url=proxy_url,
        cwd=cwd,
        env=env,
        on_stderr_line=on_stderr_line,
        timeout_seconds=timeout_seconds,
        stdin=stdin,
        max_line_bytes=max_line_bytes,
    )
    try:
        while True:
            line = next(lines)
            if on_stdout_line is not None:
                on_stdout_line(line)
    except StopIteration as end:
        result: ChildResult = end.value
        return result
    finally:
        lines.close()


def stream_child_lines(
    argv: Sequence[str],
    *,
    stop: StopSignal,
    proxy_url: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    on_stderr_line: Callable[[str], None] | None = None,
    timeout_seconds: float = 3600.0,
    stdin: bytes = b"",
    max_line_bytes: int = MAX_LINE_BYTES,
) -> Generator[str, None, ChildResult]:
    """Run a program and yield the lines of its output as they come; it waits while nobody reads.

    Closing the generator kills the child with its process group. The generator's own result, as in
    ``result = yield from stream_child_lines(...)``, is how the child ended.

    Args:
        stop: kills the child at once.
        proxy_url: of the guarding proxy; empty for a child that needs no network (it gets none that
            it would find by itself, but is not fenced off).
        env: added to a clean environment.
        on_stderr_line: called with each line of the child's error output.
        timeout_seconds: from start to end.
        stdin: given to the child.
        max_line_bytes: a longer line ends the child.

    Raises:
        MediaError: ``STOPPED``, ``TIMEOUT`` (transient) or ``CHILD_OUTPUT_TOO_LARGE`` (refused).
        OSError: no process can be started.
    """
    stop.raise_if_set()
    process = _start(argv, cwd, child_environment(proxy_url, env or {}, home=cwd), stdin)
    unregister = stop.on_stop(lambda: _kill(process))
    output = ChildOutput(process, max_line_bytes, STDERR_TAIL_BYTES, on_stderr_line)
    deadline = clock.monotonic() + timeout_seconds
    try:
        yield from output.lines(deadline)
        stop.raise_if_set()
        if output.timed_out:
            detail = f"{Path(argv[0]).name} did not end within {timeout_seconds:.0f} s."
            raise MediaError(FailureKind.TRANSIENT, "TIMEOUT", detail)
        _kill(process)  # what it left behind; its own status is there already
        return ChildResult(process.wait(), output.stderr_tail())
    finally:
        unregister()
        if process.returncode is None:
            _kill(process)
            process.wait()
        output.close()


def child_environment(proxy_url: str, extra: Mapping[str, str], *, home: Path | None) -> dict[str, str]:
    """The environment of a child: nothing of ours but what a program needs, and the proxy."""
    variables = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    variables |= {
        "HOME": str(home or Path("/nonexistent")),  # no configuration, no .netrc of the user's own
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "SSL_CERT_FILE": certificate_file(),
        "NO_PROXY": "",
        "no_proxy": "",
    }
    if proxy_url:
        names = ("http_proxy", "https_proxy", "all_proxy")
        variables |= {name: proxy_url for lower in names for name in (lower, lower.upper())}
    return variables | dict(extra)


def _start(argv: Sequence[str], cwd: Path | None, env: dict[str, str], stdin: bytes) -> subprocess.Popen[bytes]:
    source = os.memfd_create("stdin")
    try:
        with open(source, "wb", closefd=False) as file:
            file.write(stdin)
        os.lseek(source, 0, os.SEEK_SET)
        command = [sys.executable, "-I", "-S", _START_SCRIPT, str(os.getpid()), *argv]
        return (
            _starter()
            .submit(
                subprocess.Popen,
                command,
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=env,
                bufsize=0,
                pipesize=_PIPE_BYTES,
                start_new_session=True,
            )
            .result()
        )
    finally:
        os.close(source)


def _starter() -> ThreadPoolExecutor:
    with _starter_lock:
        if os.getpid() not in _starters:
            _starters.clear()
            _starters[os.getpid()] = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child starter")
        return _starters[os.getpid()]


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the child's whole group, also what it left behind; the child must not be waited for yet."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
