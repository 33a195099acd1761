"""A worker's heartbeat: it keeps the leases of what the worker runs."""

from datetime import timedelta

from django.db import transaction

from mediadl import clock, failpoints
from queue_app.engine.identity import WorkerIdentity
from queue_app.engine.timing import LEASE_SECONDS
from queue_app.models import QueueItem, Worker
from queue_app.states import Status


def heartbeat(worker: WorkerIdentity) -> None:
    """Say that the worker lives, and renew the leases of all it runs.

    An item that was taken over carries another worker's name or another status: it is not touched.
    """
    now = clock.now()
    with transaction.atomic():
        failpoints.reach("engine.before_heartbeat")
        Worker.objects.update_or_create(
            name=worker.name,
            defaults={"heartbeat_at": now},
            create_defaults={
                "host": worker.host,
                "pid": worker.pid,
                "process_started": worker.process_started,
                "started_at": now,
                "heartbeat_at": now,
            },
        )
        QueueItem.objects.filter(lease_worker=worker.name, status=Status.DOWNLOADING.value).update(
            lease_expires_at=now + timedelta(seconds=LEASE_SECONDS)
        )


def sign_off(worker: WorkerIdentity) -> None:
    """The worker ends; it must not run anything any more."""
    Worker.objects.filter(name=worker.name).delete()
