"""Who a worker is, so that its death is noticed at once on the same host."""

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

_START_TIME_FIELD = 22 - 3  # of /proc/<pid>/stat, counted after the command's closing parenthesis
_STATE_FIELD = 0
_DEAD_STATES = frozenset("ZX")


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """One drain in one process.

    Attributes:
        name: what leases carry: host, pid, start time and a random part.
        host: the machine (or container).
        pid: the process.
        process_started: the process's start in clock ticks since boot; tells a reused pid.
    """

    name: str
    host: str
    pid: int
    process_started: str


def own_identity() -> WorkerIdentity:
    """A fresh identity for a drain of this process."""
    host, pid = socket.gethostname()[:80], os.getpid()
    started = process_started(pid) or "0"
    return WorkerIdentity(f"{host[:60]}:{pid}:{started}:{secrets.token_hex(4)}", host, pid, started)


def process_started(pid: int) -> str:
    """When a process started; empty when there is none, or only its remains (a zombie)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[_STATE_FIELD] in _DEAD_STATES else fields[_START_TIME_FIELD]


def is_dead(host: str, pid: int, started: str) -> bool:
    """Whether a worker of this host is certainly gone; another host's can only let its lease expire."""
    return host == socket.gethostname()[:80] and process_started(pid) != started
