"""SIGKILL in the middle of a file; ``tests/soak`` kills everywhere else."""

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

from queue_app.engine.reaper import reap
from queue_app.models import Outcome
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app.building import enqueue, eventually, fresh, media, picture
from tests.unit.queue_app.draining import drain_until_ended
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
FILES = 6


@pytest.fixture
def server(folder: Path) -> Iterator[MediaServer]:
    with MediaServer({f"/{n}.jpg": picture(n) for n in range(FILES)}) as running:
        yield running


def start_drain(
    sources: dict[str, list[tuple[str, str]]], failpoints: str = "", *, rounds: int = 1
) -> "subprocess.Popen[str]":
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
            "ROUNDS": str(rounds),
            "DJANGO_SETTINGS_MODULE": "mediadl.settings",
        },
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(sources))
    process.stdin.close()
    return process


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
    eventually(lambda: Outcome.objects.filter(item=item).exists())  # or nobody would know whose the partial file is
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
