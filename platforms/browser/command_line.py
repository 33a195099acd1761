"""Commands to the page process and its answers, each within its time."""

import json
import os
import threading
from collections.abc import Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mediadl.media import FailureKind, MediaError
from mediadl.net.children import ChildResult, stream_child_lines
from mediadl.net.stopping import StopSignal
from platforms.browser.failures import error_for
from platforms.child_lines import LISTING_TIMEOUT_SECONDS
from platforms.contract import ListingContext
from platforms.programs import script

FINISH_SECONDS = 3.0  # the profile's cookies are written when the browser ends properly
_SCRIPT = Path(__file__).with_name("page_process.py")


class CommandLine:
    """The process that drives the browser; ended by :meth:`close`, by the listing's stop, or when it hangs.

    Args:
        folder: the listing's own; the pipe of commands is made there.
        environment: added to the process's clean one.
        patience_seconds: what a command may take beyond its own time.
    """

    def __init__(
        self, context: ListingContext, folder: Path, environment: Mapping[str, str], patience_seconds: float
    ) -> None:
        self.path = folder / "commands"
        os.mkfifo(self.path, 0o600)
        self._pipe = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)  # open at both ends: never blocks, never breaks
        self._context = context
        self._folder = folder
        self._environment = dict(environment)
        self._patience = patience_seconds
        self._stop = StopSignal()
        self._hung = False
        self._unregister = context.stop.on_stop(lambda: self._stop.stop(context.stop.reason))
        self._lines: Generator[str, None, ChildResult] | None = None

    def start(self, options: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Start the process; returns the first thing that it says.

        Raises:
            MediaError: it ended or hangs, or the listing was stopped.
        """
        self._lines = stream_child_lines(
            script(_SCRIPT),
            stop=self._stop,
            proxy_url=self._context.proxy_url,
            cwd=self._folder,
            env=self._environment,
            stdin=json.dumps(options).encode(),
            timeout_seconds=LISTING_TIMEOUT_SECONDS,
        )
        return self._next(seconds)

    def run(self, command: Mapping[str, Any], seconds: float = 0.0) -> dict[str, Any]:
        """Do one thing; returns what it came to.

        Raises:
            MediaError: the page, the browser or the process failed, or the listing was stopped.
        """
        os.write(self._pipe, json.dumps(command).encode() + b"\n")
        said = self._next(seconds)
        if "error" not in said:
            return said
        self._context.stop.raise_if_set()  # its browser is killed a moment before it is
        raise (self.refusal() if said["error"] == "network" else None) or error_for(said)

    def refusal(self) -> MediaError | None:
        """What the guarding proxy refused to the page."""
        return self._context.refusal()

    def finish(self) -> None:
        """Let the browser end properly, if it does so soon."""
        with suppress(MediaError):
            os.write(self._pipe, b'{"do": "close"}\n')
            self._next(0.0, patience=FINISH_SECONDS)

    def close(self) -> None:
        """End the process, whatever it does."""
        self._unregister()
        if self._lines is not None:
            self._lines.close()
        os.close(self._pipe)

    def _next(self, seconds: float, patience: float | None = None) -> dict[str, Any]:
        if self._lines is None:
            raise RuntimeError("the page process was not started")
        watch = threading.Timer(seconds + (self._patience if patience is None else patience), self._give_up)
        watch.daemon = True
        watch.start()
        try:
            answer: dict[str, Any] = json.loads(next(self._lines))
        except StopIteration as end:
            result: ChildResult = end.value
            raise error_for({"error": "crashed", "message": result.stderr_tail[-300:]}) from None
        except MediaError as error:
            if self._hung and error.kind is FailureKind.STOPPED and not self._context.stop.is_set():
                raise error_for({"error": "hung"}) from error
            raise
        else:
            return answer
        finally:
            watch.cancel()

    def _give_up(self) -> None:
        self._hung = True
        self._stop.stop("fence")
