"""The scheduler's page: rows, ticks, the next day, the cron helper, and changing jobs."""

from datetime import timedelta
from uuid import uuid4

import pytest

from mediadl import clock
from mediadl.accounts.models import Role
from mediadl.ui.presenters.cron_preview import preview
from mediadl.ui.presenters.job_rows import job_rows, next_day
from scheduler.models import Job, Run
from scheduler.services import create_job
from tests.unit.ui.rows import HTMX, browser_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> Job:
    return create_job(
        name="Savanna",
        platform="instagram",
        source="savanna.daily",
        content_type="posts",
        schedule="0 */4 * * *",
        user=None,
    )


def _run(job: Job, back: int, status: str, items: int = 0) -> Run:
    at = clock.now() - timedelta(hours=back)
    return Run.objects.create(
        job=job, due_at=at, started_at=at, completed_at=at, status=status, items_downloaded=items, task_id=uuid4(),
        error_message="Account is private." if status == "failure" else None,
    )  # fmt: skip


def test_ticks_tell_the_last_runs_oldest_first(job):
    for back, status, items in ((3, "success", 8), (2, "success", 0), (1, "failure", 0)):
        _run(job, back, status, items)
    row = job_rows([job])[0]
    assert [tick.kind for tick in row.ticks] == ["new", "none", "failed"]
    assert row.ticks[0].height == 100
    assert row.failure == "Account is private."


def test_the_next_day_holds_each_due_time_of_enabled_jobs(job):
    assert len(next_day([job])) == 6
    job.enabled = False
    assert next_day([job]) == []


def test_the_helper_tells_words_and_five_times():
    shown = preview("30 6,18 * * *")
    assert "06:30" in shown.words
    assert len(shown.times) == 5
    assert shown.zone == "UTC"
    assert preview("0 30 2 * *").error


def test_a_job_is_made_changed_run_and_removed():
    browser = browser_as(Role.ADMIN)
    fields = {"platform": "instagram", "source": "newone", "content_type": "posts", "max_downloads": "15"}
    times = {"minute": "0", "hour": "6", "day": "*", "month": "*", "weekday": "*"}
    assert browser.post("/scheduler/new", {**fields, **times}).headers["Location"] == "/scheduler"
    job = Job.objects.get(source="newone")
    assert (job.schedule, job.config) == ("0 6 * * *", {"max_downloads": 15})
    browser.post(f"/scheduler/{job.slug}/save", {"name": "Mine", **times, "hour": "8", "max_downloads": "20"})
    job.refresh_from_db()
    assert (job.name, job.schedule, job.config["max_downloads"]) == ("Mine", "0 8 * * *", 20)
    browser.post(f"/scheduler/{job.slug}/switch", {}, headers=HTMX)
    job.refresh_from_db()
    assert not job.enabled
    browser.post(f"/scheduler/{job.slug}/delete", headers=HTMX)
    assert not Job.objects.exists()


def test_a_bad_schedule_is_told(job):
    fields = {"name": "x", "minute": "99", "hour": "*", "day": "*", "month": "*", "weekday": "*"}
    answer = browser_as().post(f"/scheduler/{job.slug}/save", fields, headers=HTMX)
    assert answer.status_code == 422
