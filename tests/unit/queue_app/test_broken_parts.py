"""A thread of the engine that fails is not missing from then on, and what it had in hand is not lost."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from downloads.partial import PartialFile
from mediadl import clock
from queue_app.engine import drain as drain_module
from queue_app.engine.feed import Feed
from queue_app.engine.lasting import lasting
from queue_app.engine.lister_pool import ListerPool
from queue_app.engine.pipeline import Pipeline
from queue_app.engine.reaper import reap
from queue_app.engine.results import Result, Stored
from queue_app.engine.running import MediaTask
from queue_app.models import QueueItem, Worker
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import enqueue, fresh, media, picture
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer({"/a.jpg": picture(1), "/b.jpg": picture(2)}) as server:
        yield server


def failing_once(does: Callable[..., Any]) -> tuple[Callable[..., Any], list[bool]]:
    """What fails at its first call and then does what it stands for; and whether it was called."""
    failed: list[bool] = []

    def once(*arguments: Any) -> Any:
        if not failed:
            failed.append(True)
            raise RuntimeError("a fault of ours")
        return does(*arguments)

    return once, failed


def work_off() -> None:
    drain_module.run_drain(linger_seconds=0)


def leases_end() -> None:
    QueueItem.objects.filter(status="downloading").update(lease_expires_at=clock.now())
    reap()


def held_partials(folder: Path) -> list[str]:
    """The partial files that this process still has open."""
    links = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]  # noqa: PTH115
    return [link for link in links if link.startswith(str(folder)) and ".part" in link.rpartition("/")[2]]


@pytest.mark.parametrize(
    ("where", "what", "part"),
    [
        (Feed, "_pick", "transfer"),
        (Pipeline, "_result", "verification"),
        (ListerPool, "_next", "lister"),
    ],
)
def test_the_item_is_completed_all_the_same(
    site: FakeSite,
    server: MediaServer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: type,
    what: str,
    part: str,
):
    monkeypatch.setattr(drain_module, "_BROKEN_PAUSE_SECONDS", 0.1)
    once, failed = failing_once(getattr(where, what))
    monkeypatch.setattr(where, what, once)
    site.lists(media("a", server.url_of("/a.jpg")))
    item = enqueue()
    with capture_logs() as logged:
        work_off()
    assert failed
    assert [entry["part"] for entry in logged if "part" in entry] == [part]
    assert fresh(item).status == "downloading", "left to its lease, as if the worker had died"
    assert not Worker.objects.exists()
    leases_end()
    assert fresh(item).deaths == 1
    work_off()
    assert fresh(item).status == "completed"
    assert not held_partials(folder)


def test_a_fault_that_always_comes_ends_its_item_and_no_other(
    site: FakeSite, server: MediaServer, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(drain_module, "_BROKEN_PAUSE_SECONDS", 0)
    good, result = media("good", server.url_of("/b.jpg")), Pipeline._result

    def fails(pipeline: Pipeline, task: MediaTask, answer: Stored | Exception) -> Result | None:
        if task.media.media_id == "bad":
            raise RuntimeError("a fault of ours")
        return result(pipeline, task, answer)

    monkeypatch.setattr(Pipeline, "_result", fails)
    site.lists(media("bad", server.url_of("/a.jpg")), url="https://fakesite.example/bad")
    site.lists(good, url="https://fakesite.example/good")
    bad, other = enqueue("https://fakesite.example/bad"), enqueue("https://fakesite.example/good")
    for _ in range(8):
        work_off()
        leases_end()
    assert (fresh(bad).status, fresh(bad).error_code) == ("failed", "POISON")
    assert fresh(other).status == "completed"
    assert not held_partials(folder)


def test_what_cannot_be_removed_is_its_items_failure_alone(
    site: FakeSite, server: MediaServer, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def refused(_partial: PartialFile) -> None:
        raise PermissionError("the folder is read-only")

    monkeypatch.setattr(PartialFile, "discard", refused)
    server.add("/a.jpg", b"<html>not a picture</html>")
    site.lists(media("a", server.url_of("/a.jpg")))
    item = enqueue()
    with capture_logs() as logged:
        work_off()
    assert fresh(item).attempts
    assert not [entry for entry in logged if "part" in entry], "no part of the engine failed"
    assert not held_partials(folder)


def test_a_loop_that_returns_is_not_begun_again():
    calls = []
    feed = Feed()
    lasting(lambda: calls.append(1), "part", feed)()
    assert calls == [1]
    assert not feed.is_broken
