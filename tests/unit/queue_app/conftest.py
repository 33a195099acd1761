"""Each test of the queue gets a fresh fake site and a download folder of its own."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from mediadl import failpoints
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import change_settings


@pytest.fixture(autouse=True)
def _quick_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIADL_TEST_TIME_SCALE", "0.01")


@pytest.fixture(autouse=True)
def site() -> Iterator[fake_site.FakeSite]:
    fake_site.register()
    fake_site.SITE.sources.clear()
    yield fake_site.SITE
    failpoints.arm("")
    fake_site.unregister()


@pytest.fixture
def folder(transactional_db: None) -> Path:
    """The download folder of this test."""
    path = Path(settings.DATA_DIR) / f"downloads-{uuid.uuid4().hex[:8]}"
    path.mkdir(parents=True)
    change_settings(general={"download_directory": str(path)})
    return path
