"""A job through the real worker: what is new is fetched, counted and told once; the next run finds nothing."""

import pytest

from mediadl.configuration.services import change
from mediadl.notifications.models import Message
from scheduler import services
from scheduler.models import Job, Run
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain, enqueue, fresh, media, picture
from tests.unit.queue_app.fake_site import NAME, URL, FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])

POSTS, KNOWN = 20, 17


def run(job: Job) -> Run:
    services.run_now(slug=job.slug, user=None)
    drain()
    return Run.objects.filter(job=job).latest("id")


@pytest.mark.usefixtures("folder")
def test_three_new_of_twenty_posts_are_one_run_three_files_and_one_notification(site: FakeSite) -> None:
    with MediaServer({f"/{number}.jpg": picture(number) for number in range(POSTS)}) as server:
        posts = [media(f"m{number}", server.url_of(f"/{number}.jpg")) for number in range(POSTS)]
        site.lists(*posts[POSTS - KNOWN :])
        before = enqueue()
        drain()
        assert (fresh(before).status, fresh(before).items_downloaded) == ("completed", KNOWN)

        change({"notifications": {"webhooks": {"urls": ["https://hooks.example/"]}}}, user=None)
        site.lists(*posts)
        job = services.create_job(
            name="Someone", platform=NAME, source="someone", schedule="@daily", config={"url": URL}, user=None
        )
        first = run(job)
        asked = len(server.requests)
        assert (first.status, first.items_downloaded) == ("success", POSTS - KNOWN)
        told = Message.objects.get()
        assert (told.kind, told.link) == ("success", "/history?source=someone")
        assert "3" in told.message
        job.refresh_from_db()
        assert (job.last_run_items, job.total_runs, job.success_count) == (POSTS - KNOWN, 1, 1)

        second = run(job)
        job.refresh_from_db()
        assert (second.status, second.items_downloaded, job.last_run_items, job.total_runs) == ("success", 0, 0, 2)
        assert Message.objects.count() == 1
        assert len(server.requests) == asked
