"""The benches' file server as a process of its own."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self


class OriginProcess:
    """Serves ``folder`` until the ``with`` block ends."""

    def __init__(self, folder: Path, *, latency: float = 0.0) -> None:
        self._folder = folder
        self._command = [sys.executable, "-m", "tests.bench.origin", str(folder), str(latency)]
        self._process: subprocess.Popen[str] | None = None
        self.address = ""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = f"http://127.0.0.1:{self._process.stdout.readline().strip()}"
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def urls(self) -> list[str]:
        """The addresses of all its pictures."""
        return [f"{self.address}/{path.name}" for path in sorted(self._folder.glob("*.jpg"))]
