"""Named points at which a test can make the product raise or die.

``MEDIADL_FAILPOINTS`` is a comma-separated list of ``name=action`` with an optional count of
passes to let through first: ``store.before_rename=kill@3``. Actions: ``raise`` (a
:class:`FailpointReached`), ``kill`` (SIGKILL to the own process). The variable is refused unless
``MEDIADL_ENV=test``; without it a point costs one dictionary look-up in an empty dictionary.
"""

import os
import signal
import threading
from collections.abc import Mapping

ENGINE_POINTS: Mapping[str, str] = {
    "queue.before_commit": "a change of the queue, by a person, a job, the reaper or a worker, before its events",
    "engine.before_heartbeat": "a worker's leases, before they are renewed",
    "engine.after_claim": "items are claimed, not yet committed",
    "engine.before_listed": "what a listing found, before it is written",
    "engine.after_listing": "a listing has ended well",
    "engine.before_fetch": "a partial file is held, nothing is asked yet",
    "fetch.mid_body": "half of a body is on disk",
    "engine.before_verify": "a whole body is on disk, unchecked",
    "store.before_sync": "the journal is written, nothing is synced",
    "store.before_rename": "a synced file, before it gets its name",
    "store.after_rename": "files have their names, their folders are not synced",
    "engine.before_outcome": "files are at their places, nothing is recorded",
    "store.before_commit": "records are written, not committed",
    "engine.before_end": "an item is about to end or to wait",
    "engine.before_commit": "a batch of results is written, not committed",
    "engine.after_commit": "a batch is committed, nobody was told",
    "engine.before_progress": "progress, before it is written",
    "events.before_publish": "a transaction is complete but for its events",
    "store.before_heal": "files that a crash left, before they are adopted",
    "schedule.before_start": "a scheduled run, before it is written",
}
"""On the way of a queue item: ``tests/soak`` raises and kills at each of them."""

# Off the way of a queue item; tests/unit/downloads/{bin,upgrade} break each of them.
LIBRARY_POINTS: Mapping[str, str] = {
    "bin.before_rename": "entries of the recycle bin are committed, their files are where they were",
    "bin.after_rename": "files have moved into the recycle bin, its folder is not synced",
    "bin.before_settle": "files lie in the recycle bin, their entries do not say so yet",
    "bin.before_restore": "an entry says where its file goes, the file is still in the bin",
    "bin.after_restore": "a restored file is at its place, nothing is recorded",
    "bin.after_purge": "files of the recycle bin are gone, their entries are not",
    "upgrade.before_commit": "a larger picture's record is exchanged, not committed",
    "upgrade.after_commit": "a larger picture's record is committed, the old file is where it was",
    "upgrade.before_undo_commit": "an undo is written, not committed",
}

POINTS: Mapping[str, str] = {**ENGINE_POINTS, **LIBRARY_POINTS}


class FailpointReached(Exception):
    """A test asked this point to raise."""


_lock = threading.Lock()
_armed: dict[str, tuple[str, int]] = {}
_reached: set[str] = set()


def arm(specification: str) -> None:
    """Arm the points named in ``specification`` (see the module's text); empty disarms all.

    Raises:
        ValueError: an entry is not ``name=raise`` or ``name=kill`` with an optional ``@passes``,
            or there is no such point.
    """
    armed: dict[str, tuple[str, int]] = {}
    for entry in filter(None, (part.strip() for part in specification.split(","))):
        name, _, action = entry.partition("=")
        action, _, passes = action.partition("@")
        if name not in POINTS or action not in {"raise", "kill"} or (passes and not passes.isdigit()):
            raise ValueError(f"{entry!r} is not a failpoint such as store.before_rename=kill@3")
        armed[name] = (action, int(passes or 0))
    with _lock:
        _armed.clear()
        _armed.update(armed)
        _reached.clear()


def was_reached(name: str) -> bool:
    """Whether the point ``name`` raised since it was armed: a test that never came there proves nothing."""
    with _lock:
        return name in _reached


def reach(name: str) -> None:
    """Pass the point ``name``: does nothing unless a test armed it."""
    if not _armed:
        return
    with _lock:
        action, passes = _armed.get(name, ("", 0))
        if not action:
            return
        if passes:
            _armed[name] = (action, passes - 1)
            return
        del _armed[name]
        _reached.add(name)
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailpointReached(name)
