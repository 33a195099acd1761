"""Circuits: what opens one, for how long, and who may try again."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl.clock import clock_set_to
from mediadl.media import FailureKind, MediaError
from platforms import circuits, registry
from platforms.models import Circuit

pytestmark = pytest.mark.django_db

START = datetime(2025, 10, 13, 12, 0, tzinfo=UTC)
KEY = "instagram/fastdl"
DOWN = MediaError(FailureKind.TRANSIENT, "TIMEOUT", "The site did not answer.")


class Clock:
    moment = START

    def pass_minutes(self, minutes: float):
        self.moment += timedelta(minutes=minutes)


@pytest.fixture
def clock():
    held = Clock()
    with clock_set_to(lambda: held.moment):
        yield held


def fail(times: int = 1, error: MediaError = DOWN, key: str = KEY):
    until = None
    for _ in range(times):
        until = circuits.listing_failed(key, "instagram", "fastdl", error)
    return until


def succeed():
    circuits.listing_succeeded(KEY, "instagram", "fastdl")


def test_four_failures_do_not_open_and_the_fifth_does(clock):
    assert fail(4) is None
    assert circuits.open_until(KEY) is None
    assert fail() == START + timedelta(minutes=1)
    assert circuits.open_until(KEY) == START + timedelta(minutes=1)


def test_a_success_between_begins_the_count_anew(clock):
    fail(4)
    succeed()
    assert fail(4) is None


def test_it_opens_for_longer_each_time_up_to_an_hour(clock):
    fail(4)
    for minutes in (1, 5, 15, 30, 60, 60):
        assert fail() == clock.moment + timedelta(minutes=minutes)
        clock.pass_minutes(minutes)
        assert circuits.open_until(KEY) is None  # the probe


def test_only_one_request_probes_a_half_open_circuit(clock):
    fail(5)
    clock.pass_minutes(1)
    assert circuits.open_until(KEY) is None
    assert circuits.open_until(KEY) == clock.moment + timedelta(minutes=circuits.PROBE_MINUTES)


def test_a_probe_that_never_reports_lets_another_one_go(clock):
    fail(5)
    clock.pass_minutes(1)
    assert circuits.open_until(KEY) is None
    clock.pass_minutes(circuits.PROBE_MINUTES)
    assert circuits.open_until(KEY) is None


def test_a_successful_probe_closes_it_and_the_next_opening_is_short_again(clock):
    fail(5)
    clock.pass_minutes(1)
    circuits.open_until(KEY)
    succeed()
    assert circuits.open_until(KEY) is None
    assert circuits.open_until(KEY) is None
    assert fail(5) == clock.moment + timedelta(minutes=1)


def test_late_failures_of_requests_from_before_do_not_prolong_it(clock):
    until = fail(5)
    clock.pass_minutes(0.5)
    assert fail(3) == until


@pytest.mark.parametrize(
    "error",
    [
        MediaError(FailureKind.GONE, "HTTP_404", "not there"),
        MediaError(FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED", "log in"),
        MediaError(FailureKind.REFUSED, "PRIVATE_ADDRESS", "private"),
        MediaError(FailureKind.TOLD_TO_WAIT, "HTTP_429", "slowly", retry_after=60),
        MediaError(FailureKind.DISK, "DISK_FULL", "full"),
    ],
)
def test_failures_that_are_not_the_sites_do_not_count(clock, error):
    assert fail(20, error) is None
    assert not Circuit.objects.filter(open_until__isnull=False).exists()


@pytest.mark.parametrize(
    "error",
    [
        MediaError(FailureKind.TRANSIENT, "HTTP_502", "bad gateway", status=502),
        MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", "odd answer"),
        MediaError(FailureKind.NEEDS_PERSON, "CAPTCHA_REQUIRED", "captcha"),
    ],
)
def test_failures_of_the_site_count(clock, error):
    assert fail(5, error) is not None


def test_a_stopped_probe_leaves_the_circuit_as_it_is(clock):
    fail(5)
    clock.pass_minutes(1)
    circuits.open_until(KEY)
    fail(1, MediaError(FailureKind.STOPPED, "STOPPED", "Stopped."))
    assert circuits.open_until(KEY) is not None


def test_an_answer_that_is_no_success_ends_the_probe(clock):
    fail(5)
    clock.pass_minutes(1)
    circuits.open_until(KEY)
    fail(1, MediaError(FailureKind.GONE, "HTTP_404", "not there"))
    assert circuits.open_until(KEY) is None
    assert fail(1) == clock.moment + timedelta(minutes=5)


def test_web_has_a_circuit_for_each_host_and_a_site_downloader_one_in_all():
    page = registry.downloader("web", "page")
    assert circuits.circuit_key("web", page, "https://a.example:8443/x") == "web/a.example"
    assert circuits.circuit_key("web", page, "https://b.example/x") == "web/b.example"
    fastdl = registry.downloader("instagram", "fastdl")
    assert circuits.circuit_key("instagram", fastdl, "https://www.instagram.com/x/") == KEY


def test_the_last_error_is_remembered(clock):
    fail(1)
    row = Circuit.objects.get(key=KEY)
    assert row.last_error == "TIMEOUT: The site did not answer."
    assert row.last_error_at == START


def test_hosts_that_were_quiet_for_long_are_forgotten(clock):
    fail(5, key="web/old.example")
    Circuit.objects.filter(key="web/old.example").update(platform="web")
    fail(1)
    clock.pass_minutes(60 * 24 * 40)
    Circuit.objects.create(key="web/new.example", platform="web", last_success_at=clock.moment)
    assert circuits.forget_quiet_hosts(timedelta(days=30)) == 1
    assert set(Circuit.objects.values_list("key", flat=True)) == {"web/new.example", KEY}
