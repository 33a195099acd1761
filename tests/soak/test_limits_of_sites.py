"""What sites allow, counted on their side: budgets over restarts, connections, circuits."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mediadl.clock import clock_set_to
from mediadl.media import FailureKind, MediaError
from platforms.contract import ListingContext
from platforms.selectors import list_platforms
from queue_app.models import QueueItem
from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer
from tests.soak.measuring import Figures, Scale
from tests.unit.queue_app.building import change_settings, drain, enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.conftest import _quick_waits, site
from tests.unit.queue_app.fake_site import HOST, NAME, FakeSite

__all__ = ["_quick_waits", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


class MovedClock:
    """The real clock, and what a test adds to it."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def forward(self, **parts: float) -> None:
        self.offset += timedelta(**parts)


@pytest.fixture
def moved() -> Iterator[MovedClock]:
    source = MovedClock()
    with clock_set_to(source):
        yield source


@pytest.fixture
def server(folder: Path) -> Iterator[MediaServer]:
    with MediaServer({"/good.jpg": picture(1)}) as running:
        running.behave("/page", lambda exchange: exchange.respond(200, b"<html>"))
        yield running


def asks(server: MediaServer) -> Callable[[ListingContext], object]:
    """A page request of an adapter."""
    return lambda context: context.http.get(server.url_of("/page"))


def test_an_hours_budget_is_never_exceeded_by_one(
    site: FakeSite, server: MediaServer, moved: MovedClock, scale: Scale, figures: Figures
):
    """Several items share it; each drain is a restart; the site counts."""
    limit, hours = 7, scale.of(3, 24)
    change_settings(platforms={NAME: {"first": {"rate_limit_per_hour": limit}}})
    for number in range(4):
        page = f"https://{HOST}/u{number}"
        site.lists(*[asks(server)] * 12, media(f"m{number}", server.url_of("/good.jpg")), url=page)
        enqueue(page, downloader="first")
    for hour in range(1, hours + 1):
        for _restart in range(3):
            drain()
            assert server.request_count("/page") <= limit * hour
        assert server.request_count("/page") == limit * hour, "an hour's budget was not used"
        waiting = QueueItem.objects.filter(status="pending", reason="rate_limited")
        assert waiting.exists()
        assert all(item.next_attempt_at for item in waiting)
        moved.forward(minutes=61)
    figures.add(
        "Budget of 7 requests an hour", f"{hours} hours, {3 * hours} restarts", "7 an hour at the site, never 8"
    )


def test_connections_to_a_site_are_never_one_too_many(
    site: FakeSite, server: MediaServer, scale: Scale, figures: Figures
):
    """The site counts how many of its answers are under way at once."""
    most, files, allowed = Counted(), scale.of(24, 400), 3
    change_settings(general={"concurrent_downloads": 12, "per_host_connections": allowed})
    for number in range(4):
        page, medias = f"https://{HOST}/u{number}", []
        for part in range(files // 4):
            path = f"/slow{number}-{part}.jpg"
            server.behave(path, most.counting(picture(number * 1000 + part, side=32)))
            medias.append(media(f"m{number}-{part}", server.url_of(path)))
        site.lists(*medias, url=page)
        enqueue(page)
    drain()
    assert QueueItem.objects.filter(status="completed").count() == 4
    assert most.seen == allowed
    figures.add("per_host_connections 3, 12 transfers wanted", f"{files} files", "3 at once at the site, never 4")


class Counted:
    """How many answers are under way, and the most there were."""

    def __init__(self) -> None:
        self.now = self.seen = 0

    def counting(self, body: bytes) -> Callable[[Exchange], None]:
        def answer(exchange: Exchange) -> None:
            self.now += 1
            self.seen = max(self.seen, self.now)
            exchange.wait(0.05)
            self.now -= 1
            exchange.respond(200, body, {"Content-Type": "image/jpeg"})

        return answer


def test_five_dead_links_of_web_stop_nothing_else(server: MediaServer, figures: Figures):
    """Pages that are gone on the same host, and a host that does not answer at all."""
    change_settings(general={"retry_attempts": 0})
    dead = [enqueue(f"http://127.0.0.9:1/{number}.jpg") for number in range(6)]
    gone = [enqueue(server.url_of(f"/gone{number}.jpg"), downloader="direct") for number in range(6)]
    drain()
    assert {fresh(item).status for item in gone} == {"failed"}
    assert {fresh(item).status for item in dead} <= {"failed", "pending"}  # the sixth waits for its host alone
    good = enqueue(server.url_of("/good.jpg"))
    drain()
    assert fresh(good).status == "completed"
    assert row_of("web")["status"] != "down"
    figures.add("Dead links of `web`", f"{len(dead) + len(gone)} links", "the next one is fetched; `web` stays up")


def row_of(platform: str) -> dict[str, Any]:
    """What the API shows of a platform."""
    return next(dict(row) for row in list_platforms() if row["name"] == platform)


def test_a_site_that_fails_five_listings_is_down_says_until_when_and_comes_back(
    site: FakeSite, server: MediaServer, moved: MovedClock, figures: Figures
):
    change_settings(general={"retry_attempts": 0})
    trouble = MediaError(FailureKind.TRANSIENT, "TIMEOUT", "The site did not answer.")
    for number in range(5):
        page = f"https://{HOST}/u{number}"
        site.lists(trouble, url=page)
        enqueue(page, downloader="first")
        drain()
    row = row_of(NAME)
    assert row["status"] in {"down", "degraded"}
    assert row["next_attempt_at"]
    site.lists(media("m", server.url_of("/good.jpg")))
    waiting = enqueue(downloader="first")
    drain()
    assert fresh(waiting).status == "pending"
    assert site.source().listings == 0, "a site that is down was asked"
    moved.forward(seconds=61)
    eventually(lambda: drain() or fresh(waiting).status == "completed", 30)
    assert row_of(NAME)["status"] not in {"down", "degraded"}
    figures.add("Five failed listings in a row", "1 site", "`down`, not asked for 60 s, then up again")
