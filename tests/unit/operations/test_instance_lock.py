"""One supervisor a data folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mediadl.environment import EnvironmentProblem
from mediadl.operations.instance_lock import InstanceLock


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path: Path):
    first, second = InstanceLock(tmp_path), InstanceLock(tmp_path)
    first.acquire()
    with pytest.raises(EnvironmentProblem, match=f"process {os.getpid()}"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_whether_somebody_holds_it_can_be_asked_without_holding_it(tmp_path: Path):
    lock = InstanceLock(tmp_path)
    assert not lock.held_by_somebody()
    lock.acquire()
    assert InstanceLock(tmp_path).held_by_somebody()
    lock.release()
    assert not lock.held_by_somebody()


def test_a_killed_holder_leaves_the_lock_free(tmp_path: Path):
    program = (
        "import sys, time, pathlib\n"
        "from mediadl.operations.instance_lock import InstanceLock\n"
        "InstanceLock(pathlib.Path(sys.argv[1])).acquire()\n"
        "print('held', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert InstanceLock(tmp_path).held_by_somebody()
        holder.kill()
    InstanceLock(tmp_path).acquire()
