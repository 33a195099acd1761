"""Demo rows for looking at the pages: ``python -m tests.browser.demo_data [COUNT]`` in a data folder of its own.

Pictures come from the folder that MEDIADL_DEMO_PHOTOS names where it is there, else Pillow makes them.
"""

import hashlib
import os
import random
import sys
import uuid
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediadl.settings")
if __name__ == "__main__":
    django.setup()

from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from PIL import Image, ImageDraw, ImageOps

from downloads import cube
from downloads.models import Download, MediaRoot, StoredFile, Tombstone
from downloads.thumbnails import thumbnail_path
from mediadl import clock
from mediadl.accounts.models import Role, User
from mediadl.configuration.services import change
from mediadl.events.progress import progress_key
from mediadl.events.services import Event, publish_many
from mediadl.logs.counting import add_counts
from mediadl.logs.models import LogRow
from mediadl.media import OutcomeKind
from platforms.models import Circuit
from queue_app.models import Attempt, Outcome, QueueCount, QueueItem
from queue_app.states import LIST_RANK, Status
from scheduler.models import ForumThread, Job, Run
from tests.browser.site import PASSWORD

_RANDOM = random.Random(7)
_SOURCES = [
    ("instagram", "fastdl", "savanna.daily", "post"),
    ("tiktok", "yt-dlp", "wingbeat", "video"),
    ("forum", "forum", "PicturePub", "attachment"),
    ("instagram", "toolzu", "nightskies", "post"),
    ("instagram", "fastdl", "harvest.table", "story"),
    ("web", "direct", "archive.example", "image"),
]


def _photos() -> list[Path]:
    folder = Path(os.environ.get("MEDIADL_DEMO_PHOTOS", "/nonexistent"))
    return sorted(folder.glob("*.jpg")) if folder.is_dir() else []


def _made_picture(number: int) -> Image.Image:
    """A picture that nobody owns: shapes in colours of its own."""
    made = random.Random(number)
    width, height = made.choice([(1440, 1080), (1080, 1350), (1920, 1080), (1080, 1080), (900, 1600)])
    hue = made.randrange(256)
    image = Image.new("HSV", (width // 4, height // 4), (hue, 90, 190))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y, r = made.randrange(width // 4), made.randrange(height // 4), made.randrange(12, 90)
        draw.ellipse(
            (x - r, y - r, x + r, y + r), fill=((hue + made.randrange(-30, 90)) % 256, 130, made.randrange(90, 250))
        )
    return image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)


def _crops(number: int, photos: list[Path]) -> Image.Image:
    if not photos:
        return _made_picture(number)
    image = Image.open(photos[number % len(photos)]).convert("RGB")
    shapes = [(4, 3), (3, 4), (1, 1), (5, 4), (4, 5), (3, 2), (16, 10)]
    shape = shapes[number % len(shapes)]
    width = min(image.width, image.height * shape[0] // shape[1])
    return ImageOps.fit(image, (width, width * shape[1] // shape[0]))


class _Library:
    """Writes files, thumbnails, records and the cube's cells."""

    def __init__(self, root: Path) -> None:
        self.root = MediaRoot.objects.get_or_create(path=str(root))[0]
        self.folder = root
        self.photos = _photos()
        self.pool: list[tuple[str, int, int, int, str]] = []

    def fill_pool(self, pictures: int) -> None:
        for number in range(pictures):
            image = _crops(number, self.photos)
            path = self.folder / "demo" / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            image.save(path, quality=86)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            small = thumbnail_path(digest)
            small.parent.mkdir(parents=True, exist_ok=True)
            image.thumbnail((320, 320))
            image.save(small, "JPEG", quality=80)
            self.pool.append((f"demo/{number}.jpg", image.width, image.height, path.stat().st_size, digest))
            with Image.open(path) as full:
                self.pool[-1] = (self.pool[-1][0], full.width, full.height, self.pool[-1][3], digest)

    def add(self, number: int, when: datetime) -> Download:
        platform, collection, source, content_type = _SOURCES[number * 7 % len(_SOURCES)]
        relative, width, height, size, digest = self.pool[number % len(self.pool)]
        failed = number % 29 == 11
        video = content_type == "video" and not failed
        file = None
        if not failed:
            file = StoredFile.objects.get_or_create(
                root=self.root, path=relative, defaults={"sha256": digest, "size": size, "created_at": when}
            )[0]
        name = f"{source}_{when:%Y%m%d_%H%M%S}_{3141592653 + number}.{'mp4' if video else 'jpg'}"
        if number % 17 == 4:
            name = f"A-walk-through-the-old-town-on-a-winter-morning-with-fresh-snow-on-the-roofs-{88213 + number}.jpg"
        return Download(
            url=f"https://{source}.example/p/{number}/",
            url_hash=hashlib.sha256(str(number).encode()).hexdigest(),
            platform=platform,
            downloader=collection,
            collection=collection,
            source=source,
            content_type=content_type,
            media_type="" if failed else "video" if video else "image",
            media_id=f"m{number}",
            filename=None if failed else name,
            file=file,
            file_size=0 if failed else size,
            file_hash="" if failed else digest,
            width=None if failed else width,
            height=None if failed else height,
            duration_seconds=24 + number % 60 if video else None,
            post_date=when - timedelta(hours=5),
            download_date=when,
            status="failed" if failed else "completed",
            error_code="HTTP_404" if failed else "",
            error="The site answered 404: its owner removed it." if failed else "",
            upgraded=number % 9 == 0 and not failed,
            kept=number % 13 == 1,
            has_thumbnail=not failed,
            metadata={"caption": "A new print for the study. The swirl above the village still does it for me."},
        )


def add_downloads(count: int, root: Path) -> None:
    """``count`` records of the last weeks, most of them lately."""
    library = _Library(root)
    library.fill_pool(min(24, count))
    now = clock.now()
    rows = []
    for number in range(count):
        back = timedelta(minutes=7) + timedelta(days=29 * (number / max(1, count)) ** 1.4, minutes=number % 50)
        rows.append(library.add(number, now - back))
    Download.objects.bulk_create(rows)
    cube.repair()
    Tombstone.objects.bulk_create(
        Tombstone(
            platform="web",
            media_id=f"t{n}",
            url=f"https://archive.example/{n}.jpg",
            source="archive.example",
            deleted_at=now,
        )
        for n in range(3)
    )


def _item(number: int, status: Status, **columns: object) -> QueueItem:
    now = clock.now()
    running = status is Status.DOWNLOADING
    ended = status in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)
    priority = int(columns.pop("priority", 5))
    values: dict[str, object] = {
        "url": f"https://archive.example/albums/{number}",
        "url_hash": hashlib.sha256(f"item{number}".encode()).hexdigest(),
        "platform": "web",
        "source": "archive.example",
        "priority": priority,
        "list_rank": LIST_RANK[status],
        "list_order": -number if ended else priority,
        "status": status.value,
        "max_attempts": 4,
        "attempts": 1 if running or ended else 0,
        "created_date": now - timedelta(minutes=20),
        "started_at": now - timedelta(minutes=10) if running or ended else None,
        "ended_at": now - timedelta(minutes=9, seconds=22) if ended else None,
        "lease_worker": "demo" if running else None,
        "lease_expires_at": now + timedelta(days=1) if running else None,
        "created_by": User.objects.first(),
    }
    return QueueItem.objects.create(**{**values, **columns})


def _outcomes(item: QueueItem, kinds: str) -> None:
    words = {"d": OutcomeKind.DOWNLOADED, "s": OutcomeKind.SKIPPED, "f": OutcomeKind.FAILED, ".": OutcomeKind.LISTED}
    pictures = list(Download.objects.filter(has_thumbnail=True).values_list("id", flat=True)[: len(kinds)])
    for position, letter in enumerate(kinds):
        Outcome.objects.create(
            item=item, position=position, media_id=f"{item.pk}-{position}", url=f"{item.url}/{position}",
            outcome=words[letter].value, reason="known" if letter == "s" else "HTTP_404" if letter == "f" else "",
            detail="The site answered 404: its owner removed it. It is not tried again by itself." if letter == "f" else "",
            download_id=pictures[position % len(pictures)] if pictures and letter in "ds" else None,
        )  # fmt: skip


def add_queue(waiting: int) -> None:
    """Items in every state, with outcomes, tries and paces."""
    insta = {"platform": "instagram", "source": "savanna.daily", "url": "https://www.instagram.com/savanna.daily/"}
    first = _item(1, Status.DOWNLOADING, **insta, content_type="posts", downloader="fastdl", priority=1, max_downloads=15,
                  items_total=20, items_listed=20, items_downloaded=10, items_skipped=2, items_failed=1, progress=67,
                  listing_ended=True)  # fmt: skip
    _outcomes(first, "dddddssddfdd" + "d" + "." * 7)
    Attempt.objects.create(
        item=first,
        number=1,
        started_at=clock.now() - timedelta(minutes=9),
        ended_at=clock.now(),
        worker="w",
        error_message="timed out after 30 s",
    )
    Attempt.objects.create(item=first, number=2, started_at=clock.now() - timedelta(minutes=8), worker="w")
    second = _item(2, Status.DOWNLOADING, platform="tiktok", source="wingbeat", url="https://www.tiktok.com/@wingbeat",
                   content_type="videos", priority=3, items_total=10, items_listed=10, items_downloaded=4, progress=43)  # fmt: skip
    third = _item(3, Status.DOWNLOADING, platform="forum", source="PicturePub", url="https://picturepub.example/threads/4711",
                  metadata={"thread_title": "Old town walks, winter light and the streets behind the market"},
                  items_total=640, items_listed=640, items_downloaded=412, progress=64)  # fmt: skip
    _item(4, Status.DOWNLOADING, url="https://archive.example/albums/night-skies", items_listed=31)
    soon = clock.now() + timedelta(minutes=50)
    _item(
        5,
        Status.PENDING,
        platform="instagram",
        source="harvest.table",
        url="https://www.instagram.com/harvest.table/",
        content_type="stories",
        priority=2,
        reason="slots_busy",
    )
    _item(
        6,
        Status.PENDING,
        platform="instagram",
        source="nightskies",
        url="https://www.instagram.com/nightskies/",
        content_type="posts",
        reason="rate_limited",
        next_attempt_at=soon,
        error_message="Toolzu: 30 of 30 used this hour",
    )
    _item(
        7,
        Status.PENDING,
        platform="forum",
        source="PicturePub",
        url="https://picturepub.example/threads/9",
        metadata={"thread_title": "Big cats of the Serengeti"},
        reason="retry_wait",
        next_attempt_at=soon,
        attempts=1,
        error_message="The site did not answer within 30 s.",
    )
    for number in range(8, 8 + waiting):
        _item(number, Status.PENDING, url=f"https://archive.example/albums/palaces-{number}")
    paused = _item(
        90001,
        Status.PAUSED,
        platform="tiktok",
        source="wingbeat",
        url="https://www.tiktok.com/@runningfast",
        content_type="videos",
        items_total=10,
        items_listed=10,
        items_downloaded=5,
        progress=56,
    )
    _item(
        90002,
        Status.FAILED,
        platform="instagram",
        source="private.diary",
        url="https://www.instagram.com/private.diary/",
        content_type="posts",
        error_code="LOGIN_REQUIRED",
        error_message="The account is private. Upload the cookies of a follower.",
    )
    done = _item(
        90003,
        Status.COMPLETED,
        platform="instagram",
        source="savanna.daily",
        url="https://www.instagram.com/primates.world/",
        content_type="posts",
        items_total=15,
        items_listed=15,
        items_downloaded=12,
        items_skipped=3,
        progress=100,
    )
    _outcomes(done, "d" * 12 + "sss")
    _outcomes(paused, "ddddd.....")
    QueueCount.objects.all().delete()
    for row in QueueItem.objects.values("platform", "status").annotate(n=Count("id")):
        QueueCount.objects.create(**row)
    with transaction.atomic():
        publish_many(
            progress_event(item, speed, left)
            for item, speed, left in ((first, 2.5, 45), (second, 3.1, 120), (third, 0.8, 360))
        )


def progress_event(item: QueueItem, speed: float, left: int) -> Event:
    """A progress event in the specification's shape."""
    data = {
        "queue_id": item.pk, "url": item.url, "platform": item.platform, "source": item.source, "status": item.status,
        "progress": item.progress, "items_downloaded": item.items_downloaded, "items_total": item.items_total,
        "current_item": "savanna.daily_20251012_141523_3141592653.jpg", "speed_mbps": speed, "eta_seconds": left,
    }  # fmt: skip
    return Event("download_progress", data, key=progress_key(item.pk))


def add_jobs() -> None:
    """Jobs with runs, and a site in trouble."""
    now = clock.now()
    rows = [
        ("Savanna daily, posts", "instagram", "savanna.daily", "posts", "0 */4 * * *", 14, True, {"max_downloads": 15}),
        ("Harvest table, stories", "instagram", "harvest.table", "stories", "30 6,18 * * *", 165, True, {}),
        ("Wingbeat, videos", "tiktok", "wingbeat", "videos", "0 22 * * *", 360, True, {"max_downloads": 50}),
        (
            "Old town walks",
            "forum",
            "PicturePub",
            "",
            "15 */6 * * *",
            316,
            True,
            {"url": "https://picturepub.example/threads/4711"},
        ),
        ("Private diary, posts", "instagram", "private.diary", "posts", "0 */6 * * *", 120, True, {}),
        ("Night skies, reels", "instagram", "nightskies", "reels", "0 3 * * 1-5", 0, False, {}),
    ]
    for number, (name, platform, source, content_type, schedule, minutes, enabled, config) in enumerate(rows):
        job = Job.objects.create(
            slug=f"{platform}-{source}-{content_type}".replace(".", "-").strip("-").lower(), name=name, platform=platform,
            source=source, content_type=content_type, schedule=schedule, enabled=enabled, config=config,
            created_at=now - timedelta(days=40), next_run=now + timedelta(minutes=minutes) if enabled else None,
            last_run=now - timedelta(hours=3), last_run_status="success", last_run_items=8, total_runs=20, success_count=18, failure_count=2,
        )  # fmt: skip
        for back in range(22):
            failed = number == 4 and back < 4
            started = now - timedelta(hours=4 * back + 1, minutes=number * 7)
            Run.objects.create(
                job=job, due_at=started, started_at=started, completed_at=started + timedelta(seconds=40 + 9 * back),
                status="failure" if failed else "skipped" if back == 9 else "success", task_id=uuid.uuid4(),
                items_downloaded=0 if failed else _RANDOM.choice([0, 3, 8, 12, 24]),
                error_message="Account is private." if failed else None,
            )  # fmt: skip
    threads = [("Old town walks, winter light", 21600, 30, 640, 24), ("Big cats of the Serengeti", 43200, 1, 128, 0)]
    for number, (title, interval, days, files, lately) in enumerate(threads):
        ForumThread.objects.create(
            slug=f"thread-{4711 + number}", forum_name="PicturePub", url=f"https://picturepub.example/threads/{4711 + number}",
            url_hash=str(number), title=title, status="active", created_at=now, monitor_until=now + timedelta(days=days),
            interval_seconds=interval, next_check=now + timedelta(hours=2), last_check=now - timedelta(minutes=52),
            checks=9, files_found=files, last_files=lately,
        )  # fmt: skip
    Circuit.objects.create(
        key="instagram/gallery-dl", platform="instagram", downloader="gallery-dl", failures=5, opened_times=1,
        open_until=now + timedelta(minutes=30), last_error="LOGIN_REQUIRED: Sign-in wanted.", last_error_at=now, last_success_at=now - timedelta(hours=2),
    )  # fmt: skip


def add_logs() -> None:
    """Lines of every level."""
    lines = [
        ("INFO", "Instagram", "Downloaded 8 posts from savanna.daily", {"duration_seconds": 45}),
        ("WARNING", "Queue", "Item 2733 waits: Toolzu's hourly limit is reached (30 of 30), goes on at 16:41", {}),
        ("ERROR", "Instagram", "Sign-in wanted for private.diary: the cookies of 3 September expired. LOGIN_REQUIRED",
         {"request_id": "8f14e45f-ceea-467f-a8f1-6f1b2c3d4e5f", "queue_id": 3, "downloader": "gallery-dl"}),
        ("INFO", "Downloads", "Stored fastdl/savanna.daily/savanna.daily_20251012_141523_3141592653.jpg", {"size": 2411724}),
        ("DEBUG", "Scheduler", "Next due: instagram-savanna.daily-posts at 16:00:00Z", {}),
        ("INFO", "Forum", "PicturePub: page 12 of 12 read, 24 new files in 2 posts", {}),
        ("ERROR", "Downloads", "404 for media 88213: removed by its owner, not tried again", {}),
        ("INFO", "Web", "archive.example: 31 files found, still listing", {}),
        ("INFO", "Auth", "admin signed in from 192.0.2.14", {}),
    ]  # fmt: skip
    now = clock.now()
    for number in range(120):
        level, module, message, metadata = lines[number % len(lines)]
        LogRow.objects.create(
            timestamp=now - timedelta(seconds=number * 7.3),
            level=level,
            module=module,
            message=message,
            metadata=metadata,
        )
    add_counts(Counter((row.timestamp, row.level, row.module) for row in LogRow.objects.all()))


def main(count: int = 400, waiting: int = 2) -> None:
    """Migrate, and fill an empty database."""
    for database in ("default", "broker"):
        call_command("migrate", database=database, verbosity=0)
    admin = User.objects.create_superuser("admin", "admin@example.com", PASSWORD, role=Role.ADMIN)
    User.objects.create_user("viewer", "viewer@example.com", PASSWORD, role=Role.VIEWER)
    change({"general": {"storage_limit_gb": 500}}, user=admin)
    root = Path(os.environ["MEDIADL_DATA_DIR"]) / "downloads"
    if count:
        add_downloads(count, root)
        add_queue(waiting)
        add_jobs()
        add_logs()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
