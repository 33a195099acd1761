"""Ties between processes that only the kernel can hold (Linux): nobody outlives a parent.

A process that asks for it is killed the moment its parent ends, however that ends; a supervisor
that asks for it inherits the orphans of its children, so that it can end them too.
"""

import ctypes
import os
import signal
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

SUPERVISOR_VARIABLE = "MEDIADL_SUPERVISOR_PID"
GATE_VARIABLE = "MEDIADL_GATE_FD"


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}, {value}): {os.strerror(number)}")


def die_with_parent(parent: int) -> None:
    """Have this process killed when ``parent`` ends; end it now if that has happened already.

    The kernel watches the *thread* that started this process: a parent must start lasting
    children from a thread that lives as long as they do.
    """
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the line above took effect
        os.kill(os.getpid(), signal.SIGKILL)


def die_with_supervisor() -> bool:
    """If a supervisor started this process, die with it; whether one did."""
    parent = os.environ.pop(SUPERVISOR_VARIABLE, "")
    if parent:
        die_with_parent(int(parent))
    return bool(parent)


def wait_at_gate() -> None:
    """If the supervisor gave this process a gate, wait until it is open (its other end is closed)."""
    descriptor = os.environ.pop(GATE_VARIABLE, "")
    if descriptor:
        with os.fdopen(int(descriptor), "rb") as gate:
            gate.read()


def tie_every_fork() -> None:
    """From now on every process forked here (and below) dies with the process that forked it."""
    os.register_at_fork(before=_remember_parent, after_in_child=_tie_to_remembered_parent)


_forking_process = 0


def _remember_parent() -> None:
    global _forking_process  # noqa: PLW0603 - the child reads what its parent wrote just before the fork
    _forking_process = os.getpid()


def _tie_to_remembered_parent() -> None:
    die_with_parent(_forking_process)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (a "child subreaper")."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def children_of(parent: int) -> list[int]:
    """The process ids of all direct children of ``parent``, from every one of its threads."""
    found: list[int] = []
    for listing in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found.extend(int(word) for word in listing.read_text().split())
        except OSError:
            continue  # that thread ended meanwhile
    return found


def kill_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a whole process group; one that is gone already is fine."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
