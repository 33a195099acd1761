"""What ``/metrics`` tells, in Prometheus's text format; read from counts that are kept anyway."""

import shutil
from collections.abc import Iterator

from django.db.models import Sum
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from downloads.media_root import current_root
from downloads.models import CubeTotal
from mediadl import clock
from mediadl.operations import health
from queue_app.models import QueueCount, TransferSlot, Worker

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class InstallationCollector:
    """Makes all metrics of this installation at the moment they are asked for."""

    def collect(self) -> Iterator[Metric]:
        """The metrics."""
        yield from _queue()
        yield from _downloads()
        yield from _workers()
        yield from _disk()
        yield from _health()


def text() -> bytes:
    """All metrics as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(InstallationCollector())
    return bytes(generate_latest(registry))


def _queue() -> Iterator[Metric]:
    items = GaugeMetricFamily(
        "mediadl_queue_items", "Queue items by platform and status.", labels=["platform", "status"]
    )
    for cell in QueueCount.objects.all():
        items.add_metric([cell.platform, cell.status], cell.n)
    yield items


def _downloads() -> Iterator[Metric]:
    number = GaugeMetricFamily("mediadl_downloads", "Download records.", labels=["platform", "status"])
    size = GaugeMetricFamily("mediadl_downloads_bytes", "Bytes of stored downloads.", labels=["platform"])
    stored: dict[str, int] = {}
    for row in CubeTotal.objects.values("platform", "status").annotate(total=Sum("n"), size=Sum("bytes")):
        number.add_metric([row["platform"], row["status"]], row["total"])
        stored[row["platform"]] = stored.get(row["platform"], 0) + row["size"]
    for platform, total in stored.items():
        size.add_metric([platform], total)
    yield number
    yield size


def _workers() -> Iterator[Metric]:
    now = clock.now()
    busy = TransferSlot.objects.filter(worker__isnull=False, expires_at__gt=now).count()
    yield GaugeMetricFamily("mediadl_drains", "Drains that are registered.", value=Worker.objects.count())
    yield GaugeMetricFamily("mediadl_transfers", "Transfers that hold a slot.", value=busy)


def _disk() -> Iterator[Metric]:
    try:
        usage = shutil.disk_usage(current_root())
    except OSError:
        return  # the folder vanished: no figure is better than a wrong one
    yield GaugeMetricFamily("mediadl_disk_free_bytes", "Free space where media are stored.", value=usage.free)
    yield GaugeMetricFamily("mediadl_disk_total_bytes", "Size of that file system.", value=usage.total)


def _health() -> Iterator[Metric]:
    state = health.examine()
    up = GaugeMetricFamily("mediadl_up", "1 where the part works.", labels=["part"])
    up.add_metric(["database"], float(state.database == "ok"))
    up.add_metric(["worker"], float(state.worker != "failed"))
    yield up
