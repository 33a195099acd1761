"""``mediadl serve``: everything that one machine needs, from checks to a clean stop."""

import ipaddress
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import django
from django.conf import settings

from mediadl.environment import Environment
from mediadl.operations.child import Child
from mediadl.operations.instance_lock import InstanceLock
from mediadl.operations.preflight import RUN_FOLDER, check_machine, listen
from mediadl.operations.process_ties import SUPERVISOR_VARIABLE
from mediadl.operations.supervisor import Supervisor

PROCESS_LOG_NAME = "processes.log"
PROCESS_LOG_LIMIT_BYTES = 1_000_000

Say = Callable[[str], None]


def serve(environment: Environment, *, verbose: bool, say: Say) -> None:
    """Check the machine, bring the database up to date, and run until told to stop.

    Args:
        environment: the installation's variables.
        verbose: let the processes write to this console too.
        say: prints one line for the operator.

    Raises:
        EnvironmentProblem: the machine does not allow a start.
    """
    check_machine(environment)
    lock = InstanceLock(environment.data_dir / RUN_FOLDER)
    lock.acquire()
    listener = listen(environment.host, environment.port)
    django.setup()
    from mediadl.logs.configure import configure_logging, flush_logs
    from mediadl.operations.first_start import create_first_admin, migrate

    configure_logging("serve", console=verbose)
    migrate()
    say(f"Data folder: {environment.data_dir}")
    password = create_first_admin(environment)
    if password is not None:
        say(f"First sign-in: user {environment.admin_username}, password {password} (shown only this once)")
    _supervise(environment, listener.fileno(), verbose=verbose, say=say)
    listener.close()
    flush_logs()
    lock.release()


def _supervise(environment: Environment, listener: int, *, verbose: bool, say: Say) -> None:
    from mediadl.operations.broker import forget_taken_tasks
    from mediadl.operations.pulse import Pulse
    from queue_app import liveness

    (settings.RUN_DIR / liveness.PONG_NAME).unlink(missing_ok=True)
    output = None if verbose else _open_process_log(settings.LOGS_DIR)
    children = [
        _child("web", environment, output, inherited=[listener], MEDIADL_LISTEN_FD=str(listener)),
        _child("worker", environment, output),
    ]

    def started(name: str) -> None:
        if name == "worker":
            forget_taken_tasks()
            pulse.cluster_started()

    supervisor = Supervisor(children, settings.RUN_DIR, started)
    pulse = Pulse(
        host=_connectable(environment.host),
        port=environment.port,
        path=f"{environment.base_path}/healthz",
        on_web_ready=lambda: say(f"Media Downloader: {address_of(environment)}"),
        on_dead=supervisor.condemn,
    )
    pulse.start()
    try:
        supervisor.run()
    finally:
        pulse.stop()


def _child(
    name: str, environment: Environment, output: BinaryIO | None, *, inherited: Sequence[int] = (), **more: str
) -> Child:
    variables = {
        **os.environ,
        **more,
        SUPERVISOR_VARIABLE: str(os.getpid()),
        "MEDIADL_HOST": environment.host,
        "MEDIADL_PORT": str(environment.port),
        "MEDIADL_DATA_DIR": str(environment.data_dir),
    }
    variables.pop("MEDIADL_ADMIN_PASSWORD", None)  # nobody below needs it
    return Child(name, [sys.executable, "-m", "mediadl", name], variables, output, inherited)


def _open_process_log(folder: Path) -> BinaryIO:
    """Where the processes' own output goes: what they say before, or beside, the real log."""
    folder.mkdir(parents=True, exist_ok=True)
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
