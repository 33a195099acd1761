"""What is checked before anything starts: each problem is one line for the operator.

Nothing here imports Django: importing the settings already writes keys into the data folder.
"""

import errno
import os
import re
import socket
import sqlite3
import tempfile
from pathlib import Path

from mediadl.environment import Environment, EnvironmentProblem

SQLITE_FLOOR = (3, 51, 3)  # older ones may reset the WAL while it is read, and lose a commit
RUN_FOLDER = "run"
BACKLOG = 512


def check_machine(environment: Environment) -> None:
    """Check all that a start needs apart from the port.

    Raises:
        EnvironmentProblem: something is missing; the text says what and what to do.
    """
    check_sqlite(sqlite3.sqlite_version)
    check_data_folder(environment.data_dir)
    check_files(environment.data_dir)


def check_sqlite(version: str) -> None:
    """Refuse a SQLite older than the floor.

    Raises:
        EnvironmentProblem: it is too old.
    """
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if numbers < SQLITE_FLOOR:
        floor = ".".join(map(str, SQLITE_FLOOR))
        raise EnvironmentProblem(
            f"SQLite {version} is too old: {floor} or newer is needed (older ones can lose data in WAL mode). "
            "Run `make setup` again; it installs the package pysqlite3 with a newer one."
        )


def check_data_folder(folder: Path) -> None:
    """Make the data folder if need be, and prove that files can be written into it.

    Raises:
        EnvironmentProblem: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".write-test-"):
            pass
        (folder / RUN_FOLDER).mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise EnvironmentProblem(
            f"The data folder {folder} cannot be written ({reason}). "
            "Give this user the right to it, or name another in MEDIADL_DATA_DIR."
        ) from error


def check_files(folder: Path) -> None:
    """Refuse files that another user made (a command that was run once with `sudo`), before something stumbles.

    Raises:
        EnvironmentProblem: one cannot be used; the text says which, and how to give it back.
    """
    needed = [(path, os.R_OK) for path in folder.glob("keys/*_key")]
    for pattern in ("*.sqlite3", "*.sqlite3-wal", "*.sqlite3-shm", "logs/*.log", f"{RUN_FOLDER}/*"):
        needed += [(path, os.R_OK | os.W_OK) for path in folder.glob(pattern)]
    needed += [(folder / "keys", os.R_OK | os.X_OK)]
    needed += [(folder / name, os.R_OK | os.W_OK | os.X_OK) for name in ("logs", RUN_FOLDER)]
    for path, mode in needed:
        if path.exists() and not os.access(path, mode):
            what = "written" if mode & os.W_OK else "read"
            raise EnvironmentProblem(
                f"{path} cannot be {what} by this user. Run everything as one user, and give it the whole folder "
                f"first: chown -R USER {folder}"
            )


def listen(host: str, port: int) -> socket.socket:
    """Listen on the address, for the web process that inherits the socket.

    The supervisor keeps it, so clients only wait while a crashed web process is started again.

    Raises:
        EnvironmentProblem: the host is unknown or not of this machine, or the port is not free.
    """
    try:
        candidates = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise EnvironmentProblem(f"MEDIADL_HOST: {host!r} is not an address or name of this machine") from error
    family, kind, protocol, _, address = candidates[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise EnvironmentProblem(_why_not(host, port, error)) from error
    listener.setblocking(False)  # noqa: FBT003 - the standard library's only form
    return listener


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program. Stop it, or choose another in MEDIADL_PORT."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"MEDIADL_HOST: {host} is not an address of this machine"
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this user. Choose one above 1023 in MEDIADL_PORT."
    return f"{host}:{port} cannot be listened on: {error.strerror}"
