"""What is under the specification's modules: sign-ins and users, settings, and each platform's items."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from mediadl.accounts.services import authenticate, create_user
from mediadl.api.errors import ApiError
from mediadl.configuration.services import change
from mediadl.logs.configure import configure_console_only, configure_logging, flush_logs
from mediadl.logs.models import LogRow
from mediadl.media import FailureKind, MediaError
from platforms import registry
from queue_app.engine.disk_pause import pause_for_disk, review_disk_pause
from queue_app.engine.platform_log import log_of
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import drain, enqueue, media, picture
from tests.unit.queue_app.conftest import folder, site
from tests.unit.queue_app.fake_site import NAME, FakeSite

__all__ = ["folder", "site"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])


@pytest.fixture(autouse=True)
def _logging(tmp_path: Path, settings) -> Iterator[None]:
    settings.LOGS_DIR = tmp_path
    configure_logging("test")
    log_of.cache_clear()
    yield
    flush_logs()
    configure_console_only()
    log_of.cache_clear()


def told(module: str) -> list[tuple[str, str]]:
    assert flush_logs()
    return list(LogRow.objects.filter(module=module).order_by("id").values_list("level", "message"))


def test_who_signs_in_and_who_fails_to():
    create_user(username="eve", password="a sound password")
    authenticate("eve", "a sound password", "1.2.3.4", "")
    with pytest.raises(ApiError):
        authenticate("eve", "wrong", "1.2.3.4", "")
    assert told("Auth") == [("INFO", "A user was added"), ("INFO", "Signed in"), ("WARNING", "A sign-in failed")]
    row = LogRow.objects.get(level="WARNING")
    assert (row.metadata["target"], row.metadata["address"]) == ("eve", "1.2.3.4")


def test_a_change_of_the_settings_and_none_that_was_taken_back():
    change({"general": {"concurrent_downloads": 3}}, user=None)
    with transaction.atomic():
        change({"general": {"concurrent_downloads": 5}}, user=None)
        transaction.set_rollback(True)
    assert told("Settings") == [("INFO", "Settings were changed")]
    assert LogRow.objects.get().metadata["target"] == "general.concurrent_downloads"


def test_a_platforms_items_are_under_its_own_module(site: FakeSite, folder: Path):
    with MediaServer({"/0.jpg": picture(0)}) as server:
        site.lists(media("m0", server.url_of("/0.jpg")), media("m1", server.url_of("/none.jpg")))
        enqueue()
        drain()
    lines = told(registry.get(NAME).log_module)
    assert registry.get(NAME).log_module != "Queue"
    assert [level for level, _message in lines] == ["INFO", "INFO"]
    assert lines[0][1].startswith("Started downloading ")
    assert lines[1][1].startswith("Downloaded 1 ")
    assert lines[1][1].endswith("; 1 failed")
    assert all("from someone" in message for _level, message in lines)


def test_a_pause_for_the_disk_and_its_end():
    pause_for_disk(MediaError(FailureKind.DISK, "DISK_FULL", "Only 3 MB are free."))
    pause_for_disk(MediaError(FailureKind.DISK, "DISK_FULL", "Only 2 MB are free."))
    assert told("Queue") == [("WARNING", "Downloading paused")]
    assert LogRow.objects.get(module="Queue").metadata["detail"] == "Only 3 MB are free."
    change({"general": {"free_space_floor_mb": 0}}, user=None)
    assert review_disk_pause() is False
    assert told("Queue")[1:] == [("INFO", "Downloading goes on")]
