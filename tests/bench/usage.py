"""What a whole process tree uses while something runs: wall time, CPU time, peak memory."""

import resource
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.25
_MEMORY_SHARE = 0.01  # of the time: to ask the kernel for it costs a large process some ten milliseconds


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of wall and CPU time, and the most memory (PSS, MB) that was seen."""

    wall: float
    cpu: float
    memory_mb: float


def run(command: Sequence[str], *, cwd: Path) -> Usage:
    """Run ``command`` to its end and measure it with everything it starts.

    Raises:
        RuntimeError: it failed; the text has what it wrote.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with TreeMeter(process.pid) as meter:
        output, _nothing = process.communicate()
    wall = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {output[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # exact, where samples miss the last moments
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Usage(wall, cpu, meter.memory_mb)


def measure(pid: int, work: Callable[[], None]) -> Usage:
    """Run ``work`` here and measure the tree below ``pid`` meanwhile."""
    started = time.perf_counter()
    with TreeMeter(pid) as meter:
        work()
        wall = time.perf_counter() - started
    return Usage(wall, meter.cpu, meter.memory_mb)


class TreeMeter:
    """Samples a process tree until the ``with`` block ends."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._cpu: dict[int, float] = {}
        self._start: dict[int, float] = {}
        self._names: dict[int, str] = {}
        self._memory_due = 0.0
        self.memory_mb = 0.0

    @property
    def by_process(self) -> dict[str, float]:
        """CPU seconds since the block began, by what each process is."""
        told: dict[str, float] = {}
        for pid, seconds in self._cpu.items():
            name = self._names.get(pid, "?")
            told[name] = told.get(name, 0.0) + seconds - self._start.get(pid, 0.0)
        return told

    @property
    def cpu(self) -> float:
        """CPU seconds of the tree since the block began."""
        return sum(self._cpu.values()) - sum(self._start.values())

    def __enter__(self) -> "TreeMeter":
        self._sample()
        self._start = dict(self._cpu)
        self.memory_mb = 0.0
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self._sample(with_memory=time.perf_counter() > self._memory_due)
        self._sample()

    def _sample(self, *, with_memory: bool = True) -> None:
        memory, took = 0, 0.0
        try:
            processes = [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for process in processes:
            try:
                if process.pid not in self._names:
                    self._names[process.pid] = " ".join(process.cmdline()[1:5])[:60]
                times = process.cpu_times()
                self._cpu[process.pid] = times.user + times.system
                if with_memory:
                    started = time.perf_counter()
                    memory += process.memory_full_info().pss
                    took += time.perf_counter() - started
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        self.memory_mb = max(self.memory_mb, memory / 1e6)
        if with_memory:
            self._memory_due = time.perf_counter() + took / _MEMORY_SHARE
