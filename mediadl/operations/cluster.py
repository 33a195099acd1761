"""``mediadl worker``: a django-q2 cluster whose every process dies with the one above it."""

import gc
import os
import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connections

from mediadl.operations.instance_lock import InstanceLock
from mediadl.operations.lookout import LOOK_EVERY_SECONDS, Lookout
from mediadl.operations.process_ties import tie_every_fork
from mediadl.operations.supervisor import STOP_FLAG_NAME

_ALLOCATIONS_BETWEEN_COLLECTIONS = 10_000  # the usual 700 cost a fiftieth of the engine's time
_NICENESS = 3  # a person who waits for a page comes before files that arrive


def run_cluster() -> int:
    """Run the cluster until SIGTERM or SIGINT, or until its sentinel is gone; returns the exit code.

    Under ``mediadl serve`` the supervisor owns the stop flag that the drain watches; a worker on
    its own keeps the flag itself, and looks at the queue itself: the supervisor of another host
    wakes only its own cluster.
    """
    from django_q.cluster import Cluster

    # Loaded before the fork: the workers share its memory, and a pasted link need not wait for it.
    import queue_app.engine.drain
    import queue_app.tasks  # noqa: F401

    os.nice(_NICENESS)
    tie_every_fork()
    connections.close_all()
    cluster = Cluster()
    is_alone = not InstanceLock(settings.RUN_DIR).held_by_somebody()
    if is_alone:
        _keep_own_stop_flag(cluster)
    # What is loaded now stays: the collector need not touch, and so copy, the pages shared with forks.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
    cluster.start()
    lookout = Lookout()
    while is_alone and cluster.sentinel.is_alive():
        lookout.look_patiently()
        cluster.sentinel.join(LOOK_EVERY_SECONDS)
    cluster.sentinel.join()
    return int(bool(cluster.sentinel.exitcode))


def _keep_own_stop_flag(cluster: Any) -> None:
    flag = settings.RUN_DIR / STOP_FLAG_NAME
    flag.unlink(missing_ok=True)

    def stop(number: int, frame: FrameType | None) -> None:
        flag.touch()
        cluster.sig_handler(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
