"""Whether this installation works: the database answers, and the cluster takes tasks."""

import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from mediadl.operations.instance_lock import InstanceLock
from mediadl.operations.ping import ANSWER_WITHIN_SECONDS, PING_EVERY_SECONDS
from queue_app.liveness import PONG_NAME

# A ping and its answer may be on their way, and the answer's time is the file's.
WORKER_SILENCE_SECONDS = PING_EVERY_SECONDS + ANSWER_WITHIN_SECONDS

log = structlog.get_logger("System")


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of ``/healthz``; each part is ``ok``, ``failed``, or for the worker ``unknown``."""

    database: str
    worker: str

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is known to be wrong."""
        return "failed" not in {self.database, self.worker}


def examine() -> Health:
    """Look at both now."""
    return Health(database=_database(), worker=_worker())


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM logs_logrow LIMIT 1")
    except DatabaseError:
        log.exception("The database does not answer")
        return "failed"
    return "ok"


def _worker() -> str:
    """Judged by the supervisor's pings; without a supervisor on this data folder nobody pings."""
    if not InstanceLock(settings.RUN_DIR).held_by_somebody():
        return "unknown"
    try:
        age = time.time() - (settings.RUN_DIR / PONG_NAME).stat().st_mtime
    except FileNotFoundError:
        return "failed"  # the cluster has just been started, or never answered
    return "ok" if age <= WORKER_SILENCE_SECONDS else "failed"
