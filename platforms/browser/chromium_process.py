"""Chromium's processes, which Playwright starts in a session of their own: none outlives the page.

They are started through small scripts that ask the kernel for their end when their parent ends, so
the chain worker, driver, Chromium breaks from the top also after ``kill -9``. The page ends the whole
group besides: a process that hangs does not notice that its parent is gone.
"""

import os
import shlex
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from mediadl import clock
from mediadl.net import children

_PID_FILE = "chromium.pid"
_START_SCRIPT = Path(children.__file__).with_name("child_start.py")
_END_SECONDS, _LOOK_SECONDS = 2.0, 0.02  # killed processes take a moment where the machine is busy
_START_TIME_FIELD = 19  # of /proc/PID/stat after the name, counted from 0


def bound_program(folder: Path, name: str, program: str) -> Path:
    """A script in ``folder`` that becomes ``program`` and ends with the process that started it."""
    script = folder / name
    pid_file = shlex.quote(str(folder / f"{name}.pid"))
    words = [sys.executable, "-I", "-S", str(_START_SCRIPT)]
    start = " ".join(map(shlex.quote, words))
    script.touch(mode=0o700)
    script.write_text(f'#!/bin/sh\necho $$ > {pid_file}\nexec {start} "$PPID" {shlex.quote(program)} "$@"\n')
    return script


def kill_browser(folder: Path) -> None:
    """End every process of the Chromium that was started in ``folder``; quick, and safe to call twice."""
    _kill(folder)


def _kill(folder: Path) -> int | None:
    """Kill it, and tell its group's number; None where there is none of ours."""
    try:
        pid = int((folder / _PID_FILE).read_text())
        started = (folder / _PID_FILE).stat().st_mtime
    except (OSError, ValueError):
        return None  # it was never started
    if _is_another(pid, started):
        return None
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    return pid


def end_browser(folder: Path) -> None:
    """Kill it, and wait until nothing of it writes any more, so that its folder can be removed."""
    group = _kill(folder)
    deadline = clock.monotonic() + _END_SECONDS
    while group is not None and _lives(group) and clock.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)


def _lives(group: int) -> bool:
    """Whether a process of the group has not ended; one that only waits to be reaped has."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, its_group, *_ = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(its_group) == group and state not in "ZX":
                return True
    return False


def _is_another(pid: int, started: float) -> bool:
    """Whether the number went to a process that started long after ours; a group keeps its number in use."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        boot = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except (OSError, StopIteration):
        return False
    ticks = int(stat.rpartition(")")[2].split()[_START_TIME_FIELD])
    return int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK") > started + 5
