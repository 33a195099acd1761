"""``mediadl serve``: everything that one machine needs, from checks to a clean stop."""

import ipaddress
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import django
from django.conf import settings

from mediadl.environment import Environment, EnvironmentProblem
from mediadl.operations.child import Child
from mediadl.operations.instance_lock import InstanceLock
from mediadl.operations.preflight import RUN_FOLDER, check_machine, listen
from mediadl.operations.process_ties import GATE_VARIABLE, SUPERVISOR_VARIABLE
from mediadl.operations.supervisor import Supervisor

PROCESS_LOG_NAME = "processes.log"
PROCESS_LOG_LIMIT_BYTES = 1_000_000
CRASHES_BEFORE_GIVING_UP = 3  # of a web process that never answered

Say = Callable[[str], None]


def serve(environment: Environment, *, verbose: bool, say: Say) -> None:
    """Check the machine, bring the database up to date, and run until told to stop.

    The web process starts to load at once and waits at a gate while the tables are made: a cold
    start takes as long as the slower of the two.

    Args:
        environment: the installation's variables.
        verbose: let the processes write to this console too.
        say: prints one line for the operator.

    Raises:
        EnvironmentProblem: the machine does not allow a start, or the web process does not start.
    """
    check_machine(environment)
    lock = InstanceLock(environment.data_dir / RUN_FOLDER)
    lock.acquire()
    with listen(environment.host, environment.port) as listener:
        gate = os.pipe()  # both ends close on exec; the web process is given the reading one
        start = _Start(environment, listener.fileno(), gate[0], verbose=verbose, say=say)
        start.supervisor.start_early("web")
        start.prepare()
        os.close(gate[1])
        start.run()
    lock.release()


class _Start:
    """The parts of one run of ``mediadl serve``."""

    def __init__(self, environment: Environment, listener: int, gate: int, *, verbose: bool, say: Say) -> None:
        self._environment = environment
        self._verbose = verbose
        self._say = say
        self._wait_scale = _wait_scale(environment)
        self._output = None if verbose else _open_process_log(environment.data_dir / "logs")
        self._web_answered = False
        self._web_hopeless = False
        inherited = {"MEDIADL_LISTEN_FD": listener, GATE_VARIABLE: gate}
        self.supervisor = Supervisor(
            [self._child("web", inherited), self._child("worker", {})],
            environment.data_dir / RUN_FOLDER,
            on_started=self._child_started,
            on_ended=self._child_ended,
        )

    def prepare(self) -> None:
        """Set Django up, bring the tables up to date, make the first admin."""
        django.setup()
        from mediadl.logs.configure import configure_logging
        from mediadl.operations.first_start import create_first_admin, migrate

        configure_logging("serve", console=self._verbose)
        migrate()
        password = create_first_admin(self._environment)
        self._say(f"Data folder: {self._environment.data_dir}")
        if password is not None:
            name = self._environment.admin_username
            self._say(f"First sign-in: user {name}, password {password} (shown only this once)")

    def run(self) -> None:
        """Supervise until told to stop.

        Raises:
            EnvironmentProblem: the web process does not start.
        """
        from mediadl.logs.configure import flush_logs
        from mediadl.operations.pulse import Pulse
        from queue_app import liveness

        (settings.RUN_DIR / liveness.PONG_NAME).unlink(missing_ok=True)
        self._pulse = Pulse(
            host=_connectable(self._environment.host),
            port=self._environment.port,
            path=f"{self._environment.base_path}/healthz",
            on_web_ready=self._announce,
            on_dead=self.supervisor.condemn,
            wait_scale=self._wait_scale,
        )
        self._pulse.start()
        try:
            self.supervisor.run()
        finally:
            self._pulse.stop()
            flush_logs()
        if self._web_hopeless:
            log = self._environment.data_dir / "logs" / PROCESS_LOG_NAME
            raise EnvironmentProblem(f"The web process does not start; its last words are in {log}")

    def _announce(self) -> None:
        self._web_answered = True
        self._say(f"Media Downloader: {address_of(self._environment)}")

    def _child_started(self, name: str) -> None:
        from mediadl.operations.broker import forget_taken_tasks

        if name == "worker":
            forget_taken_tasks()
            self._pulse.cluster_started()

    def _child_ended(self, name: str, crashes: int) -> None:
        if name == "web" and not self._web_answered and crashes >= CRASHES_BEFORE_GIVING_UP:
            self._web_hopeless = True
            self.supervisor.stop()

    def _child(self, name: str, inherited: Mapping[str, int]) -> Child:
        variables = {
            "MALLOC_ARENA_MAX": "2",  # many threads, each with an arena of its own, would double the memory
            **os.environ,
            **{variable: str(descriptor) for variable, descriptor in inherited.items()},
            SUPERVISOR_VARIABLE: str(os.getpid()),
            "MEDIADL_HOST": self._environment.host,
            "MEDIADL_PORT": str(self._environment.port),
            "MEDIADL_DATA_DIR": str(self._environment.data_dir),
        }
        variables.pop("MEDIADL_ADMIN_PASSWORD", None)  # nobody below needs it
        # -P: started in a folder of somebody's scripts, none of these is taken for a module of that name.
        command = [sys.executable, "-P", "-m", "mediadl", name]
        return Child(name, command, variables, self._output, list(inherited.values()), self._wait_scale)


def _wait_scale(environment: Environment) -> float:
    """A fraction in tests that kill the cluster a hundred times; nowhere else."""
    return float(os.environ.get("MEDIADL_TEST_RESTART_SCALE", "1")) if environment.is_test else 1.0


def _open_process_log(folder: Path) -> BinaryIO:
    """Where the processes' own output goes: what they say before, or beside, the real log."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / PROCESS_LOG_NAME
    if path.exists() and path.stat().st_size > PROCESS_LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.old"))
    return path.open("ab", buffering=0)


def _connectable(host: str) -> str:
    """An address at which the own web process can be reached."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared only


def address_of(environment: Environment) -> str:
    """The address to type into a browser on this machine."""
    host = _connectable(environment.host)
    try:
        if ipaddress.ip_address(host).version == 6:
            host = f"[{host}]"
    except ValueError:
        pass  # a name
    return f"http://{host}:{environment.port}{environment.base_path}/"
