"""Who is who in a running cluster: the processes all have the same command line, and replace one another."""

from enum import StrEnum
from pathlib import Path

import psutil

from tests.product.running import Product

# What the guard forks for a new cluster, in this order (mediadl.settings says: two workers).
_KINDS = ("worker", "worker", "monitor", "pusher")


class Role(StrEnum):
    """What a process of the cluster does just now."""

    DRAIN = "drain worker"
    CHILD = "verification child"
    IDLE = "idle worker"
    GUARD = "guard"
    PUSHER = "pusher"
    MONITOR = "monitor"
    ROOT = "cluster's root"


ALWAYS_THERE = frozenset(Role) - {Role.DRAIN, Role.CHILD}


class Cast:
    """Keeps track of the roles while processes are killed one after the other.

    The guard starts for each that died another of its kind; what a new process is follows from who
    is missing. So :meth:`whole` has to be asked between two kills.
    """

    def __init__(self, product: Product) -> None:
        self._product = product
        self._kinds: dict[psutil.Process, str] = {}

    def whole(self) -> dict[Role, psutil.Process]:
        """The process of each role; empty while the cluster is not all there."""
        try:
            return self._look()
        except psutil.NoSuchProcess:
            return {}

    def _look(self) -> dict[Role, psutil.Process]:
        assert self._product.process is not None
        of_serve = set(_living(psutil.Process(self._product.process.pid)))
        roots = [process for process in self._product.children("worker") if process in of_serve]
        guards = [guard for root in roots for guard in _living(root)]
        if len(guards) != 1:
            return {}
        if not self._recognise(_living(guards[0])):
            return {}
        cast = {Role.ROOT: roots[0], Role.GUARD: guards[0]}
        for process, kind in self._kinds.items():
            if kind != "worker":
                cast[Role(kind)] = process
            elif _holds_drain_lock(process):
                cast[Role.DRAIN] = process
            else:
                cast[Role.IDLE] = process
        below_drain = _living(cast[Role.DRAIN]) if Role.DRAIN in cast else []
        for child in below_drain:
            if "downloads.verification.child" in child.cmdline():
                cast[Role.CHILD] = child
        return cast if cast.keys() >= ALWAYS_THERE else {}

    def _recognise(self, below_guard: list[psutil.Process]) -> bool:
        known = {process: kind for process, kind in self._kinds.items() if process in below_guard}
        missing = list(_KINDS)
        for kind in known.values():
            missing.remove(kind)
        new = sorted(set(below_guard) - set(known), key=lambda process: (process.create_time(), process.pid))
        if len(new) != len(missing):
            return False
        self._kinds = known | dict(zip(new, missing, strict=True))
        return True


def _living(parent: psutil.Process) -> list[psutil.Process]:
    return [child for child in parent.children() if child.status() != psutil.STATUS_ZOMBIE]


def _holds_drain_lock(process: psutil.Process) -> bool:
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            if link.readlink().name == "drain.lock":
                return True
        except OSError:
            continue  # closed meanwhile
    return False
