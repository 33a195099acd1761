"""The access log: one structured line a request, without secrets."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import orjson
import structlog

from mediadl import clock

FILE_BYTES = 10 * 1024 * 1024
OLD_FILES = 2
_SECRETS = re.compile(r"(?i)(^|[?&])(token|ticket|access|refresh|password|api_key|code)=[^&#]*")


def redacted(target: str) -> str:
    """``target`` (a path with query) with the values of secret parameters replaced."""
    return _SECRETS.sub(r"\1\2=***", target)


class AccessLog:
    """Writes one JSON line a request into a file that rotates by size.

    A file of its own: a busy page would otherwise push everything else out of the product's log,
    and each of its rows costs a transaction.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._handler = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8")
        self._log = structlog.wrap_logger(
            _Lines(self._handler),
            processors=[_timestamp, structlog.processors.JSONRenderer(serializer=_json)],
            wrapper_class=structlog.BoundLogger,
        )

    def __call__(self, _protocol: object, action: str, details: dict[str, Any]) -> None:
        """daphne's action logger: called when an answer is complete and when a socket changes state."""
        fields: dict[str, Any] = {"path": redacted(str(details.get("path", ""))), "client": details.get("client")}
        if action == "complete":
            fields["method"] = details.get("method")
            fields["status"] = details.get("status")
            fields["bytes"] = details.get("size")
            fields["milliseconds"] = round(float(details.get("time_taken") or 0.0) * 1000, 1)
        self._log.info("request" if action == "complete" else f"socket {action}", **fields)

    def close(self) -> None:
        """Close the file."""
        self._handler.close()


class _Lines:
    """What structlog writes to."""

    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler

    def info(self, line: str) -> None:
        self._handler.emit(logging.LogRecord("access", logging.INFO, "", 0, line, None, None))


def _timestamp(_logger: object, _name: str, event: Any) -> Any:
    event["timestamp"] = clock.isoformat_milliseconds(clock.now())
    return event


def _json(event: Any, **_options: Any) -> str:
    return orjson.dumps(event).decode()
