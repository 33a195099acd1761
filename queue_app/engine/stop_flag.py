"""How a drain learns that the product stops: the cluster waits for running tasks and tells them nothing."""

import os
from pathlib import Path

from django.conf import settings

STOPPING_NAME = "stopping"


class StopFlag:
    """Set by the supervisor's file, by the death of the parent process, or by :meth:`set`."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._is_set = False

    def set(self) -> None:
        """Ask the drain of this process to stop."""
        self._is_set = True

    def is_set(self) -> bool:
        """Whether the drain should hand everything back."""
        if not self._is_set:
            self._is_set = os.getppid() != self._parent or (Path(settings.RUN_DIR) / STOPPING_NAME).exists()
        return self._is_set
