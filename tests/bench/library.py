"""Fills an installation's library: ``python -m tests.bench.library <downloads> <file's bytes>``, product stopped.

The environment names the data folder. The newest stored download gets a real file, for those who read it.
"""

import subprocess
import sys
from pathlib import Path

from tests.product.running import Product


def fill_library(product: Product, *, downloads: int, file_bytes: int = 0) -> None:
    """Put so many downloads into a stopped product's library."""
    subprocess.run(
        [sys.executable, "-m", "tests.bench.library", str(downloads), str(file_bytes)],
        env=product.environment(),
        check=True,
    )


def _main(downloads: int, file_bytes: int) -> None:
    import os

    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    from django.db import connection

    from downloads.models import Download, MediaRoot, StoredFile
    from mediadl import clock
    from queue_app.models import QueueCount, QueueItem
    from tests.bench.filling import Size, fill

    fill(connection, Size(downloads=downloads, queue_items=1, log_rows=1, runs=1), now=clock.now())
    QueueItem.objects.all().delete()
    QueueCount.objects.all().delete()
    folder = Path(os.environ["MEDIADL_DATA_DIR"]) / "downloads"
    folder.mkdir(exist_ok=True)
    root, _ = MediaRoot.objects.get_or_create(path=str(folder))
    if file_bytes:
        with (folder / "long.mp4").open("wb") as file:
            file.truncate(file_bytes)
        newest = Download.objects.filter(status="completed").order_by("-download_date", "-id")[:1]
        StoredFile.objects.filter(pk__in=newest.values("file_id")).update(root=root, path="long.mp4", size=file_bytes)


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]))
