"""SIGKILL in the middle, and failpoints that raise or kill: every promise holds afterwards."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from downloads.models import CubeCell, Download, StoredFile
from queue_app.engine.reaper import reap
from queue_app.engine.tidying import tidy_up
from queue_app.models import Outcome, QueueItem
from queue_app.selectors import counts
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.draining import drain_until_ended
from tests.unit.queue_app.fake_site import FakeSite
from tests.unit.queue_app.rows import recount

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
FILES = 6


@pytest.fixture
def server(folder: Path) -> Iterator[MediaServer]:
    with MediaServer({f"/{n}.jpg": picture(n) for n in range(FILES)}) as running:
        yield running


def start_drain(sources: dict[str, list[tuple[str, str]]], failpoints: str = "") -> "subprocess.Popen[str]":
    databases = [str(connections[name].settings_dict["NAME"]) for name in ("default", "broker")]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.queue_app.drain_process", *databases],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
        env={
            **os.environ,
            "MEDIADL_DATA_DIR": str(settings.DATA_DIR),
            "MEDIADL_ENV": "test",
            "MEDIADL_FAILPOINTS": failpoints,
            "DJANGO_SETTINGS_MODULE": "mediadl.settings",
        },
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(sources))
    process.stdin.close()
    return process


def gallery(site: FakeSite, server: MediaServer) -> tuple[QueueItem, dict[str, list[tuple[str, str]]]]:
    entries = [(f"m{n}", server.url_of(f"/{n}.jpg")) for n in range(FILES)]
    site.lists(*(media(media_id, url) for media_id, url in entries))
    return enqueue(), {"/someone": entries}


def assert_every_promise(item: QueueItem, folder: Path) -> None:
    """The item ended well; every file is there once, whole and recorded; every count is exact."""
    item = fresh(item)
    assert (item.status, item.error_message) == ("completed", None)
    assert (item.items_downloaded + item.items_skipped, item.items_total) == (FILES, FILES)
    assert item.items_downloaded == Outcome.objects.filter(item=item, outcome="downloaded").count()
    expected = {hashlib.sha256(picture(n)).hexdigest() for n in range(FILES)}
    on_disk = [path for path in folder.rglob("*.jpg") if path.is_file()]
    assert sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in on_disk) == sorted(expected)
    assert set(Download.objects.values_list("file_hash", flat=True)) == expected
    assert Download.objects.count() == StoredFile.objects.count() == FILES
    assert sum(CubeCell.objects.values_list("n", flat=True)) == FILES
    assert counts() == recount()
    tidy_up()  # as the next drain does: what a crash left beside an adopted file goes
    assert not list((folder / ".partial").iterdir())


def test_killed_in_the_middle_of_a_file_it_goes_on_from_there(
    site: FakeSite, server: MediaServer, folder: Path
) -> None:
    data = picture(99, side=1600)
    server.add("/big.jpg", data)
    server.hold("/big.jpg", len(data) * 2 // 3)
    site.lists(media("big", server.url_of("/big.jpg")))
    item = enqueue()
    process = start_drain({"/someone": [("big", server.url_of("/big.jpg"))]})
    assert server.wait_for_bytes("/big.jpg", len(data) * 2 // 3)
    eventually(lambda: list((folder / ".partial").glob("*.meta.part")))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert fresh(item).status == "downloading"
    assert reap() == 1
    server.release("/big.jpg")
    drain_until_ended(item)
    assert fresh(item).status == "completed"
    assert next(folder.rglob("*.jpg")).read_bytes() == data
    assert server.bytes_sent("/big.jpg") < len(data) * 1.4
    assert fresh(item).attempts == 1


POINTS = [
    "engine.after_claim",
    "engine.after_listing",
    "engine.before_fetch",
    "engine.before_outcome",
    "engine.before_commit",
    "engine.after_commit",
    "engine.before_end",
    "store.before_rename",
    "store.after_rename",
    "store.before_commit",
    "events.before_publish",
]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_failpoint(site: FakeSite, server: MediaServer, folder: Path, point: str) -> None:
    item, sources = gallery(site, server)
    process = start_drain(sources, f"{point}=kill")
    process.wait(60)
    assert process.returncode == -signal.SIGKILL, "the point was not reached"
    drain_until_ended_with_tidying(item)
    assert_every_promise(item, folder)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("passes", [0, 1])
def test_raising_at_a_failpoint(site: FakeSite, server: MediaServer, folder: Path, point: str, passes: int) -> None:
    from mediadl import failpoints

    item, _sources = gallery(site, server)
    failpoints.arm(f"{point}=raise@{passes}")
    drain_until_ended_with_tidying(item)
    assert_every_promise(item, folder)


def drain_until_ended_with_tidying(item: QueueItem) -> None:
    """As real drains begin: dead workers are reaped and the store is healed first."""
    from mediadl.failpoints import FailpointReached
    from queue_app.engine.drain import run_drain
    from queue_app.states import ENDED
    from tests.unit.queue_app.building import eventually

    def ended() -> bool:
        with contextlib.suppress(FailpointReached):
            run_drain(linger_seconds=0)
        QueueItem.objects.filter(status="downloading").update(lease_expires_at="2020-01-01T00:00:00Z")
        return fresh(item).status in ENDED

    eventually(ended, 30)
