"""The list of platforms: the specification's shape, and each word of health."""

from datetime import UTC, datetime, timedelta

import pytest

from mediadl.clock import clock_set_to
from mediadl.configuration import services as settings_services
from mediadl.media import FailureKind, MediaError
from platforms import circuits, facts, registry
from platforms.contract import DownloaderInfo, PlatformInfo
from platforms.selectors import list_platforms, platform_status

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 10, 13, 12, 0, tzinfo=UTC)
DOWN = MediaError(FailureKind.TRANSIENT, "TIMEOUT", "The site did not answer.")


@pytest.fixture(autouse=True)
def still_clock():
    with clock_set_to(lambda: NOW):
        yield


class _Nothing:
    def list_media(self, context):
        return iter(())


@pytest.fixture
def instagram(monkeypatch):
    """Instagram with two downloaders that work, and one that needs cookies."""
    real = registry.get("instagram")
    platform = PlatformInfo(
        name="instagram",
        display_name="Instagram",
        content_types=real.content_types,
        features=real.features,
        downloaders=(
            DownloaderInfo("fastdl", "FastDL", _Nothing()),
            DownloaderInfo("toolzu", "Toolzu", _Nothing()),
            DownloaderInfo("gallery-dl", "Cookies", _Nothing(), configured=lambda: False, setup_hint="Upload cookies."),
        ),
        claims=real.claims,
        clean_source=real.clean_source,
    )
    monkeypatch.setitem(registry._registered, "instagram", platform)


def row(name: str) -> dict:
    return next(one for one in list_platforms() if one["name"] == name)


def open_circuit(key: str, platform: str, downloader: str):
    for _ in range(5):
        circuits.listing_failed(key, platform, downloader, DOWN)


def test_the_shape_is_the_specifications():
    listed = list_platforms()
    assert [one["name"] for one in listed] == ["instagram", "tiktok", "forum", "web"]
    instagram = listed[0]
    assert instagram["display_name"] == "Instagram"
    assert instagram["enabled"] is True
    assert instagram["content_types"] == ["posts", "stories", "reels"]
    assert instagram["features"] == ["quality_upgrade", "date_filtering", "limit_downloads"]
    assert instagram["downloaders"][0]["name"] == "fastdl"
    assert instagram["downloaders"][0]["display_name"] == "FastDL (640x640)"
    assert instagram["downloaders"][1]["display_name"] == "Toolzu (1920x1440)"
    assert instagram["last_successful_download"] is None
    assert {"last_error", "next_attempt_at", "rate_limit"} <= set(instagram)


def test_what_needs_cookies_or_a_browser_is_unconfigured_and_the_rest_works(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")  # no browser there
    assert [one["status"] for one in list_platforms()] == [
        "unconfigured", "operational", "operational", "operational"
    ]  # fmt: skip
    assert all(one["setup_hint"] for one in row("instagram")["downloaders"])
    assert "install Chromium" in row("instagram")["downloaders"][0]["setup_hint"]


def test_with_a_browser_on_path_its_downloaders_work(monkeypatch, tmp_path):
    (tmp_path / "chromium").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    statuses = {one["name"]: one["status"] for one in row("instagram")["downloaders"]}
    assert (statuses["fastdl"], statuses["toolzu"]) == ("operational", "operational")


@pytest.mark.usefixtures("instagram")
def test_one_open_circuit_of_two_is_degraded_and_both_are_down():
    assert platform_status("instagram") == "operational"
    open_circuit("instagram/fastdl", "instagram", "fastdl")
    assert platform_status("instagram") == "degraded"
    open_circuit("instagram/toolzu", "instagram", "toolzu")
    listed = row("instagram")
    assert listed["status"] == "down"
    assert listed["next_attempt_at"] == "2025-10-13T12:01:00Z"
    assert listed["last_error"] == "TIMEOUT: The site did not answer."
    assert [one["status"] for one in listed["downloaders"]] == ["down", "down", "unconfigured"]


@pytest.mark.usefixtures("instagram")
def test_a_downloader_that_needs_cookies_counts_for_nothing():
    settings_services.change({"platforms": {"instagram": {"toolzu": {"enabled": False}}}}, user=None)
    open_circuit("instagram/fastdl", "instagram", "fastdl")
    assert platform_status("instagram") == "down"


@pytest.mark.usefixtures("instagram")
def test_disabled_platforms_and_downloaders_say_so():
    settings_services.change({"platforms": {"instagram": {"fastdl": {"enabled": False}}}}, user=None)
    assert (
        row("instagram")["downloaders"][0] | {"status": "disabled", "enabled": False}
        == row("instagram")["downloaders"][0]
    )
    settings_services.change({"platforms": {"instagram": {"enabled": False}}}, user=None)
    assert row("instagram")["status"] == "disabled"
    assert row("instagram")["enabled"] is False


def test_one_dead_host_is_no_downloader_of_web_that_fails():
    open_circuit("web/dead.example", "web", "page")
    assert platform_status("web") == "operational"
    assert row("web")["next_attempt_at"]  # of that host


def test_other_rooms_say_when_something_was_stored_and_how_much_of_the_hour_is_left(monkeypatch):
    monkeypatch.setattr(facts, "_readers", facts._Readers())
    facts.register_last_downloads(lambda names: {name: NOW - timedelta(hours=1) for name in names if name == "web"})
    facts.register_rate_limits(lambda _downloaders: {("instagram", "fastdl"): facts.RateLimit(100, 40, NOW)})
    assert row("web")["last_successful_download"] == "2025-10-13T11:00:00Z"
    assert row("web")["rate_limit"] is None
    assert row("instagram")["rate_limit"] == {"limit": 100, "remaining": 40, "reset": "2025-10-13T12:00:00Z"}


def test_the_list_takes_few_queries(django_assert_max_num_queries):
    list_platforms()  # the settings are read once a second at most
    with django_assert_max_num_queries(4):
        list_platforms()
