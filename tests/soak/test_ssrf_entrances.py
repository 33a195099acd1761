"""Each place where people and programs add a URL, with every SSRF vector: the canary is never so much as connected to.

Literals are refused where they are read. Names are taken, since they may lead to an opened network, and worked on.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from downloads.models import Download
from mediadl.accounts.models import Role
from queue_app.models import QueueItem
from queue_app.services import enqueue, import_urls
from scheduler.models import ForumThread, Job
from scheduler.monitors.checks import check_due_threads
from scheduler.monitors.services import start_monitor
from scheduler.services import create_job, run_now
from tests.api.clients import ApiClient, client_as
from tests.fakes.media_server import MediaServer
from tests.fakes.misleading_names import MisleadingNames
from tests.fakes.ssrf_vectors import VECTORS
from tests.soak import canaries
from tests.soak.canaries import assert_led_astray, literals, refused, work
from tests.soak.measuring import Figures
from tests.unit.downloads.library import add_downloads
from tests.unit.queue_app.conftest import _quick_waits, site

canary, names = canaries.canary, canaries.names
__all__ = ["_quick_waits", "canary", "names", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
ACCEPTED = {200, 201, 202}
_numbers = count(1)


def test_there_are_as_many_as_promised():
    assert len(VECTORS) == len(set(VECTORS)) == 47


def add_to_queue(url: str) -> None:
    enqueue(url=url)


def add_for_the_page(url: str) -> None:
    enqueue(url=url, downloader="page")


def add_as_job(url: str) -> None:
    config = {"url": url}
    job = create_job(
        name="J", platform="web", source=f"s{next(_numbers)}", schedule="0 0 * * *", config=config, user=None
    )
    run_now(job.slug, user=None)


def add_as_thread(url: str) -> None:
    start_monitor(forum_name="f", thread_url=url, user=None)
    assert check_due_threads() == 1


def add_in_a_list(url: str) -> None:
    canaries.raise_refusals(import_urls(lines=[url]))


@pytest.mark.parametrize("add", [add_to_queue, add_for_the_page, add_as_job, add_as_thread, add_in_a_list])
def test_what_people_and_programs_add(
    canary: MediaServer, names: MisleadingNames, figures: Figures, add: Callable[[str], None]
):
    assert [url for url in literals(canary.port) if not refused(lambda url=url: add(url))] == []
    assert not QueueItem.objects.exists()
    urls = list(names.urls(canary.port))
    for url in urls:
        add(url)
    work()
    assert_led_astray(names, urls)
    assert not QueueItem.objects.filter(status="completed").exists()
    figures.tally(*canaries.DONE)


def test_a_referer_is_never_asked(canary: MediaServer, names: MisleadingNames):
    def add(url: str) -> None:
        enqueue(url=f"http://127.0.0.1:9/{next(_numbers)}", referer=url)

    assert [url for url in literals(canary.port) if not refused(lambda: add(url))] == []  # noqa: B023 - called at once
    for url in names.urls(canary.port):
        add(url)
    work()
    assert QueueItem.objects.exists()


def test_a_job_that_is_changed(canary: MediaServer, names: MisleadingNames, figures: Figures):
    """``PATCH`` checks as ``POST`` does; what was stored before the rules were is refused when it is run."""
    user = client_as(Role.ADMIN)
    config = {"url": "https://allowed.example/"}
    job = create_job(name="J", platform="web", source="s", schedule="0 0 * * *", config=config, user=None)

    def change(url: str) -> int:
        return user.patch(f"/scheduler/jobs/{job.slug}", {"config": {"url": url}}).status_code

    assert [url for url in literals(canary.port) if change(url) in ACCEPTED] == []
    assert Job.objects.get().config == config
    for url in literals(canary.port):
        Job.objects.update(config={"url": url})
        assert refused(lambda: run_now(job.slug, user=None)), url
    for url in names.urls(canary.port):
        assert change(url) in ACCEPTED
        run_now(job.slug, user=None)
        work()
        assert_led_astray(names, [url])
    figures.tally(*canaries.DONE)


def test_a_thread_that_was_stored_before_the_rules_were(canary: MediaServer):
    start_monitor(forum_name="f", thread_url="https://allowed.example/t/1", user=None)
    for url in literals(canary.port):
        ForumThread.objects.update(url=url, last_error="", next_check="2020-01-01T00:00:00Z")
        assert check_due_threads() == 1
        assert ForumThread.objects.get().last_error, url
    work()


def test_a_stored_item_of_the_queue_is_checked_when_it_is_fetched(canary: MediaServer, figures: Figures):
    """As a restored database may hold it."""
    for url in literals(canary.port):
        item = enqueue(url=f"http://127.0.0.1:9/{next(_numbers)}", downloader="page")
        QueueItem.objects.filter(pk=item.pk).update(url=url)
    work()
    assert not QueueItem.objects.exclude(status="failed").exists()
    figures.tally(*canaries.DONE)


def test_a_stored_download_that_is_tried_again(canary: MediaServer, names: MisleadingNames, figures: Figures):
    user = client_as(Role.USER)
    bad = literals(canary.port)
    urls = list(names.urls(canary.port))
    for url, download in zip([*bad, *urls], add_downloads(len(bad) + len(urls), status="failed"), strict=True):
        answer = retry(user, download, url)
        assert (answer.status_code in ACCEPTED) is (url in urls), (url, answer.content)
    work()
    assert_led_astray(names, urls)
    figures.tally(*canaries.DONE)


def retry(user: ApiClient, download: Download, url: str) -> Any:
    """As somebody who finds it in the history does."""
    Download.objects.filter(pk=download.pk).update(url=url, platform="web")
    return user.post(f"/downloads/{download.pk}/retry")
