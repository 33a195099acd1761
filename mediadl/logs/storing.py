"""Where a batch of log lines goes: the daily file first, then the rows and events."""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from mediadl import clock
from mediadl.events.services import log_event, publish_many
from mediadl.logs import daily_files
from mediadl.logs.counting import add_counts
from mediadl.logs.models import LogRow
from mediadl.logs.records import DEFAULT_MODULE, LogRecord
from mediadl.plain_sql import as_stored, insert

# A database that is busy or not yet migrated gets these waits before its rows are given up.
RETRY_SECONDS = (0.5, 2.0, 5.0)
_COLUMNS = ("timestamp", "level", "module", "message", "metadata")


class LogStore:
    """Stores batches; whatever fails, the lines that can be kept are kept, and nothing is raised."""

    def __init__(self, folder: Path, process: str) -> None:
        self._folder = folder
        self._process = process

    def store(self, records: Sequence[LogRecord]) -> None:
        """Write a batch into its files and, as one transaction, into the table and the outbox."""
        try:
            daily_files.append(self._folder, records)
        except OSError as error:
            sys.stderr.write(f"mediadl: log lines cannot be written to {self._folder}: {error.strerror}\n")
        self._store_rows(records)

    def lost(self, count: int) -> None:
        """Say in the log itself that lines were dropped."""
        message = f"{count} log lines were dropped: more came than could be stored"
        self.store([LogRecord(clock.now(), "WARNING", DEFAULT_MODULE, message, {}, self._process)])

    def _store_rows(self, records: Sequence[LogRecord]) -> None:
        for wait in (*RETRY_SECONDS, None):
            try:
                insert_rows(records)
            except DatabaseError as error:
                connection.close()
                if wait is None:
                    self._note_lost_rows(len(records), error)
                    return
                time.sleep(wait)
            else:
                return

    def _note_lost_rows(self, count: int, error: DatabaseError) -> None:
        message = f"{count} log lines are only in this file: the database did not take them"
        note = LogRecord(clock.now(), "ERROR", DEFAULT_MODULE, message, {"error": str(error)}, self._process)
        try:
            daily_files.append(self._folder, [note])
        except OSError:
            return  # already said on stderr


def insert_rows(records: Sequence[LogRecord]) -> None:
    """Insert the rows, their counts and their events in one short transaction.

    Raises:
        DatabaseError: nothing was inserted.
    """
    rows = [
        (as_stored(one.timestamp), one.level, one.module, one.message, json.dumps(dict(one.metadata)))
        for one in records
    ]
    events = [log_event(level=r.level, module=r.module, message=r.message, at=r.timestamp) for r in records]
    with transaction.atomic():
        insert(LogRow, _COLUMNS, rows)
        add_counts(Counter((one.timestamp, one.level, one.module) for one in records))
        publish_many(events)
