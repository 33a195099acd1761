"""``/healthz`` and ``/metrics``."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from mediadl.accounts.services import create_user
from mediadl.operations.health import WORKER_SILENCE_SECONDS
from mediadl.operations.instance_lock import InstanceLock
from queue_app.liveness import PONG_NAME, record_ping

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.fixture
def supervised(tmp_path: Path, settings) -> Iterator[Path]:
    """A run folder whose lock is held, as under ``mediadl serve``."""
    settings.RUN_DIR = tmp_path
    lock = InstanceLock(tmp_path)
    lock.acquire()
    yield tmp_path
    lock.release()


def test_healthy_while_the_cluster_answers(supervised: Path, client: Client):
    record_ping("abc")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "worker": "ok"}
    assert answer["Cache-Control"] == "no-store"


def test_unhealthy_before_the_first_answer_and_after_a_long_silence(supervised: Path, client: Client):
    assert client.get("/healthz").status_code == 503
    record_ping("abc")
    long_ago = time.time() - WORKER_SILENCE_SECONDS - 1
    os.utime(supervised / PONG_NAME, (long_ago, long_ago))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unhealthy", "database": "ok", "worker": "failed"}


def test_without_a_supervisor_the_worker_is_unknown_which_is_no_failure(tmp_path: Path, settings, client: Client):
    settings.RUN_DIR = tmp_path
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (200, "unknown")


def test_only_reading_is_allowed(client: Client):
    assert client.post("/healthz").status_code == 405


def _token(client: Client, role: str) -> str:
    create_user(username=role, password=PASSWORD, role=role)
    answer = client.post(
        "/api/v1/auth/login", {"username": role, "password": PASSWORD}, content_type="application/json"
    )
    return str(answer.json()["access_token"])


def test_metrics_are_for_admins_only(client: Client):
    assert client.get("/metrics").status_code == 401
    for role, status in (("viewer", 403), ("user", 403), ("admin", 200)):
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {_token(client, role)}"})
        assert answer.status_code == status, role


def test_metrics_tell_counts_disk_and_health(client: Client):
    from queue_app.models import QueueCount

    QueueCount.objects.create(platform="web", status="pending", n=7)
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {_token(client, 'admin')}"})
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'mediadl_queue_items{platform="web",status="pending"} 7.0' in text
    assert 'mediadl_up{part="database"} 1.0' in text
    assert "mediadl_disk_free_bytes" in text
    assert str(settings.DATA_DIR) not in text
