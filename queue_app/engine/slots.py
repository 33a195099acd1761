"""The transfers that may run at once, over all workers and hosts: one leased row for each."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from queue_app.engine.timing import LEASE_SECONDS
from queue_app.models import TransferSlot


def hold_slots(worker: str, *, wanted: int, limit: int, now: datetime) -> int:
    """Make ``worker`` hold up to ``wanted`` of the ``limit`` slots; returns how many it holds.

    Gives back what is too many or above the limit, renews the rest, and takes free or expired
    ones. Exact with any number of workers: it is one transaction over at most 32 rows.
    """
    with transaction.atomic():
        known = TransferSlot.objects.count()
        if known < limit:
            missing = [TransferSlot(number=number) for number in range(1, limit + 1)]
            TransferSlot.objects.bulk_create(missing, ignore_conflicts=True)
        rows = list(TransferSlot.objects.select_for_update().order_by("number"))
        mine = [row.number for row in rows if row.worker == worker]
        kept = [number for number in mine if number <= limit][:wanted]
        if given_back := set(mine) - set(kept):
            TransferSlot.objects.filter(number__in=given_back).update(worker=None, expires_at=None)
        free = [
            row.number
            for row in rows
            if row.number <= limit and row.worker != worker and (row.expires_at is None or row.expires_at <= now)
        ]
        kept += free[: max(0, wanted - len(kept))]
        # A slot above the limit that another worker still uses counts until it is given back.
        above = sum(
            row.number > limit
            and row.worker not in (None, worker)
            and row.expires_at is not None
            and row.expires_at > now
            for row in rows
        )
        taken_by_others = limit - len([n for n in mine if n <= limit]) - len(free)
        kept = kept[: max(0, limit - above - taken_by_others)]
        TransferSlot.objects.filter(number__in=kept).update(
            worker=worker, expires_at=now + timedelta(seconds=LEASE_SECONDS)
        )
        TransferSlot.objects.filter(Q(worker=worker) & ~Q(number__in=kept)).update(worker=None, expires_at=None)
    return len(kept)


def give_slots_back(worker: str) -> None:
    """Free all slots of ``worker``."""
    TransferSlot.objects.filter(worker=worker).update(worker=None, expires_at=None)
