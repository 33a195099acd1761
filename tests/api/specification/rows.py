"""A small installation with something of everything, so that every example can be called as written."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from mediadl import clock
from mediadl.accounts.models import Role, User
from mediadl.configuration import services as configuration
from mediadl.logs import daily_files
from mediadl.logs.records import LogRecord
from mediadl.logs.storing import insert_rows
from queue_app import services as queue
from queue_app.states import Status
from scheduler import services as scheduler
from scheduler.models import Run, RunStatus
from tests.api.clients import ApiClient, client_of
from tests.unit.downloads.library import add_downloads
from tests.unit.queue_app.rows import put_into

USERNAME, PASSWORD = "admin", "secretpassword"
SPEC_DOWNLOAD = 1885
BULK_DOWNLOADS = 5
METADATA = {"username": "evalongoria", "count": 8, "duration_seconds": 45}


@dataclass(frozen=True, slots=True)
class Installation:
    """Whoever calls, and what ``{id}`` stands for in each endpoint."""

    admin: User
    client: ApiClient
    ids: dict[str, Any]

    def path_of(self, endpoint: str) -> str:
        """The endpoint's path with an id that is there."""
        path = endpoint.split(" ", 1)[1]
        return path.replace("{id}", str(self.ids.get(endpoint, self.ids.get(path, ""))))


def installation() -> Installation:
    """Make it."""
    admin = User.objects.create(
        username=USERNAME,
        role=Role.ADMIN,
        email="admin@example.com",
        password=_hashed(PASSWORD),
        last_login=clock.now(),
    )
    configuration.change({"general": {"storage_limit_gb": 500}}, user=None)
    _library()
    waiting, failed = _queue(admin)
    job = _jobs(admin)
    _log()
    ids = {
        "/downloads/{id}": SPEC_DOWNLOAD,
        "/queue/{id}": waiting,
        "POST /queue/{id}/retry": failed,
        "/scheduler/jobs/{id}": job,
        "/scheduler/jobs/{id}/run": job,
    }
    return Installation(admin, client_of(admin), ids)


@cache
def _hashed(password: str) -> str:
    return make_password(password)


def _library() -> None:
    now = clock.now()
    media = {"width": 640, "height": 640, "has_thumbnail": True, "download_date": lambda n: now - timedelta(hours=n)}
    add_downloads(BULK_DOWNLOADS, id=lambda n: n + 1, **media)
    add_downloads(1, start=10, id=SPEC_DOWNLOAD, **media)
    add_downloads(1, start=11, platform="forum", downloader="forum", collection="forum", source="PicturePub", **media)


def _queue(admin: User) -> tuple[int, int]:
    waiting = queue.enqueue(
        url="https://example.org/threads/12345",
        platform="forum",
        source="PicturePub",
        content_type="images",
        metadata={"thread_id": "thread-12345", "content_type": "images"},
        user=admin,
    )
    now = clock.now()

    def another(status: Status, **columns: Any) -> int:
        item = queue.enqueue(url=f"https://example.org/{status}.jpg", referer="https://example.org/", user=admin)
        return put_into(item, status, attempts=1, started_at=now, **columns).pk

    another(Status.DOWNLOADING, estimated_completion=now + timedelta(minutes=1))
    another(Status.COMPLETED, progress=100)
    failed = another(Status.FAILED, error_code="HTTP_404", error_message="The file is gone.")
    return waiting.pk, failed


def _jobs(admin: User) -> str:
    job = scheduler.create_job(
        name="Eva Longoria Instagram Posts",
        platform="instagram",
        source="evalongoria",
        content_type="posts",
        schedule="0 */4 * * *",
        config={"max_downloads": 15, "downloader": "fastdl"},
        user=admin,
    )
    started = clock.now() - timedelta(hours=1)
    run = Run.objects.create(
        job=job,
        due_at=started,
        started_at=started,
        completed_at=started + timedelta(seconds=225),
        status=RunStatus.SUCCESS,
        items_downloaded=8,
        task_id="b6e1f6a6-3a9c-4b86-9d0e-3a7d5c0d1f11",
    )
    job.last_run, job.last_run_status, job.last_run_items = run.started_at, run.status, run.items_downloaded
    job.total_runs = job.success_count = 1
    job.save()
    return job.slug


def _log() -> None:
    record = LogRecord(clock.now(), "INFO", "Instagram", "Downloaded 8 posts from evalongoria", METADATA)
    insert_rows([record])
    daily_files.append(settings.LOGS_DIR, [record])
