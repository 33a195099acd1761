"""The recorded forum of ``../shared/inputs``, served by its own scripts (only where the folder is there)."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INPUTS = next(
    (one / "shared/inputs" for one in Path(__file__).resolve().parents if (one / "shared/inputs/forums").is_dir()),
    None,
)


class RecordedForum:
    """The running forum and its image host.

    Attributes:
        expected: what the recording says that a reader must find.
    """

    def __init__(self, expected: dict[str, Any], log: Path) -> None:
        self.expected = expected
        self._log = log

    @property
    def thread_url(self) -> str:
        return str(self.expected["thread"])

    def asked(self) -> list[str]:
        """The paths that were asked of the forum, in order."""
        return [line.split(" ")[1] for line in self._log.read_text("utf-8").splitlines()]


@contextmanager
def recorded_forum(folder: Path) -> Iterator[RecordedForum]:
    """Serve the recording of phpBB; ``folder`` takes its log."""
    assert INPUTS is not None
    forum_port, host_port = _free_port(), _free_port()
    recording = folder / "phpbb"
    recording.mkdir()
    (folder / "blobs").symlink_to(INPUTS / "forums/blobs")
    for name in ("index.json", "expected.json"):
        (recording / name).write_bytes((INPUTS / "forums/phpbb" / name).read_bytes())
    commands = [
        [str(INPUTS / "replay_forum.py"), str(recording), str(forum_port), str(host_port)],
        [str(INPUTS / "imghost.py"), str(host_port), str(INPUTS / "photos")],
    ]
    servers = [subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True) for command in commands]
    try:
        for port in (forum_port, host_port):
            _wait_for(port)
        output = servers[0].stdout
        assert output is not None
        lines = iter(output.readline, "")
        text = ""
        for line in lines:
            text += line
            if line == "}\n":
                break
        yield RecordedForum(json.loads(text), folder / f"replay_{forum_port}.log")
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)
            if server.stdout:
                server.stdout.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    pause = threading.Event()  # a started program tells nobody that it listens
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.1).close()
        except OSError:
            pause.wait(0.02)
            continue
        return
    raise AssertionError("the server did not start")
