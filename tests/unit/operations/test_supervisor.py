"""The supervisor over small programs of the test's own: started, restarted, stopped, none left over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from mediadl.operations.child import BACKOFF_SECONDS, HEALTHY_SECONDS, Child

# Runs a supervisor over children given as "name=python code"; reports each start and end.
SUPERVISOR = """
import sys, pathlib
from mediadl.operations.child import Child
from mediadl.operations.supervisor import Supervisor
import os
folder = pathlib.Path(sys.argv[1])
children = [
    Child(name, [sys.executable, "-c", code], {**os.environ, "MEDIADL_SUPERVISOR_PID": str(os.getpid())})
    for name, _, code in (argument.partition("=") for argument in sys.argv[2:])
]
def say(*words): print(*words, flush=True)
Supervisor(
    children, folder, on_started=lambda name: say("started", name), on_ended=lambda name, n: say("ended", name, n)
).run()
say("stopped")
"""
TIED = "from mediadl.operations.process_ties import die_with_supervisor; die_with_supervisor();"
SLEEPS = TIED + "import time; print('up', flush=True); time.sleep(100)"
STUBBORN = TIED + (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(100)"
)
# Starts a grandchild in a session of its own that nobody tied to anything, then ends.
LEAVES_ORPHAN = TIED + (
    "import subprocess, sys, time;"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'], start_new_session=True);"
    "print('orphan', p.pid, flush=True); time.sleep(0.3); import os; os._exit(1)"
)


class Running:
    """A supervisor process under test."""

    def __init__(self, folder: Path, **children: str) -> None:
        arguments = [f"{name}={code}" for name, code in children.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(folder), *arguments], stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: Any) -> None:
        self.process.kill()
        self.process.communicate()

    def read_until(self, wanted: Callable[[str], bool]) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if wanted(line):
                return line
        raise AssertionError("the supervisor ended")

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def _gone(processes: list[psutil.Process], seconds: float = 2.0) -> bool:
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def test_a_stop_sets_the_flag_and_ends_all_children(tmp_path: Path):
    with Running(tmp_path, one=SLEEPS, two=SLEEPS) as supervisor:
        supervisor.read_until(lambda line: line == "up\n")
        supervisor.read_until(lambda line: line == "up\n")
        assert not (tmp_path / "stopping").exists()
        tree = supervisor.tree()
        assert len(tree) == 2
        supervisor.process.send_signal(signal.SIGTERM)
        supervisor.read_until(lambda line: line == "stopped\n")
        assert (tmp_path / "stopping").exists()
        assert _gone(tree)


def test_a_crashed_child_is_started_again(tmp_path: Path):
    with Running(tmp_path, one=SLEEPS) as supervisor:
        supervisor.read_until(lambda line: line == "up\n")
        (child,) = supervisor.tree()
        child.kill()
        supervisor.read_until(lambda line: line == "ended one 1\n")
        supervisor.read_until(lambda line: line == "started one\n")
        supervisor.read_until(lambda line: line == "up\n")
        assert supervisor.tree()[0].pid != child.pid


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path):
    with Running(tmp_path, one=SLEEPS, two=STUBBORN) as supervisor:
        supervisor.read_until(lambda line: line == "up\n")
        supervisor.read_until(lambda line: line == "up\n")
        tree = supervisor.tree()
        supervisor.process.kill()
        assert _gone(tree)


def test_orphans_of_a_child_are_ended(tmp_path: Path):
    with Running(tmp_path, one=LEAVES_ORPHAN) as supervisor:
        line = supervisor.read_until(lambda line: line.startswith("orphan"))
        orphan = psutil.Process(int(line.split()[1]))
        supervisor.read_until(lambda line: line.startswith("ended"))
        assert _gone([orphan], 3.0)


def test_a_second_signal_does_not_wait_for_a_stubborn_child(tmp_path: Path):
    with Running(tmp_path, one=STUBBORN) as supervisor:
        supervisor.read_until(lambda line: line == "up\n")
        tree = supervisor.tree()
        supervisor.process.send_signal(signal.SIGINT)
        flag = tmp_path / "stopping"
        while not flag.exists():
            time.sleep(0.01)
        started = time.monotonic()
        supervisor.process.send_signal(signal.SIGINT)
        supervisor.read_until(lambda line: line == "stopped\n")
        assert time.monotonic() - started < 3
        assert _gone(tree)


def test_waits_between_restarts_grow_and_end_after_a_healthy_life():
    child = Child("web", [sys.executable, "-c", "pass"], dict(os.environ))
    now = 0.0
    waits = []
    for _ in range(8):
        child.start(now)
        os.waitpid(child.pid or 0, 0)
        child.ended(1, now)
        waits.append(child.start_at - now)
        now = child.start_at
    assert waits == pytest.approx([*BACKOFF_SECONDS, BACKOFF_SECONDS[-1], BACKOFF_SECONDS[-1]])
    child.start(now)
    os.waitpid(child.pid or 0, 0)
    died = now + HEALTHY_SECONDS + 1
    child.ended(1, died)
    assert child.start_at == pytest.approx(died + BACKOFF_SECONDS[0])


def test_all_waits_between_restarts_are_scaled_for_tests_that_kill_again_and_again():
    child = Child("web", [sys.executable, "-c", "pass"], dict(os.environ), wait_scale=0.1)
    for ended_at, wait in ((0.0, BACKOFF_SECONDS[0]), (1.0, BACKOFF_SECONDS[1]), (20.0, BACKOFF_SECONDS[0])):
        child.start(ended_at - (HEALTHY_SECONDS / 10 if ended_at == 20.0 else 0))
        os.waitpid(child.pid or 0, 0)
        child.ended(1, ended_at)
        assert child.start_at - ended_at == pytest.approx(wait / 10)
