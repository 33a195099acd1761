"""Every setting has an effect, and a test that shows it: a new one without a row here fails."""

import threading
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from downloads.models import Download
from mediadl import clock
from mediadl.configuration import services
from mediadl.configuration.registry import Leaf, leaves
from queue_app.models import Budget
from tests.api.clients import ApiClient, client_as, error_code
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import drain, enqueue, fresh, media, picture

PROJECT = Path(__file__).resolve().parents[2]
LIBRARY, SENDING = "tests/unit/downloads", "tests/unit/notifications/test_sending.py"
_QUIET = "tests/unit/queue_app/test_quiet_hours.py"
_STOPPING = "tests/unit/queue_app/test_stopping.py"
_MAIL = f"{SENDING}::test_what_happens_within_a_minute_comes_in_one_mail"
_SECURE_MAIL = f"{SENDING}::test_secure_connections_log_in_and_check_the_certificate"
_CHOSEN = f"{SENDING}::test_only_the_chosen_events_go_and_only_where_it_is_switched_on"
_HOOKS = f"{SENDING}::test_webhooks_are_signed_and_say_everything"
_FASTDL, _TOOLZU = "tests/unit/platforms/test_fastdl.py", "tests/unit/platforms/test_toolzu.py"

# Where the effect of a setting is shown; the first pattern that fits counts.
EFFECTS = {
    "general.download_directory": "test_new_files_go_into_the_download_folder",
    "general.concurrent_downloads": f"{_STOPPING}::test_concurrent_downloads_is_held_and_follows_the_setting",
    "general.retry_attempts": "test_a_request_is_tried_so_often",
    "general.default_priority": "test_a_request_without_a_priority_gets_the_default",
    "general.storage_limit_gb": f"{LIBRARY}/test_limits.py::test_stop_refuses_exactly_what_would_go_beyond_the_limit",
    "general.storage_limit_action": f"{LIBRARY}/test_limits.py::test_remove_oldest_makes_room_for_a_new_file",
    "general.recycle_bin_days": f"{LIBRARY}/bin/test_bin.py::test_what_is_older_than_the_days_goes_and_no_more",
    "general.auto_cleanup_days": (
        f"{LIBRARY}/test_cleanup.py::test_what_is_older_than_the_setting_goes_with_its_file_and_stays_remembered"
    ),
    "general.per_host_connections": f"{_STOPPING}::test_per_host_connections_is_held",
    "general.update_extractors": (
        "tests/unit/platforms/test_extractor_updates.py::test_once_a_day_where_the_setting_says_so"
    ),
    "general.free_space_floor_mb": f"{_STOPPING}::test_a_full_disk_pauses_everything_and_goes_on_by_itself",
    "general.path_template": f"{LIBRARY}/test_path_template.py::test_new_files_go_where_the_template_says",
    "general.sidecar_files": f"{LIBRARY}/test_sidecars.py::test_a_file_has_its_description_beside_it",
    "general.bandwidth_limit_kb": f"{_QUIET}::test_all_transfers_together_keep_to_the_limit",
    "general.quiet_hours": f"{_QUIET}::test_nothing_starts_in_quiet_hours_and_the_item_says_why",
    "general.quiet_hours_action": f"{_QUIET}::test_slower_lets_items_start_within_the_quiet_limit",
    "general.quiet_hours_bandwidth_kb": f"{_QUIET}::test_slower_lets_items_start_within_the_quiet_limit",
    "logs.keep_days": "tests/unit/scheduler/test_maintenance.py::test_rows_that_nobody_needs_go",
    "notifications.email.enabled": _CHOSEN,
    "notifications.email.events": _CHOSEN,
    "notifications.email.security": _SECURE_MAIL,
    "notifications.email.username": _SECURE_MAIL,
    "notifications.email.password": _SECURE_MAIL,
    "notifications.email.*": _MAIL,
    "notifications.site_url": _MAIL,
    "notifications.apprise.*": (
        "tests/unit/notifications/test_apprise.py::test_what_happens_within_a_minute_comes_in_one_message_and_goes_once"
    ),
    "notifications.webhooks.events": _CHOSEN,
    "notifications.webhooks.*": _HOOKS,
    "notifications.browser.enabled": (
        "tests/unit/notifications/test_endpoints.py::test_the_browser_hears_only_while_its_switch_is_on"
    ),
    "platforms.tiktok.quality": (
        "tests/unit/platforms/test_tiktok.py::test_quality_chooses_the_file_and_never_the_watermark"
    ),
    "platforms.instagram.gallery-dl.pause_seconds": (
        "tests/unit/platforms/test_instagram_gallery_dl.py::test_the_pause_between_requests_is_kept"
    ),
    "platforms.*.fallback": (
        "tests/unit/platforms/test_downloader_choice.py::test_with_fallback_the_next_ones_follow_but_never_a_named_one"
    ),
    "platforms.instagram.fastdl.[bpi]*": f"{_FASTDL}::test_its_page_and_selectors_follow_the_settings",
    "platforms.instagram.toolzu.captcha_api_key": f"{_TOOLZU}::test_the_solver_is_asked_where_its_key_is_set",
    "platforms.instagram.toolzu.*_page": f"{_TOOLZU}::test_its_pages_and_selectors_follow_the_settings",
    "platforms.instagram.toolzu.*_selector": f"{_TOOLZU}::test_its_pages_and_selectors_follow_the_settings",
    "platforms.instagram.toolzu.base_url": f"{_TOOLZU}::test_its_pages_and_selectors_follow_the_settings",
    "platforms.*.rate_limit_per_hour": "test_an_hour_has_so_many_requests",
    "platforms.*.*.enabled": "test_a_downloader_that_is_switched_off_is_not_used",
    "platforms.instagram.toolzu.auto_upgrade": (
        f"{LIBRARY}/upgrade/test_fetching_copies.py::test_a_known_small_picture_is_fetched_once_more_while_it_is_on"
    ),
    "platforms.*.enabled": "test_a_platform_that_is_switched_off_takes_and_runs_nothing",
}
REQUESTS = {
    "instagram": {"url": "https://www.instagram.com/evalongoria/", "source": "evalongoria", "content_type": "posts"},
    "tiktok": {"url": "https://www.tiktok.com/@evalongoria", "source": "evalongoria"},
    "forum": {"url": "https://example.org/threads/1", "source": "PicturePub"},
    "web": {"url": "https://example.org/a.jpg"},
}
SITES = tuple(REQUESTS)


def change(path: str, value: Any) -> None:
    """Change one setting as an admin does."""
    patch: Any = value
    for name in reversed(path.split(".")):
        patch = {name: patch}
    services.change(patch, user=None)


def _leaves(pattern: str) -> list[Leaf]:
    """The product's own leaves; a fake platform of other tests is not one."""
    return [leaf for leaf in leaves() if fnmatchcase(leaf.path, pattern) and _is_own(leaf)]


def _is_own(leaf: Leaf) -> bool:
    first, second = leaf.path.split(".")[:2]
    return first in {"general", "notifications", "logs"} or (first == "platforms" and second in SITES)


def _paths(pattern: str, parts: int) -> list[str]:
    return [leaf.path for leaf in _leaves(pattern) if leaf.path.count(".") == parts - 1]


def platform_row(client: ApiClient, name: str) -> dict[str, Any]:
    return next(row for row in client.get("/platforms").json()["platforms"] if row["name"] == name)


def downloader_row(client: ApiClient, platform: str, name: str) -> dict[str, Any]:
    return next(row for row in platform_row(client, platform)["downloaders"] if row["name"] == name)


@pytest.mark.parametrize("leaf", _leaves("*"), ids=lambda leaf: leaf.path)
def test_every_setting_has_a_test_of_its_effect(leaf: Leaf):
    shown = next((test for pattern, test in EFFECTS.items() if fnmatchcase(leaf.path, pattern)), None)
    assert shown is not None, f"{leaf.path} has no test of its effect"
    file, _, name = shown.rpartition("::")
    text = (PROJECT / file).read_text() if file else Path(__file__).read_text()
    assert f"def {name}(" in text, shown


def test_no_row_is_without_its_setting():
    paths = [leaf.path for leaf in _leaves("*")]
    assert [pattern for pattern in EFFECTS if not any(fnmatchcase(path, pattern) for path in paths)] == []


@pytest.fixture
def site() -> Iterator[fake_site.FakeSite]:
    fake_site.register()
    yield fake_site.SITE
    fake_site.SITE.sources.clear()
    fake_site.unregister()


@pytest.mark.django_db(transaction=True, databases=["default", "broker"])
def test_new_files_go_into_the_download_folder(site: fake_site.FakeSite, settings: Any, tmp_path: Path):
    folder = Path(settings.DATA_DIR) / tmp_path.name
    folder.mkdir()
    change("general.download_directory", str(folder))
    with MediaServer({"/1.jpg": picture(1)}) as server:
        site.lists(media("m1", server.url_of("/1.jpg")))
        item = enqueue()
        drain()
    assert fresh(item).status == "completed"
    (stored,) = (path for path in folder.rglob("*.jpg") if path.is_file())
    assert str(stored).startswith(client_as().get(f"/queue/{item.pk}").json()["save_path"])
    assert Download.objects.get().file.root.path == str(folder)


@pytest.mark.django_db(transaction=True, databases=["default", "broker"])
def test_a_request_is_tried_so_often(site: fake_site.FakeSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEDIADL_TEST_TIME_SCALE", "0.001")
    change("general.retry_attempts", 2)
    with MediaServer() as server:
        url = server.behave("/1.jpg", lambda exchange: exchange.respond(503, b""))
        site.lists(media("m1", url))
        item = enqueue()
        waiter = threading.Event()
        deadline = clock.monotonic() + 20
        while fresh(item).status != "failed" and clock.monotonic() < deadline:
            drain()
            waiter.wait(0.02)
    shown = client_as().get(f"/queue/{item.pk}").json()
    assert (shown["status"], shown["attempts"], shown["max_attempts"]) == ("failed", 3, 3)


@pytest.mark.django_db
def test_a_request_without_a_priority_gets_the_default():
    change("general.default_priority", 2)
    client = client_as()
    added = client.post("/queue", REQUESTS["web"]).json()
    own = client.post("/queue", {"url": "https://example.org/b.jpg", "priority": 9}).json()
    assert client.get(f"/queue/{added['id']}").json()["priority"] == 2
    assert client.get(f"/queue/{own['id']}").json()["priority"] == 9


@pytest.mark.django_db
@pytest.mark.parametrize("path", _paths("platforms.*.enabled", 3))
def test_a_platform_that_is_switched_off_takes_and_runs_nothing(path: str):
    name = path.split(".")[1]
    client = client_as()
    request = {"platform": name, **REQUESTS[name]}
    waiting = client.post("/queue", request).json()
    change(path, False)
    assert client.get(f"/queue/{waiting['id']}").json()["reason"] == "platform_disabled"
    assert (platform_row(client, name)["enabled"], platform_row(client, name)["status"]) == (False, "disabled")
    refused = client.post("/queue", {**request, "url": f"{request['url']}?again"})
    assert (refused.status_code, error_code(refused)) == (409, "PLATFORM_DISABLED")
    assert name not in client.get("/stats/overview").json()["platforms"]
    change(path, True)
    assert client.get(f"/queue/{waiting['id']}").json()["reason"] != "platform_disabled"


@pytest.mark.django_db
@pytest.mark.parametrize("path", _paths("platforms.*.*.enabled", 4))
def test_a_downloader_that_is_switched_off_is_not_used(path: str):
    _platforms, platform, name, _enabled = path.split(".")
    client = client_as()
    request = {"platform": platform, "downloader": name, **REQUESTS[platform]}
    waiting = client.post("/queue", request).json()
    change(path, False)
    assert client.get(f"/queue/{waiting['id']}").json()["reason"] == "platform_disabled"
    row = downloader_row(client, platform, name)
    assert (row["enabled"], row["status"]) == (False, "disabled")
    refused = client.post("/queue", {**request, "url": f"{request['url']}?again"})
    assert (refused.status_code, error_code(refused)) == (409, "PLATFORM_DISABLED")


@pytest.mark.django_db
@pytest.mark.parametrize("path", _paths("platforms.*.rate_limit_per_hour", 4))
def test_an_hour_has_so_many_requests(path: str):
    _platforms, platform, name, _limit = path.split(".")
    client = client_as()
    request = {"platform": platform, "downloader": name, **REQUESTS[platform]}
    waiting = client.post("/queue", request).json()
    Budget.objects.create(key=f"{platform}/{name}", window_started_at=clock.now(), used=7)
    change(path, 8)
    assert client.get(f"/queue/{waiting['id']}").json()["reason"] == "slots_busy"
    limit = downloader_row(client, platform, name)["rate_limit"]
    assert (limit["limit"], limit["remaining"]) == (8, 1)
    change(path, 7)
    assert client.get(f"/queue/{waiting['id']}").json()["reason"] == "rate_limited"
    change(path, 0)
    assert client.get(f"/queue/{waiting['id']}").json()["reason"] == "slots_busy"
