"""How many sockets a user has open, over all web processes."""

import os
import secrets
import socket
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction

from mediadl import clock
from mediadl.events.models import OpenSocket

SOCKETS_PER_USER = 10
LEASE = timedelta(seconds=60)
RENEW_SECONDS = 20

_nonce = secrets.token_hex(4)


def this_process() -> str:
    """The name under which this process holds its seats."""
    return f"{socket.gethostname()[:100]}:{os.getpid()}:{_nonce}"


def take_seat(user_id: int) -> int | None:
    """Count one more socket of a user; returns the seat to give back, or None if all are taken."""
    with transaction.atomic():
        # Two processes that count at the same moment must not both see a free seat.
        get_user_model().objects.select_for_update().filter(pk=user_id).values_list("pk", flat=True).first()
        now = clock.now()
        taken = list(OpenSocket.objects.filter(user_id=user_id).values_list("id", "process", "lease_until"))
        dead = [seat for seat, process, lease_until in taken if lease_until <= now or _is_dead(process)]
        if dead:
            OpenSocket.objects.filter(id__in=dead).delete()
        if len(taken) - len(dead) >= SOCKETS_PER_USER:
            return None
        seat = OpenSocket(user_id=user_id, process=this_process(), opened_at=now, lease_until=now + LEASE)
        seat.save()
        return int(seat.pk)


def give_back_seat(seat: int) -> None:
    """Count one socket less."""
    OpenSocket.objects.filter(pk=seat).delete()


def renew_seats() -> None:
    """Keep this process's seats for another while."""
    OpenSocket.objects.filter(process=this_process()).update(lease_until=clock.now() + LEASE)


def _is_dead(process: str) -> bool:
    """Whether the process can be told to be gone, without waiting for its lease to run out."""
    host, pid, nonce = process.rsplit(":", 2)
    own_host, own_pid, own_nonce = this_process().rsplit(":", 2)
    if host != own_host:
        return False
    if pid == own_pid:
        return nonce != own_nonce
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
