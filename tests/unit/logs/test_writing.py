"""A line that is logged ends in the day's file, the table and the admins' socket, without anybody waiting."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import structlog
from django.db import transaction

from mediadl import clock
from mediadl.events.models import Audience, OutboxEvent
from mediadl.logs.configure import configure_console_only, configure_logging, flush_logs, set_sink
from mediadl.logs.daily_files import path_of
from mediadl.logs.models import LogCount, LogRow
from mediadl.logs.records import LogRecord
from mediadl.logs.storing import LogStore
from mediadl.logs.writer import WAITING_LINES_LIMIT, LogWriter


@pytest.fixture
def folder(tmp_path: Path, settings) -> Iterator[Path]:
    """Logging as in a process of the product, into a folder of the test's own."""
    settings.LOGS_DIR = tmp_path
    configure_logging("test")
    yield tmp_path
    flush_logs()
    configure_console_only()
    structlog.contextvars.clear_contextvars()


def _file_lines(folder: Path) -> list[dict]:
    path = path_of(folder, clock.now().date())
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


@pytest.mark.django_db(transaction=True)
def test_a_line_is_in_the_file_the_table_and_the_outbox(folder: Path):
    structlog.contextvars.bind_contextvars(request_id="r-1", queue_id=7)
    structlog.get_logger("Instagram").info("Downloaded %d posts", 8, username="evalongoria", password="hunter2")
    assert flush_logs()

    metadata = {"request_id": "r-1", "queue_id": 7, "username": "evalongoria", "password": "***"}
    row = LogRow.objects.get()
    assert (row.level, row.module, row.message) == ("INFO", "Instagram", "Downloaded 8 posts")
    assert row.metadata == metadata
    (line,) = _file_lines(folder)
    assert line["message"] == "Downloaded 8 posts"
    assert line["metadata"] == metadata
    assert line["process"] == "test"
    assert line["timestamp"] == clock.isoformat_milliseconds(row.timestamp)
    event = OutboxEvent.objects.get()
    assert (event.type, event.audience) == ("log", Audience.ADMINS)
    assert orjson.loads(event.data) == {"level": "INFO", "module": "Instagram", "message": "Downloaded 8 posts"}
    assert LogCount.objects.get().n == 1


@pytest.mark.django_db(transaction=True)
def test_a_line_logged_inside_a_transaction_outlives_its_rollback(folder: Path):
    class Refused(Exception):
        pass

    @transaction.atomic
    def fail() -> None:
        structlog.get_logger("Queue").warning("about to fail")
        raise Refused

    with pytest.raises(Refused):
        fail()
    assert flush_logs()
    assert LogRow.objects.get().message == "about to fail"


@pytest.mark.django_db(transaction=True)
def test_an_exception_keeps_its_traceback_in_the_metadata(folder: Path):
    try:
        int("no number")
    except ValueError:
        structlog.get_logger("System").exception("That was no number")
    flush_logs()
    row = LogRow.objects.get()
    assert row.level == "ERROR"
    assert "ValueError: invalid literal" in row.metadata["exception"]
    assert "Traceback" not in row.message


@pytest.mark.django_db(transaction=True)
def test_libraries_that_use_the_standard_module_are_heard_from_warning_on(folder: Path):
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("token=%s refused", "abcdef")
    logging.getLogger("django-q").critical("reincarnated worker after death")
    flush_logs()
    rows = {row.message: row for row in LogRow.objects.all()}
    assert set(rows) == {"token=*** refused", "reincarnated worker after death"}
    assert rows["token=*** refused"].metadata == {"logger": "some.library"}
    assert rows["reincarnated worker after death"].level == "ERROR"


def test_modules_are_the_specifications_and_debug_is_left_out():
    heard: list[LogRecord] = []
    set_sink(heard.append)
    structlog.get_logger("TikTok").info("one")
    structlog.get_logger("anything.else").info("two")
    structlog.get_logger("Web").debug("three")
    configure_console_only()
    assert [(record.module, record.message) for record in heard] == [("TikTok", "one"), ("System", "two")]


def test_huge_lines_are_cut_but_keep_the_end_of_the_traceback():
    heard: list[LogRecord] = []
    set_sink(heard.append)
    structlog.get_logger("Web").error("x" * 100_000, page="y" * 500_000, exception="z" * 100_000 + "the reason")
    configure_console_only()
    (record,) = heard
    assert len(record.as_json_line()) < 50_000
    assert record.metadata["exception"].endswith("the reason")
    assert record.metadata["cut"] is True


def _record(message: str, module: str = "System") -> LogRecord:
    return LogRecord(clock.now(), "INFO", module, message, {})


def test_nobody_waits_for_a_slow_store_and_too_many_lines_are_counted():
    gate, entered = threading.Event(), threading.Event()
    stored: list[str] = []
    lost: list[int] = []

    def store(batch):
        entered.set()
        gate.wait(20)
        stored.extend(record.message for record in batch)

    writer = LogWriter(store, lost.append)
    writer.submit(_record("first"))
    assert entered.wait(5)
    started = clock.monotonic()
    for number in range(WAITING_LINES_LIMIT + 5):
        writer.submit(_record(str(number)))
    assert clock.monotonic() - started < 5
    gate.set()
    assert writer.flush(20)
    assert stored == ["first", *map(str, range(WAITING_LINES_LIMIT))]
    assert lost == [5]


def test_what_the_store_itself_logs_is_dropped_instead_of_going_round_for_ever():
    stored: list[str] = []

    def store(batch):
        stored.extend(record.message for record in batch)
        writer.submit(_record("from the store"))

    writer = LogWriter(store, lambda _count: None)
    writer.submit(_record("from outside"))
    assert writer.flush()
    assert writer.flush()
    assert stored == ["from outside"]


@pytest.mark.django_db(transaction=True)
def test_rows_that_the_database_refuses_stay_in_the_file_with_a_note(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("mediadl.logs.storing.RETRY_SECONDS", (0.0,))
    LogStore(tmp_path, "test").store([_record("kept", module="x" * 300), _record("\0")])
    lines = _file_lines(tmp_path)
    assert lines[0]["message"] == "kept"
    # SQLite takes any length; PostgreSQL would not: in both cases the file has the line.
    assert LogRow.objects.count() in {0, 2}


def test_a_folder_that_cannot_be_written_is_said_on_the_console(tmp_path: Path, capsys, monkeypatch):
    (tmp_path / "file").touch()
    store = LogStore(tmp_path / "file" / "logs", "test")
    monkeypatch.setattr(store, "_store_rows", lambda _records: None)
    store.store([_record("lost")])
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_many_threads_lose_no_line(folder: Path):
    log = structlog.get_logger("Downloads")

    def work(name: int) -> None:
        for number in range(50):
            log.info("line", thread=name, number=number)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert flush_logs()
    assert LogRow.objects.count() == 400
    assert len(_file_lines(folder)) == 400
    assert sum(LogCount.objects.values_list("n", flat=True)) == 400
