"""What happens behind the pages while a test looks at them: changes in the served data folder."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_PRELUDE = """
import django
django.setup()
from datetime import timedelta
from django.db import transaction
from mediadl import clock
from mediadl.events.services import Event, publish, publish_many
from queue_app.models import QueueItem
from tests.browser.demo_queue import progress_event
"""

_PAIRS = """
from downloads.media_root import current_root
from downloads.models import Download
from downloads.upgrade.looking import look
from tests.unit.downloads.upgrade.albums import LARGE, SMALL, jpeg, store
from tests.unit.downloads.upgrade.pairs import drawn_scene
root = current_root()
for number, source in enumerate({sources!r}):
    scene = drawn_scene(40 + number)
    cut = {cut}
    larger = scene.crop((0, 0, scene.width - cut, scene.height))
    Download.objects.filter(source=source).delete()
    store(root, jpeg(scene, 400), f"{{source}}-small", SMALL, source=source)
    store(root, jpeg(larger, 900), f"{{source}}-large", LARGE, source=source)
while not look(seconds=30)[1]:
    pass
"""


def run_in(data_dir: Path, code: str) -> None:
    """Run Python with Django set up on this data folder; what it publishes reaches the open pages."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mediadl.settings",
        "MEDIADL_DATA_DIR": str(data_dir),
        "MEDIADL_ENV": "test",
    }
    subprocess.run([sys.executable, "-c", _PRELUDE + code], env=environment, check=True, cwd=PROJECT, timeout=60)


def fill(data_dir: Path, downloads: int) -> None:
    """Migrate an empty folder and fill it with the demo archive; 0 makes only the users."""
    environment = {**os.environ, "MEDIADL_DATA_DIR": str(data_dir)}
    command = [sys.executable, "-m", "tests.browser.demo_data", str(downloads)]
    subprocess.run(command, env=environment, check=True, cwd=PROJECT, timeout=120)


def start_item(data_dir: Path, url: str, done: int, total: int) -> None:
    """Let an item run as a worker would, with ``done`` of ``total`` files there."""
    run_in(
        data_dir,
        f"""
with transaction.atomic():
    now = clock.now()
    QueueItem.objects.filter(url={url!r}).update(
        status="downloading", list_rank=0, lease_worker="stage", lease_expires_at=now + timedelta(hours=1),
        started_at=now, items_total={total}, items_listed={total}, items_downloaded={done},
        progress={100 * done // total},
    )
    item = QueueItem.objects.get(url={url!r})
    from queue_app.queue_events import queue_updated
    publish_many([queue_updated("updated", item), progress_event(item, 1.5, 30)])
""",
    )


def notify(data_dir: Path, title: str, message: str, link: str) -> None:
    """Publish a notification to everybody."""
    data = {
        "level": "success",
        "title": title,
        "message": message,
        "action": {"label": "View", "link": link},
        "auto_dismiss_seconds": 30,
    }
    run_in(data_dir, f"\nwith transaction.atomic():\n    publish('notification', {data!r})\n")


def add_pairs(data_dir: Path, sources: list[str], *, cut: int) -> None:
    """Store each source's picture small and large; with ``cut`` the large one is cropped, and a person is asked."""
    run_in(data_dir, _PAIRS.format(sources=sources, cut=cut))
