"""Who adds a task wakes the cluster at once; without a bell it looks by itself."""

import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django_q.brokers import get_broker
from django_q.models import OrmQ

from mediadl.operations import doorbell
from mediadl.operations.doorbell import DoorbellBroker
from tests.product.running import wait_for

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
LONG = 60.0


@pytest.fixture(autouse=True)
def run_folder(tmp_path: Path, settings, monkeypatch):
    settings.RUN_DIR = tmp_path
    monkeypatch.setattr(doorbell, "LOOK_SECONDS", LONG)
    return tmp_path


class Listener:
    """A cluster's pusher that waits for its next task."""

    def __init__(self) -> None:
        self.taken: list = []
        self.looks = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        broker = get_broker()
        while not self.taken:
            self.looks += 1
            self.taken += broker.dequeue() or []
        connections.close_all()

    def join(self) -> None:
        self._thread.join(LONG / 4)
        assert not self._thread.is_alive()


def test_the_product_uses_it():
    assert isinstance(get_broker(), DoorbellBroker)
    assert settings.Q_CLUSTER["poll"] == 0


def test_a_task_is_taken_long_before_the_next_look(run_folder):
    listener = Listener()
    wait_for(lambda: listener.looks == 1 and (run_folder / "bell").exists(), 10, "it listens")
    time.sleep(0.1)
    get_broker().enqueue("task")
    listener.join()
    assert [payload for _id, payload in listener.taken] == ["task"]
    assert OrmQ.objects.count() == 1  # until it is acknowledged


def test_who_rings_between_the_look_and_the_wait_is_heard(monkeypatch):
    looked = threading.Event()
    listen = doorbell._listen

    def late(bell: int) -> None:
        if not looked.is_set():
            get_broker().enqueue("task")
            looked.set()
        listen(bell)

    monkeypatch.setattr(doorbell, "_listen", late)
    Listener().join()


def test_a_ring_that_nobody_hears_changes_nothing(run_folder):
    get_broker().enqueue("task")
    assert OrmQ.objects.count() == 1
    assert not (run_folder / "bell").exists()
    doorbell.ring()


@pytest.mark.parametrize("kind", ["no named pipes", "a plain file"])
def test_without_a_bell_it_looks_by_itself(run_folder, monkeypatch, kind):
    if kind == "a plain file":
        (run_folder / "bell").write_text("")
    else:
        monkeypatch.setattr("os.mkfifo", lambda *_: (_ for _ in ()).throw(PermissionError()))
    monkeypatch.setattr(doorbell, "LOOK_SECONDS", 0.2)
    listener = Listener()
    time.sleep(0.5)
    assert listener.looks <= 4  # it waits between looks
    get_broker().enqueue("task")
    listener.join()
    assert kind != "a plain file" or (run_folder / "bell").read_text() == ""
