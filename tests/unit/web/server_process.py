"""A real web server in a process of its own, for tests that speak to it over a socket."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def resident_bytes(self) -> int:
        return psutil.Process(self.pid).memory_info().rss

    def terminate(self, timeout: float = 5) -> int:
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


@contextmanager
def running_server(application: str, *, data_dir: Path, **environment: str) -> Iterator[ServerProcess]:
    """Serve ``application`` (``module:name``; empty: the product's) on a free port of loopback."""
    ready_read, ready_write = os.pipe()
    variables: Mapping[str, str] = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mediadl.settings",
        "MEDIADL_DATA_DIR": str(data_dir),
        "MEDIADL_ENV": "test",
        **environment,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.web.serve", str(ready_write), application],
        env=variables,
        pass_fds=[ready_write],
    )
    os.close(ready_write)
    try:
        with os.fdopen(ready_read) as ready:
            line = ready.readline()
        assert line, f"the server did not start; exit code {process.wait(START_SECONDS)}"
        yield ServerProcess(process, int(line))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(START_SECONDS)
