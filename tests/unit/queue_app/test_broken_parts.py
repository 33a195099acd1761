"""A thread of the engine that fails is not missing from then on, and what it had in hand is not lost."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from queue_app.engine import drain as drain_module
from queue_app.engine.feed import Feed
from queue_app.engine.lasting import lasting
from queue_app.engine.lister_pool import ListerPool
from queue_app.engine.pipeline import Pipeline
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import enqueue, fresh, media, picture
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer({"/a.jpg": picture(1)}) as server:
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


@pytest.mark.parametrize(
    ("where", "what", "part"),
    [
        (Feed, "_pick", "transfer"),
        (Pipeline, "_result", "verification"),
        (ListerPool, "_next", "lister"),
    ],
)
def test_the_item_is_completed_all_the_same(
    site: FakeSite, server: MediaServer, monkeypatch: pytest.MonkeyPatch, where: type, what: str, part: str
):
    monkeypatch.setattr(drain_module, "_BROKEN_PAUSE_SECONDS", 0.1)
    once, failed = failing_once(getattr(where, what))
    monkeypatch.setattr(where, what, once)
    site.lists(media("a", server.url_of("/a.jpg")))
    item = enqueue()
    with capture_logs() as logged:
        drain_module.run_drain(linger_seconds=0)
    assert failed
    assert [entry["part"] for entry in logged if "part" in entry] == [part]
    assert fresh(item).status == "completed"


def test_a_loop_that_returns_is_not_begun_again():
    calls = []
    feed = Feed()
    lasting(lambda: calls.append(1), "part", feed)()
    assert calls == [1]
    assert not feed.is_broken
