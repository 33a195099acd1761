"""Quiet hours and the bandwidth limit."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from mediadl import clock
from mediadl.configuration.general_checks import quiet_hours_problem
from mediadl.net import bandwidth
from queue_app.blocks import read_blocks
from queue_app.engine.claims import has_claimable
from queue_app.item_json import items_json
from queue_app.quiet_hours import bytes_per_second, quiet_until
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import change_settings, drain, enqueue, fresh, media, picture

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture
def site():
    fake_site.register()
    yield fake_site.SITE
    fake_site.SITE.sources.clear()
    fake_site.unregister()
    bandwidth.SHARED.limit_to(0)


def hours_around_now() -> str:
    now = clock.now()
    return f"{now - timedelta(hours=2):%H:%M}-{now + timedelta(hours=2):%H:%M}"


@pytest.mark.parametrize(
    ("hours", "moment", "end"),
    [
        ("23:00-07:00", "2025-10-12T23:30", "2025-10-13T07:00"),
        ("23:00-07:00", "2025-10-13T06:59", "2025-10-13T07:00"),
        ("23:00-07:00", "2025-10-13T07:00", None),
        ("08:00 - 17:30", "2025-10-13T17:29", "2025-10-13T17:30"),
        ("08:00-17:30", "2025-10-13T17:30", None),
        ("", "2025-10-13T17:00", None),
    ],
)
def test_hours_may_go_over_midnight(settings, hours, moment, end):
    settings.SCHEDULE_TIME_ZONE = "UTC"
    change_settings(general={"quiet_hours": hours})
    until = quiet_until(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert until == (datetime.fromisoformat(end).replace(tzinfo=UTC) if end else None)


def test_they_are_hours_of_the_servers_time_zone(settings):
    settings.SCHEDULE_TIME_ZONE = "America/New_York"
    change_settings(general={"quiet_hours": "22:00-06:00"})
    until = quiet_until(datetime(2025, 7, 1, 3, 0, tzinfo=UTC))  # 23:00 there
    assert until == datetime(2025, 7, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["23:00", "24:00-07:00", "7-8", "23:00-23:00", "a"])
def test_what_are_no_hours_is_refused(text):
    assert quiet_hours_problem(text)
    assert quiet_hours_problem("23:00-07:00") is None


def test_nothing_starts_in_quiet_hours_and_the_item_says_why(site):
    with MediaServer({"/1.jpg": picture(1)}) as server:
        site.lists(media("m1", server.url_of("/1.jpg")))
        change_settings(general={"quiet_hours": hours_around_now()})
        item = enqueue()
        drain()
        assert fresh(item).status == "pending"
        (shown,) = items_json([fresh(item)])
        assert shown["reason"] == "quiet_hours"
        assert shown["next_attempt_at"] is not None
        assert not has_claimable(clock.now(), read_blocks(clock.now()))
        change_settings(general={"quiet_hours": ""})
        drain()
    assert fresh(item).status == "completed"


def test_slower_lets_items_start_within_the_quiet_limit(site):
    change_settings(
        general={
            "quiet_hours": hours_around_now(),
            "quiet_hours_action": "slower",
            "quiet_hours_bandwidth_kb": 64,
            "bandwidth_limit_kb": 500,
        }
    )
    assert bytes_per_second(clock.now()) == 64 * 1024
    with MediaServer({"/1.jpg": picture(1)}) as server:
        site.lists(media("m1", server.url_of("/1.jpg")))
        item = enqueue()
        drain()
    assert fresh(item).status == "completed"
    change_settings(general={"quiet_hours": ""})
    assert bytes_per_second(clock.now()) == 500 * 1024


def test_all_transfers_together_keep_to_the_limit(site):
    pictures = {f"/{n}.jpg": picture(n, side=400) for n in range(4)}
    size = sum(map(len, pictures.values()))
    change_settings(general={"bandwidth_limit_kb": 64})
    with MediaServer(pictures) as server:
        site.lists(*(media(f"m{n}", server.url_of(f"/{n}.jpg")) for n in range(4)))
        item = enqueue()
        started = clock.monotonic()
        drain()
    assert fresh(item).status == "completed"
    assert clock.monotonic() - started >= size / (64 * 1024) - 1.5  # a second may be saved up


def test_the_limit_is_shared_by_threads():
    limit = bandwidth.Bandwidth()
    limit.limit_to(1000)
    waits: list[float] = []
    threads = [threading.Thread(target=lambda: waits.append(limit.wait_for(1000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(waits) >= 2.5
    limit.limit_to(0)
    assert limit.wait_for(1_000_000) == 0
