"""Named points at which a test can make the product raise or die.

``MEDIADL_FAILPOINTS`` is a comma-separated list of ``name=action`` with an optional count of
passes to let through first: ``store.before_rename=kill@3``. Actions: ``raise`` (a
:class:`FailpointReached`), ``kill`` (SIGKILL to the own process). The variable is refused unless
``MEDIADL_ENV=test``; without it a point costs one dictionary look-up in an empty dictionary.
"""

import os
import signal
import threading


class FailpointReached(Exception):
    """A test asked this point to raise."""


_lock = threading.Lock()
_armed: dict[str, tuple[str, int]] = {}


def arm(specification: str) -> None:
    """Arm the points named in ``specification`` (see the module's text); empty disarms all.

    Raises:
        ValueError: an entry is not ``name=raise`` or ``name=kill`` with an optional ``@passes``.
    """
    armed: dict[str, tuple[str, int]] = {}
    for entry in filter(None, (part.strip() for part in specification.split(","))):
        name, _, action = entry.partition("=")
        action, _, passes = action.partition("@")
        if not name or action not in {"raise", "kill"} or (passes and not passes.isdigit()):
            raise ValueError(f"{entry!r} is not a failpoint such as store.before_rename=kill@3")
        armed[name] = (action, int(passes or 0))
    with _lock:
        _armed.clear()
        _armed.update(armed)


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
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailpointReached(name)
