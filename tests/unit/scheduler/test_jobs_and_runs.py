"""Jobs: made with clear refusals, started when due exactly once, ended with their queue item."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db import transaction

from mediadl import clock
from mediadl.api.errors import DuplicateError, InvalidFieldsError, JobAlreadyRunningError, NotFoundError
from queue_app.models import QueueItem
from queue_app.services import cancel, delete
from scheduler import selectors, services
from scheduler.cron import due_times
from scheduler.models import Job, Run
from scheduler.runs import end_orphaned_runs, end_runs_of
from scheduler.ticks import tick

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class HeldClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **parts: float) -> None:
        self.time += timedelta(**parts)


@pytest.fixture
def held() -> Iterator[HeldClock]:
    source = HeldClock()
    with clock.clock_set_to(source):
        yield source


def make_job(**changes: object) -> Job:
    given = {
        "name": "Night skies",
        "platform": "web",
        "source": "archive.example",
        "schedule": "0 */4 * * *",
        "config": {"url": "https://archive.example/albums/night-skies"},
        "user": None,
    }
    return services.create_job(**{**given, **changes})


def end_item(item: QueueItem, status: str, *, downloaded: int = 0, error: str | None = None) -> None:
    """As the engine ends an item, without the engine."""
    item.status, item.items_downloaded, item.error_message = status, downloaded, error
    with transaction.atomic():
        QueueItem.objects.filter(pk=item.pk).update(
            status=status, items_downloaded=downloaded, lease_worker=None, lease_expires_at=None
        )
        end_runs_of(item)


def test_a_new_job_knows_its_id_and_its_next_run(held: HeldClock):
    job = make_job(platform="instagram", source="@evalongoria", content_type="stories", config={"downloader": "fastdl"})

    assert job.slug == "instagram-evalongoria-stories"
    assert job.source == "evalongoria"
    assert job.next_run == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert make_job(enabled=False).next_run is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"platform": "myspace"}, "platform"),
        ({"schedule": "0 0 30 2 *"}, "schedule"),
        ({"schedule": "nonsense"}, "schedule"),
        ({"config": {}}, "config"),
        ({"config": {"url": "ftp://archive.example/"}}, "config"),
        ({"config": {"url": "http://127.0.0.1/"}}, "config"),
        ({"config": {"url": "https://archive.example/", "max_downloads": 0}}, "config"),
        ({"config": {"url": "https://archive.example/", "max_downloads": True}}, "config"),
        ({"config": {"url": "https://archive.example/", "surprise": 1}}, "config"),
        ({"config": {"url": "https://archive.example/", "downloader": "wget"}}, "config"),
        ({"platform": "instagram", "source": "no spaces", "config": {}}, "source"),
        ({"platform": "instagram", "source": "eva", "content_type": "podcasts", "config": {}}, "content_type"),
        ({"platform": "instagram", "source": "eva", "config": {"url": "https://archive.example/"}}, "config"),
        ({"platform": "instagram", "source": "eva", "config": {"url": "https://instagram.com/eva/"}}, "config"),
        ({"platform": "tiktok", "source": "eva", "config": {"url": "https://archive.example/"}}, "config"),
        ({"platform": "tiktok", "source": "eva", "config": {"preset": "audio"}}, "config"),
    ],
)
def test_a_job_that_could_not_run_is_refused_by_its_field(changes: dict, field: str, settings):
    settings.ENVIRONMENT = settings.ENVIRONMENT.__class__(
        **{
            name: getattr(settings.ENVIRONMENT, name) if name != "allowed_private_networks" else ()
            for name in settings.ENVIRONMENT.__slots__
        }
    )
    with pytest.raises(InvalidFieldsError) as refused:
        make_job(**changes)

    assert list(refused.value.field_errors) == [field]
    assert not Job.objects.exists()


def test_the_same_request_is_a_duplicate_and_a_clash_of_slugs_gets_a_number():
    make_job()

    with pytest.raises(DuplicateError) as refused:
        make_job(name="Again")
    assert refused.value.extra == {"existing_id": "web-archive-example"}
    assert make_job(source="archive-example").slug == "web-archive-example-2"


def test_changing_the_schedule_moves_the_next_run_and_disabling_ends_it(held: HeldClock):
    slug = make_job().slug

    assert services.update_job(slug, schedule="0 13 * * *", user=None).next_run == NOON + timedelta(hours=1)
    assert services.update_job(slug, enabled=False, user=None).next_run is None
    with pytest.raises(InvalidFieldsError):
        services.update_job(slug, schedule="0 0 31 2 *", user=None)
    with pytest.raises(NotFoundError):
        services.update_job("nobody", name="x", user=None)


ACCOUNT = {"platform": "instagram", "source": "eva", "content_type": "posts"}


def test_the_config_of_an_account_takes_what_its_download_request_takes(held: HeldClock):
    options = {"downloader": "fastdl", "max_downloads": 5, "days_back": 3, "priority": 2}
    job = make_job(**ACCOUNT, config=options)
    with pytest.raises(InvalidFieldsError) as refused:
        services.update_job(job.slug, config={**options, "url": "https://archive.example/"}, user=None)
    assert "url: there is no such option" in refused.value.field_errors["config"][0]

    services.run_now(job.slug, user=None)

    item = QueueItem.objects.get()
    assert (item.url, item.downloader) == ("https://www.instagram.com/eva/", "fastdl")
    assert (item.max_downloads, item.days_back, item.priority) == (5, 3, 2)


@pytest.mark.parametrize("named", [{}, {"downloader": "fastdl"}])
def test_a_changed_config_keeps_the_jobs_downloader_named_or_not(held: HeldClock, named: dict):
    slug = make_job(**ACCOUNT, config={"downloader": "fastdl"}).slug

    changed = services.update_job(slug, config={"max_downloads": 5, **named}, user=None)

    assert changed.config == {"max_downloads": 5, "downloader": "fastdl"}
    services.run_now(slug, user=None)
    item = QueueItem.objects.get()
    assert (item.max_downloads, item.downloader) == (5, "fastdl")


@pytest.mark.parametrize(("own", "other"), [({"downloader": "fastdl"}, "toolzu"), ({}, "toolzu")])
def test_another_downloader_needs_another_job(own: dict, other: str):
    slug = make_job(**ACCOUNT, config=own).slug
    with pytest.raises(InvalidFieldsError) as refused:
        services.update_job(slug, config={"downloader": other}, user=None)
    assert list(refused.value.field_errors) == ["config"]
    assert Job.objects.get().config == own


def test_a_job_without_a_downloader_stays_without_one():
    slug = make_job(**ACCOUNT, config={}).slug
    assert services.update_job(slug, config={"max_downloads": 5}, user=None).config == {"max_downloads": 5}


def test_a_due_job_queues_its_request_once(held: HeldClock):
    job = make_job(config={"url": "https://archive.example/albums/night-skies", "max_downloads": 7, "priority": 2})
    assert tick() == 0
    held.forward(hours=4, seconds=10)

    assert tick() == 1
    assert tick() == 0

    item = QueueItem.objects.get()
    assert (item.max_downloads, item.priority, item.source) == (7, 2, "archive.example")
    run = Run.objects.get()
    assert (run.queue_item_id, run.status, run.due_at) == (item.pk, "running", NOON + timedelta(hours=4))
    job.refresh_from_db()
    assert job.next_run == NOON + timedelta(hours=8)


def test_a_run_ends_with_its_item_and_is_counted(held: HeldClock):
    job = make_job()
    held.forward(hours=4)
    tick()
    held.forward(minutes=3, seconds=45)
    end_item(QueueItem.objects.get(), "completed", downloaded=8)

    shown = selectors.history(job_id=job.slug).rows[0]
    assert (shown["status"], shown["items_downloaded"], shown["duration_seconds"]) == ("success", 8, 225)
    job.refresh_from_db()
    counts = (job.total_runs, job.success_count, job.failure_count, job.last_run_items, job.last_run_status)
    assert counts == (1, 1, 0, 8, "success")


def test_a_cancelled_or_removed_item_fails_its_run(held: HeldClock):
    make_job()
    held.forward(hours=4)
    tick()
    cancel(item_id=QueueItem.objects.get().pk, user=None)
    assert Run.objects.get().status == "failure"

    held.forward(hours=4)
    tick()
    delete(item_id=QueueItem.objects.latest("id").pk, user=None)
    end_orphaned_runs()
    assert list(Run.objects.order_by("id").values_list("status", flat=True)) == ["failure", "failure"]


def test_no_overlap_the_next_due_run_is_recorded_as_skipped(held: HeldClock):
    job = make_job()
    held.forward(hours=4)
    tick()
    held.forward(hours=4)
    tick()

    assert list(Run.objects.order_by("id").values_list("status", flat=True)) == ["running", "skipped"]
    with pytest.raises(JobAlreadyRunningError):
        services.run_now(job.slug, user=None)
    assert QueueItem.objects.count() == 1


def test_times_missed_while_the_server_was_down_run_once(held: HeldClock):
    make_job()
    held.forward(days=3)

    assert tick() == 1
    assert tick() == 0
    assert Job.objects.get().next_run == NOON + timedelta(days=3, hours=4)


def test_a_run_that_the_queue_refuses_is_a_failure_with_its_reason(held: HeldClock):
    from mediadl.configuration.services import change

    make_job()
    change({"platforms": {"web": {"enabled": False}}}, user=None)
    held.forward(hours=4)
    tick()

    run = Run.objects.get()
    assert run.status == "failure"
    assert "PLATFORM_DISABLED" in (run.error_message or "")
    assert Job.objects.get().failure_count == 1


def test_a_run_goes_along_with_the_same_request_that_is_queued_already(held: HeldClock):
    job = make_job()
    first = services.run_now(job.slug, user=None)
    Run.objects.all().delete()

    second = services.run_now(job.slug, user=None)

    assert second.queue_item_id == first.queue_item_id
    assert QueueItem.objects.count() == 1


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_year_with_clock_changes_restarts_and_jumps_runs_each_due_time_once(held: HeldClock, settings, zone: str):
    settings.SCHEDULE_TIME_ZONE = zone
    schedules = ["0 */12 * * *", "30 2 * * *", "15 1 * * sun", "0 0 1 * *", "45 12 * * mon-fri"]
    jobs = [
        make_job(name=schedule, source=f"site-{number}.example", schedule=schedule)
        for number, schedule in enumerate(schedules)
    ]
    random = Random(zone)
    start, jumps = held.time, 0
    while held.time < start + timedelta(days=365):
        for _scheduler in range(3):
            tick()
        for item in QueueItem.objects.filter(status="pending"):
            end_item(item, "completed")
        if random.random() < 0.02:  # a clock that jumps back, then is set right
            jumps += 1
            held.time -= timedelta(hours=1)
            tick()
            held.time += timedelta(hours=1)
        following = selectors.next_scheduled()
        assert following is not None
        assert following.next_run is not None
        held.time = following.next_run + timedelta(seconds=random.choice([-1, 0, 7, 59]))

    assert jumps > 10
    for job in jobs:
        due = list(Run.objects.filter(job=job).order_by("id").values_list("due_at", flat=True))
        times = due_times(job.schedule, start, services.schedule_zone())
        expected = []
        for moment in times:
            if moment > due[-1]:
                break
            expected.append(moment)
        assert due == expected
        assert all(earlier < later for earlier, later in pairwise(due))
