"""Maintenance: each job once an hour, by one scheduler, in steps, whatever happens to the others."""

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connections
from django.test import Client

from downloads.models import Download
from downloads.thumbnails import thumbnail_path
from mediadl import clock
from mediadl.accounts.models import LoginFailure, Session, SocketTicket
from mediadl.api.models import IdempotencyRecord
from mediadl.configuration.services import change
from mediadl.events.models import OutboxEvent
from mediadl.logs.models import LogRow
from mediadl.logs.records import LogRecord
from mediadl.logs.storing import insert_rows
from mediadl.notifications.models import Message
from platforms.models import Circuit
from scheduler import maintenance, maintenance_jobs
from scheduler.maintenance import MaintenanceJob, Step, register_maintenance, run_due_maintenance
from scheduler.models import MaintenanceRun
from tests.api.clients import make_user
from tests.unit.downloads.library import add_downloads
from tests.unit.downloads.test_limits import library
from tests.unit.scheduler.test_jobs_and_runs import NOON, HeldClock

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def held() -> Iterator[HeldClock]:
    source = HeldClock()
    with clock.clock_set_to(source):
        yield source


@pytest.fixture
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "_jobs", {})


class Counted:
    """A job that counts its steps and answers as told."""

    def __init__(self, *answers: Step) -> None:
        self.positions: list[str] = []
        self.answers = list(answers)

    def __call__(self, position: str) -> Step:
        self.positions.append(position)
        return self.answers.pop(0) if self.answers else Step()


def run_everything() -> None:
    """Look until nothing is due any more."""
    while run_due_maintenance():
        pass


def test_a_job_runs_at_once_and_then_once_an_hour(held: HeldClock, no_jobs: None):
    job = Counted()
    register_maintenance(MaintenanceJob("one", job))

    assert run_due_maintenance() == 1
    held.forward(minutes=59)
    assert run_due_maintenance() == 0
    held.forward(minutes=1)
    assert run_due_maintenance() == 1
    assert len(job.positions) == 2


def test_an_unfinished_job_goes_on_where_it_stopped_at_the_next_look(held: HeldClock, no_jobs: None):
    job = Counted(Step(5, finished=False, position="b"), Step(2, finished=True))
    register_maintenance(MaintenanceJob("one", job))

    assert [run_due_maintenance() for _ in range(3)] == [1, 1, 0]
    assert job.positions == ["", "b"]
    row = MaintenanceRun.objects.get()
    assert (row.count, row.unfinished, row.position, row.last_ended) == (7, False, "", NOON)


def test_an_urgent_job_need_not_wait(held: HeldClock, no_jobs: None):
    urgent = False
    job = Counted()
    register_maintenance(MaintenanceJob("one", job, lambda: urgent))
    run_due_maintenance()

    assert run_due_maintenance() == 0
    urgent = True
    assert run_due_maintenance() == 1


def test_a_failing_job_is_remembered_and_stops_no_other(held: HeldClock, no_jobs: None):
    def fail(_position: str) -> Step:
        raise OSError("no such disk")

    job = Counted()
    register_maintenance(MaintenanceJob("bad", fail), MaintenanceJob("good", job))

    assert run_due_maintenance() == 2
    assert run_due_maintenance() == 0
    row = MaintenanceRun.objects.get(name="bad")
    assert (row.last_error, row.last_error_at) == ("OSError: no such disk", NOON)
    assert len(job.positions) == 1
    held.forward(hours=1)
    register_maintenance(MaintenanceJob("bad", Counted()))
    run_due_maintenance()
    assert MaintenanceRun.objects.get(name="bad").last_error == ""


def test_a_clock_that_was_set_back_stops_nothing(held: HeldClock, no_jobs: None):
    job = Counted()
    register_maintenance(MaintenanceJob("one", job))
    run_due_maintenance()
    held.forward(days=-3)

    assert run_due_maintenance() == 1


def test_of_several_schedulers_one_runs_a_job(held: HeldClock, no_jobs: None):
    job = Counted()
    register_maintenance(MaintenanceJob("one", job))
    MaintenanceRun.objects.create(name="one", next_due=NOON)
    start = threading.Barrier(4)

    def look() -> None:
        start.wait()
        try:
            run_due_maintenance()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(job.positions) == 1


def test_no_job_is_begun_after_its_time_and_the_one_that_waited_longest_comes_first(
    held: HeldClock, no_jobs: None, monkeypatch: pytest.MonkeyPatch
):
    register_maintenance(MaintenanceJob("a", Counted()), MaintenanceJob("b", Counted()))
    monkeypatch.setattr(maintenance, "BEGIN_SECONDS", 0.0)
    assert run_due_maintenance() == 0
    monkeypatch.setattr(maintenance, "BEGIN_SECONDS", 60.0)
    MaintenanceRun.objects.create(name="a", next_due=NOON, last_started=NOON - timedelta(hours=1))
    order: list[str] = []
    for name in "ab":
        register_maintenance(MaintenanceJob(name, lambda _position, name=name: order.append(name) or Step()))
    run_due_maintenance()
    assert order == ["b", "a"]


def test_clean_up_and_the_limit_are_kept(tmp_path: Path):
    old = clock.now() - timedelta(days=40)
    library(tmp_path, 3, 1024**3, download_date=lambda number: old + timedelta(days=15 * number))
    change({"general": {"auto_cleanup_days": 30}}, user=None)
    run_everything()
    assert Download.objects.count() == 2

    change({"general": {"storage_limit_gb": 1, "storage_limit_action": "remove_oldest"}}, user=None)
    run_everything()  # at once: a lowered limit does not wait for its hour
    assert Download.objects.get().media_id == "2"


def test_rows_that_nobody_needs_go(held: HeldClock, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(maintenance_jobs, "ROWS_AT_ONCE", 1)
    settings.LOGS_DIR = tmp_path
    now, user = clock.now(), make_user("viewer")
    change({"logs": {"keep_days": 7}}, user=None)
    insert_rows([LogRecord(now - timedelta(days=days), "INFO", "Web", f"{days} days", {}) for days in (0, 5, 9, 12)])
    for hours in (0, 2, 3):
        OutboxEvent.objects.create(type="log", created_at=now - timedelta(hours=hours), data="{}")
        IdempotencyRecord.objects.create(
            user=user, path="/", key=str(hours), body_hash="", status=200, created_at=now - timedelta(hours=hours * 10)
        )
        SocketTicket.objects.create(ticket_hash=str(hours), user=user, expires_at=now + timedelta(hours=1 - hours))
        LoginFailure.objects.create(key="x", failed_at=now - timedelta(hours=hours))
        expires = now + timedelta(days=1 - hours * 5)
        Session.objects.create(user=user, kind="token", created_at=now, expires_at=expires)
        BrowserSession.objects.create(session_key=str(hours), session_data="", expire_date=expires)
    for days in (1, 40):
        at = now - timedelta(days=days)
        Circuit.objects.create(key=f"web/{days}.example", platform="web", last_success_at=at)
        Message.objects.create(channel="email", kind="failure", title="t", message="m", created_at=at, sent_at=at)
    newest = OutboxEvent.objects.create(type="log", created_at=now, data="{}")

    run_everything()

    assert sorted(LogRow.objects.values_list("message", flat=True)) == ["0 days", "5 days"]
    assert OutboxEvent.objects.filter(created_at__lt=now - timedelta(hours=1)).count() == 0
    assert OutboxEvent.objects.filter(pk=newest.pk).exists()
    assert IdempotencyRecord.objects.get(key="2").created_at == now - timedelta(hours=20)
    assert IdempotencyRecord.objects.count() == 2
    assert [SocketTicket.objects.count(), LoginFailure.objects.count(), Session.objects.count()] == [1, 1, 1]
    assert BrowserSession.objects.get().session_key == "0"
    assert Circuit.objects.get().key == "web/1.example"
    assert Message.objects.count() == 1
    assert not MaintenanceRun.objects.exclude(last_error="").exists()


def test_thumbnails_of_files_that_are_gone_go_and_young_ones_stay(tmp_path: Path, settings):
    settings.THUMBNAILS_DIR = tmp_path
    (stored,) = add_downloads(1)
    names = {"stored": stored.file_hash, "stale": "ab" * 32, "last": "ff" * 32, "young": "cd" * 32}
    for name, sha256 in names.items():
        path = thumbnail_path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        if name != "young":
            os.utime(path, (1_000_000, 1_000_000))

    run_everything()

    left = {name for name, sha256 in names.items() if thumbnail_path(sha256).exists()}
    assert left == {"stored", "young"}


def test_the_admin_shows_it_and_lets_nobody_change_it(client: Client, held: HeldClock, no_jobs: None):
    register_maintenance(MaintenanceJob("sample job", Counted(Step(12))))
    run_due_maintenance()
    admin = make_user("admin")
    client.force_login(admin)

    page = client.get("/admin/scheduler/maintenancerun/")
    assert b"sample job" in page.content
    assert client.get("/admin/scheduler/maintenancerun/add/").status_code == 403
