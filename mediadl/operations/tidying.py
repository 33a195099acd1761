"""Keeps what only grows bounded: log lines, events, the broker's records."""

from mediadl.operations.tick import every

EVENTS_EVERY_SECONDS = 5 * 60.0
LOGS_EVERY_SECONDS = 3600.0
BROKER_EVERY_SECONDS = 3600.0


def register_tidying() -> None:
    """Have the supervisor do all of it from time to time."""
    every(EVENTS_EVERY_SECONDS, "trimming of events", _trim_events)
    every(LOGS_EVERY_SECONDS, "trimming of logs", trim_logs)
    every(BROKER_EVERY_SECONDS, "trimming of the broker", _trim_broker)


def trim_logs() -> None:
    """Delete log lines and files that are older than the setting ``logs.keep_days``."""
    from mediadl.configuration.selectors import value
    from mediadl.logs.services import clear_logs

    clear_logs(older_than_days=int(value("logs.keep_days")))


def _trim_events() -> None:
    from mediadl.events.services import trim_outbox

    trim_outbox()


def _trim_broker() -> None:
    from mediadl.operations.broker import forget_failed_tasks

    forget_failed_tasks()
