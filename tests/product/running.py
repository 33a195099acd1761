"""The product as a user runs it: ``mediadl serve`` in a process of its own, used over its socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ADMIN = "admin"
_TOKEN_SECONDS = 600.0
PASSWORD = "correct horse battery staple"
START_SECONDS = 40.0
STOP_SECONDS = 10.0


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The condition's first true answer; fails with ``what`` if there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def command(*arguments: str) -> list[str]:
    """The console script's command line, from this very Python; like it, blind to the folder it is started in."""
    return [sys.executable, "-P", "-m", "mediadl", *arguments]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Product:
    """One installation in ``data_dir``; start, use, stop, start again."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    variables: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    _token: str = ""
    _signed_in_at: float = 0.0

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """All variables of its process: nothing is left of the test's own MEDIADL_ ones."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MEDIADL_")}
        return {
            **inherited,
            "MEDIADL_DATA_DIR": str(self.data_dir),
            "MEDIADL_PORT": str(self.port),
            "MEDIADL_ADMIN_USERNAME": ADMIN,
            "MEDIADL_ADMIN_PASSWORD": PASSWORD,
            "MEDIADL_ENV": "test",
            "MEDIADL_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
            "MEDIADL_RATE_LIMIT_ANON": "1000000",
            "MEDIADL_RATE_LIMIT_USER": "1000000",
            **self.variables,
        }

    def spawn(self, *options: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Start ``mediadl serve`` and return at once."""
        self.process = subprocess.Popen(
            command("serve", *options),
            env=self.environment(),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self.process

    def start(self) -> None:
        """Start it and wait until it is healthy."""
        self.spawn()
        self.wait_until_healthy()

    def wait_until_healthy(self, seconds: float = START_SECONDS) -> None:
        """Wait for 200 from ``/healthz``."""
        wait_for(self.is_healthy, seconds, "healthy")

    def is_healthy(self) -> bool:
        """Whether ``/healthz`` answers 200; fails if the process has ended."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"serve ended with {self.process.returncode}: {self.process.communicate()}")
        try:
            return self.request("GET", "/healthz", token="").status == 200
        except OSError:
            return False

    def tree(self) -> list[psutil.Process]:
        """serve and everything below it."""
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def children(self, name: str) -> list[psutil.Process]:
        """The processes below serve whose command is ``mediadl <name>``; for the cluster all of its."""
        return [process for process in self.tree() if _command_line(process)[-2:] == ["mediadl", name]]

    def stop(self) -> float:
        """Stop it cleanly; returns the seconds it took. Fails if it does not, or leaves a process."""
        assert self.process is not None
        tree = self.tree()
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill_everything(tree)
            raise AssertionError(f"serve did not stop within {STOP_SECONDS} s") from None
        took = time.monotonic() - started
        assert_gone(tree, seconds=0.5)
        return took

    def kill_everything(self, tree: list[psutil.Process]) -> None:
        """The test failed: leave nothing behind all the same."""
        for process in tree:
            if process.is_running():
                process.kill()

    def close(self) -> None:
        """For the end of a test: stop it if it runs, and prove that nothing is left of it."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        assert_nothing_left(self.data_dir)

    def token(self) -> str:
        """The admin's access token; signed in anew before it expires, which soaks live to see."""
        if not self._token or time.monotonic() - self._signed_in_at > _TOKEN_SECONDS:
            answer = self.request("POST", "/api/v1/auth/login", {"username": ADMIN, "password": PASSWORD}, token="")
            assert answer.status == 200, answer.body
            self._token = str(answer.json()["access_token"])
            self._signed_in_at = time.monotonic()
        return self._token

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> Answer:
        """One request; as the admin unless ``token`` says otherwise (empty: nobody)."""
        sent = dict(headers or {})
        if token is None:
            token = self.token()
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        request = urllib.request.Request(self.address + path, data=data, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())


def assert_gone(processes: list[psutil.Process], seconds: float) -> None:
    """None of ``processes`` runs any more, at the latest in ``seconds``."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    left = [process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    descriptions = [(process.pid, process.cmdline()) for process in left]
    for process in left:
        process.kill()
    assert not descriptions, f"still running: {descriptions}"


def assert_nothing_left(data_dir: Path) -> None:
    """No process of the machine has this data folder in its environment."""
    marker = f"MEDIADL_DATA_DIR={data_dir}".encode()

    def processes() -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    variables = (folder / "environ").read_bytes().split(b"\0")
                except OSError:
                    continue
                if marker in variables:
                    found.append(int(folder.name))
        return found

    wait_for(lambda: not processes(), 2.0, f"all processes of {data_dir} gone")


def _command_line(process: psutil.Process) -> list[str]:
    """Empty for one that has ended meanwhile, or was killed and is not reaped yet."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
