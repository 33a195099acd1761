"""Instagram with two downloaders that list what a test puts into them."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from mediadl.media import MediaItem
from platforms import registry
from platforms.contract import ListingContext
from tests.unit.queue_app.building import change_settings


class ListedBy:
    """An adapter that lists these items."""

    def __init__(self) -> None:
        self.items: list[MediaItem] = []

    def list_media(self, _context: ListingContext) -> Iterator[MediaItem]:
        """What a test put in."""
        yield from self.items


@pytest.fixture
def instagram(monkeypatch: pytest.MonkeyPatch) -> dict[str, ListedBy]:
    """The adapters by downloader."""
    platform = registry.get("instagram")
    adapters = {info.name: ListedBy() for info in platform.downloaders}
    downloaders = tuple(
        replace(info, adapter=adapters[info.name], configured=lambda: True) for info in platform.downloaders
    )
    monkeypatch.setitem(registry._registered, "instagram", replace(platform, downloaders=downloaders))
    monkeypatch.setenv("MEDIADL_TEST_TIME_SCALE", "0.01")
    return adapters


@pytest.fixture
def folder(transactional_db: None) -> Path:
    """The download folder of this test."""
    path = Path(settings.DATA_DIR) / f"downloads-{uuid.uuid4().hex[:8]}"
    path.mkdir(parents=True)
    change_settings(general={"download_directory": str(path)})
    return path
