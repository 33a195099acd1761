"""The answer to the supervisor's question whether the cluster still takes tasks."""

import os

from django.conf import settings

PONG_NAME = "pong"


def record_ping(token: str) -> None:
    """Write the token of the ping that just came through, whole or not at all."""
    folder = settings.RUN_DIR
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f".{PONG_NAME}.{os.getpid()}"
    fresh.write_text(token, "ascii", "replace")
    fresh.replace(folder / PONG_NAME)


def last_ping() -> str:
    """The token that was answered last; empty if none was."""
    try:
        return (settings.RUN_DIR / PONG_NAME).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
