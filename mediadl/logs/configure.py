"""Sets logging up for a process: structlog for our code, the standard module for everybody else's.

``structlog.get_logger("Queue")``: the name is the specification's module. What was bound with
``structlog.contextvars`` (``request_id``, ``queue_id``, ``job_id``, ``user``) is in every line.
"""

import atexit
import logging
import sys
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
import structlog

from mediadl import clock
from mediadl.logs.records import (
    DEFAULT_MODULE,
    LEVELS,
    MESSAGE_CHARACTERS,
    METADATA_BYTES,
    MODULES,
    LogRecord,
    text_line,
)
from mediadl.logs.redaction import redact, redact_text

Sink = Callable[[LogRecord], None]

_process = ""
_sink: Sink = lambda _record: None  # noqa: E731 - replaced as a value by configure_logging
_flush: Callable[[], bool] = lambda: True  # noqa: E731 - replaced as a value by configure_logging

# Libraries that tell at INFO or WARNING what is none of the operator's business.
_QUIET = {"django.request": logging.ERROR, "django.security.DisallowedHost": logging.CRITICAL}


class ModuleLogger:
    """What structlog writes to: hands a finished record to the sink of this process."""

    def __init__(self, name: str = DEFAULT_MODULE) -> None:
        self.name = name if name in MODULES else DEFAULT_MODULE

    def write(self, record: LogRecord) -> None:
        """Take a record."""
        _sink(record)

    debug = info = warning = error = critical = exception = log = write


class StandardHandler(logging.Handler):
    """Brings the lines of libraries that use :mod:`logging` into the same files and rows."""

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line of the standard module."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        fields: dict[str, Any] = {"logger": record.name, **structlog.contextvars.get_contextvars()}
        _sink(_record(record.levelname, DEFAULT_MODULE, message, fields, record.exc_info))


def configure_logging(process: str, *, console: bool = False) -> None:
    """Log to the daily files and the table from now on.

    Args:
        process: what this process is ("web", "worker", "serve"), kept in the file's lines.
        console: show the lines on stderr too.
    """
    from django.conf import settings

    from mediadl.logs.storing import LogStore
    from mediadl.logs.writer import LogWriter

    store = LogStore(settings.LOGS_DIR, process)
    writer = LogWriter(store.store, store.lost)

    def sink(record: LogRecord) -> None:
        if console:
            show(record)
        writer.submit(record)

    set_sink(sink, process=process, flush=writer.flush)
    atexit.register(writer.flush)


def configure_console_only() -> None:
    """For commands without a log of their own: warnings and errors go to stderr."""

    def sink(record: LogRecord) -> None:
        if record.level in {"WARNING", "ERROR"}:
            show(record)

    set_sink(sink)


def set_sink(sink: Sink, *, process: str = "", flush: Callable[[], bool] = lambda: True) -> None:
    """Send every record of this process to ``sink`` (a test's list, for example)."""
    global _sink, _process, _flush
    _sink, _process, _flush = sink, process, flush
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _finish],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=ModuleLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [StandardHandler()]
    root.setLevel(logging.WARNING)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    cluster = logging.getLogger("django-q")  # brings a console handler of its own
    cluster.handlers.clear()
    cluster.propagate = True
    logging.captureWarnings(capture=True)


def flush_logs() -> bool:
    """Wait a moment until everything logged so far is stored; False if that took too long."""
    return _flush()


def show(record: LogRecord) -> None:
    """Print a record on stderr."""
    sys.stderr.write(text_line(orjson.loads(record.as_json_line())))


def _finish(
    logger: ModuleLogger, method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[LogRecord], dict[str, Any]]:
    """structlog's last processor: the event becomes a record."""
    fields = dict(event)
    message = str(fields.pop("event", ""))
    exc_info = fields.pop("exc_info", None)
    if exc_info is True or (exc_info is None and method == "exception"):
        exc_info = sys.exc_info()
    return (_record(method.upper(), logger.name, message, fields, exc_info),), {}


def _record(level: str, module: str, message: str, fields: dict[str, Any], exc_info: object) -> LogRecord:
    trace = _trace(exc_info)
    if trace:
        fields["exception"] = trace
    return LogRecord(
        timestamp=clock.now(),
        level=level if level in LEVELS else "ERROR",
        module=module,
        message=redact_text(message[:MESSAGE_CHARACTERS]),
        metadata=_bounded(redact(fields)),
        process=_process,
    )


def _trace(exc_info: object) -> str:
    if isinstance(exc_info, BaseException):
        return "".join(traceback.format_exception(exc_info))
    if isinstance(exc_info, tuple) and len(exc_info) == 3 and exc_info[1] is not None:
        return "".join(traceback.format_exception(exc_info[1]))
    return ""


def _bounded(metadata: dict[str, Any]) -> dict[str, Any]:
    """The metadata if it is small enough, else with its long values cut."""
    if len(orjson.dumps(metadata)) <= METADATA_BYTES:
        return metadata
    share = METADATA_BYTES // max(1, len(metadata)) // 2
    cut = {key[:200]: _cut(value, share) for key, value in list(metadata.items())[:100]}
    return {**cut, "cut": True}


def _cut(value: Any, characters: int) -> Any:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    # The end of a traceback says more than its beginning.
    return value if len(text) <= characters else "…" + text[-characters:]
