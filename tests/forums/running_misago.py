"""A Misago of the tests' own: `scripts/setup-forum` installs it, `scripts/with-services` has its PostgreSQL."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.soak.installations import own_database

PYTHON = Path(__file__).resolve().parents[2] / ".venv-misago/bin/python"
BOARD = Path(__file__).with_name("misago") / "board.py"
STOP_SECONDS = 10


class RunningMisago:
    """The forum's process, its address, and what was asked of it."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._log = folder / "requests.log"
        self.address = f"http://127.0.0.1:{self._answer()['port']}"

    def do(self, what: str, **order: Any) -> dict[str, Any]:
        """Tell the forum to do something (see ``misago/board.py``)."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **order}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def asked(self) -> list[str]:
        """The targets of all requests since :meth:`forget`."""
        return [line.split(" ")[1] for line in self._log.read_text().splitlines()] if self._log.exists() else []

    def forget(self) -> None:
        """Begin a new list of requests."""
        self._log.unlink(missing_ok=True)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "Misago ended; its output says why"
        return json.loads(line)


def missing() -> str:
    """What this forum needs and does not have, in one sentence; empty where it can run."""
    if not PYTHON.exists():
        return "Misago is not installed: run scripts/setup-forum"
    if not os.environ.get("MEDIADL_TEST_POSTGRES_URL"):
        return "Misago needs a PostgreSQL: run pytest below scripts/with-services"
    return ""


@contextmanager
def running_misago(folder: Path) -> Iterator[RunningMisago]:
    """Start the forum with an empty database; ``folder`` takes its uploads and its log."""
    if lack := missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(lack)
    with own_database(os.environ["MEDIADL_TEST_POSTGRES_URL"], f"misago{os.getpid()}") as database:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "MISAGO_DATABASE_URL": database,
            "MISAGO_FOLDER": str(folder),
        }
        with subprocess.Popen(
            [PYTHON, BOARD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            try:
                yield RunningMisago(process, folder)
            finally:
                process.terminate()
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
