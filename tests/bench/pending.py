"""Fills a stopped installation's queue with pending items: ``python -m tests.bench.pending <items>``."""

import os
import subprocess
import sys

from tests.product.running import Product


def fill_queue(product: Product, items: int) -> list[int]:
    """Put so many pending items into the queue; returns the ids of the first as they are shown."""
    output = subprocess.run(
        [sys.executable, "-m", "tests.bench.pending", "fill", str(items)],
        env=product.environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [int(number) for number in output.split()]


def started_items(product: Product) -> list[int]:
    """The ids of the items that were claimed, in the order of their commits."""
    output = subprocess.run(
        [sys.executable, "-m", "tests.bench.pending", "started", "0"],
        env=product.environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [int(number) for number in output.split()]


def _fill(items: int) -> list[int]:
    from django.db import connection
    from django.db.models import F

    from mediadl import clock
    from queue_app import selectors
    from queue_app.models import Attempt, QueueCount, QueueItem
    from queue_app.states import LIST_RANK, Status
    from tests.bench.filling import Size, fill

    Attempt.objects.all().delete()
    fill(connection, Size(downloads=1, queue_items=items, log_rows=1, runs=1), now=clock.now())
    QueueItem.objects.update(
        status=Status.PENDING.value,
        list_rank=LIST_RANK[Status.PENDING],
        list_order=F("priority"),
        attempts=0,
        fence=0,
        listing_ended=False,
        started_at=None,
        ended_at=None,
        lease_worker=None,
        lease_expires_at=None,
    )
    QueueCount.objects.all().delete()
    for platform in QueueItem.objects.values_list("platform", flat=True).distinct():
        n = QueueItem.objects.filter(platform=platform).count()
        QueueCount.objects.create(platform=platform, status=Status.PENDING.value, n=n)
    pages = range(1, 26)
    return [row["id"] for page in pages for row in selectors.list_items(page=page, per_page=200).items]


def main() -> None:
    """Do what the arguments say."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    from queue_app.models import Attempt

    action, items = sys.argv[1:]
    if action == "fill":
        ids = _fill(int(items))
    else:
        ids = list(Attempt.objects.order_by("id").values_list("item_id", flat=True))
    sys.stdout.write(" ".join(map(str, ids)))


if __name__ == "__main__":
    main()
