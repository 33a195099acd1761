"""What tests of real forums share."""

import uuid
from pathlib import Path

import pytest
from django.conf import settings

from tests.unit.platforms.listing_bench import listing_bench
from tests.unit.queue_app.building import change_settings


@pytest.fixture
def bench():
    """The means to list without the engine."""
    with listing_bench() as made:
        yield made


@pytest.fixture
def folder(transactional_db) -> Path:
    """The download folder of this test."""
    path = Path(settings.DATA_DIR) / f"downloads-{uuid.uuid4().hex[:8]}"
    path.mkdir(parents=True)
    change_settings(general={"download_directory": str(path)})
    return path


@pytest.fixture
def _quick_waits(monkeypatch):
    monkeypatch.setenv("MEDIADL_TEST_TIME_SCALE", "0.01")
