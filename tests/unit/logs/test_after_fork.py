"""A forked worker of the cluster logs too: threads do not survive a fork."""

import subprocess
import sys

PROGRAM = """
import multiprocessing
from mediadl import clock
from mediadl.logs.records import LogRecord
from mediadl.logs.writer import LogWriter

def store(batch):
    for record in batch:
        print(multiprocessing.current_process().name, record.message, flush=True)

writer = LogWriter(store, print)

def say(message):
    writer.submit(LogRecord(clock.now(), "INFO", "System", message, {}))

say("before")
writer.flush()
child = multiprocessing.get_context("fork").Process(target=say, args=("inside",), name="child")
child.start()
child.join(20)
say("after")
writer.flush()
"""


def test_lines_of_a_forked_child_are_stored_by_its_own_thread():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["MainProcess before", "child inside", "MainProcess after"]
