"""Disks that are full, read-only or away, as the kernel makes them: small file systems in memory."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediadl.configuration.services import change
from mediadl.notifications.models import Message
from queue_app.engine.reaper import needs_drain
from queue_app.models import Pause, QueueItem
from queue_app.selectors import item_json
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import change_settings, drain, enqueue, fresh, media, picture
from tests.unit.queue_app.draining import titles
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])

MIB = 1024**2
DISK_MIB, FLOOR_MIB = 24, 8


def mount(*arguments: str) -> None:
    """Mount, or say why these tests cannot be made: a build must not go green without them."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        words = f"These tests need the right to mount: {done.stderr.strip()}"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)


def unmount(path: Path) -> None:
    subprocess.run(["umount", "--lazy", str(path)], check=True)


@pytest.fixture
def disk(folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A small disk, mounted at the download folder; it stays in existence while it is unmounted there."""
    device = tmp_path / "device"
    device.mkdir()
    mount("-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(device))
    mount("--bind", str(device), str(folder))
    change_settings(general={"free_space_floor_mb": FLOOR_MIB})
    change({"notifications": {"webhooks": {"urls": ["https://hooks.example/"], "events": ["disk"]}}}, user=None)
    yield device
    while os.path.ismount(folder):
        unmount(folder)
    unmount(device)


def pictures(folder: Path) -> list[Path]:
    """What looks like a finished file."""
    return [path for path in folder.rglob("*.jpg") if ".partial" not in path.parts]


def start(site: FakeSite, server: MediaServer, name: str) -> QueueItem:
    site.lists(media(name, server.url_of(f"/{name}.jpg")))
    return enqueue()


def stands_still(item: QueueItem, folder: Path, files: int) -> None:
    """Paused and told once, the item's tries untouched, and nothing half-written among the files."""
    for _ in range(2):
        drain()
        assert needs_drain() is False
    assert item_json(fresh(item))["reason"] == "disk_full"
    assert fresh(item).attempts == 0
    assert Pause.objects.count() == 1
    assert titles()[-1] == "Downloading Paused"
    assert len(pictures(folder)) == files


def goes_on(item: QueueItem, folder: Path, files: int, data: bytes) -> None:
    """By itself, and tells."""
    assert needs_drain() is True
    drain()
    assert fresh(item).status == "completed"
    assert not Pause.objects.exists()
    found = pictures(folder)
    assert len(found) == files
    assert data in [path.read_bytes() for path in found]
    assert list(Message.objects.order_by("id").values_list("title", flat=True)) == [
        "Downloading Paused",
        "Downloading Goes On",
    ]


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer({"/a.jpg": picture(1), "/b.jpg": picture(2), "/large.jpg": picture(3, side=2000)}) as running:
        yield running


def test_downloading_pauses_at_the_floor_and_goes_on_when_there_is_space(
    site: FakeSite, server: MediaServer, folder: Path, disk: Path
) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes((DISK_MIB - FLOOR_MIB) * MIB + MIB))
    item = start(site, server, "a")
    stands_still(item, folder, 0)
    ballast.unlink()
    goes_on(item, folder, 1, picture(1))


def test_a_disk_that_is_full_in_the_middle_of_a_file_keeps_nothing_of_it_among_the_files(
    site: FakeSite, server: MediaServer, folder: Path, disk: Path
) -> None:
    change_settings(general={"free_space_floor_mb": 0})
    data = picture(3, side=2000)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(DISK_MIB * MIB - len(data) // 2 // 4096 * 4096))
    item = start(site, server, "large")
    stands_still(item, folder, 0)
    ballast.unlink()
    goes_on(item, folder, 1, data)


def test_a_read_only_disk_pauses_and_goes_on_when_it_can_be_written(
    site: FakeSite, server: MediaServer, folder: Path, disk: Path
) -> None:
    mount("-o", "remount,ro,bind", str(folder))
    item = start(site, server, "a")
    stands_still(item, folder, 0)
    assert "read-only" in Pause.objects.get().detail.lower()
    mount("-o", "remount,rw,bind", str(folder))
    goes_on(item, folder, 1, picture(1))


def test_a_disk_that_is_away_pauses_writes_nothing_below_and_goes_on_when_it_is_back(
    site: FakeSite, server: MediaServer, folder: Path, disk: Path
) -> None:
    first = start(site, server, "a")
    drain()
    assert fresh(first).status == "completed"
    unmount(folder)
    item = start(site, server, "b")
    stands_still(item, folder, 0)
    assert "mounted" in Pause.objects.get().detail
    assert list(folder.iterdir()) == []
    mount("--bind", str(disk), str(folder))
    goes_on(item, folder, 2, picture(2))
