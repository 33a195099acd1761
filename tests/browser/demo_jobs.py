"""The demo archive's jobs with their runs, watched threads, and log lines."""

import random
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from mediadl import clock
from mediadl.logs.counting import add_counts
from mediadl.logs.models import LogRow
from platforms.models import Circuit
from scheduler.models import ForumThread, Job, Run

_RANDOM = random.Random(7)
_THREAD = "https://picturepub.example/threads/4711"
# Name, platform, source, content type, schedule, minutes to the next run, enabled, config.
_JOBS: list[tuple[str, str, str, str, str, int, bool, dict[str, Any]]] = [
    ("Savanna daily, posts", "instagram", "savanna.daily", "posts", "0 */4 * * *", 14, True, {"max_downloads": 15}),
    ("Harvest table, stories", "instagram", "harvest.table", "stories", "30 6,18 * * *", 165, True, {}),
    ("Wingbeat, videos", "tiktok", "wingbeat", "videos", "0 22 * * *", 360, True, {"max_downloads": 50}),
    ("Old town walks", "forum", "PicturePub", "", "15 */6 * * *", 316, True, {"url": _THREAD}),
    ("Private diary, posts", "instagram", "private.diary", "posts", "0 */6 * * *", 120, True, {}),
    ("Night skies, reels", "instagram", "nightskies", "reels", "0 3 * * 1-5", 0, False, {}),
]
_FAILING_JOB, _FAILED_RUNS, _SKIPPED_RUN, _RUNS = 4, 4, 9, 22
_THREADS = (("Old town walks, winter light", 21_600, 30, 640, 24), ("Big cats of the Serengeti", 43_200, 1, 128, 0))
_LINES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("INFO", "Instagram", "Downloaded 8 posts from savanna.daily", {"duration_seconds": 45}),
    ("WARNING", "Queue", "Item 2733 waits: Toolzu's hourly limit is reached (30 of 30), goes on at 16:41", {}),
    (
        "ERROR",
        "Instagram",
        "Sign-in wanted for private.diary: the cookies of 3 September expired. LOGIN_REQUIRED",
        {"request_id": "8f14e45f-ceea-467f-a8f1-6f1b2c3d4e5f", "queue_id": 3, "downloader": "gallery-dl"},
    ),
    ("INFO", "Downloads", "Stored fastdl/savanna.daily/savanna.daily_20251012_141523_31415.jpg", {"size": 2_411_724}),
    ("DEBUG", "Scheduler", "Next due: instagram-savanna.daily-posts at 16:00:00Z", {}),
    ("INFO", "Forum", "PicturePub: page 12 of 12 read, 24 new files in 2 posts", {}),
    ("ERROR", "Downloads", "404 for media 88213: removed by its owner, not tried again", {}),
    ("INFO", "Web", "archive.example: 31 files found, still listing", {}),
    ("INFO", "Auth", "admin signed in from 192.0.2.14", {}),
]
_LOG_ROWS, _SECONDS_APART = 120, 7.3


def _runs(job: Job, number: int) -> None:
    for back in range(_RUNS):
        failed = number == _FAILING_JOB and back < _FAILED_RUNS
        started = clock.now() - timedelta(hours=4 * back + 1, minutes=number * 7)
        Run.objects.create(
            job=job,
            due_at=started,
            started_at=started,
            completed_at=started + timedelta(seconds=40 + 9 * back),
            status="failure" if failed else "skipped" if back == _SKIPPED_RUN else "success",
            task_id=uuid.uuid4(),
            items_downloaded=0 if failed else _RANDOM.choice([0, 3, 8, 12, 24]),
            error_message="Account is private." if failed else None,
        )


def add_jobs() -> None:
    """Jobs with runs."""
    now = clock.now()
    for number, (name, platform, source, content_type, schedule, minutes, enabled, config) in enumerate(_JOBS):
        slug = "-".join(filter(None, (platform, source, content_type))).replace(".", "-").lower()
        job = Job.objects.create(
            slug=slug,
            name=name,
            platform=platform,
            source=source,
            content_type=content_type,
            schedule=schedule,
            enabled=enabled,
            config=config,
            created_at=now - timedelta(days=40),
            next_run=now + timedelta(minutes=minutes) if enabled else None,
            last_run=now - timedelta(hours=1),
            last_run_status="success",
            total_runs=_RUNS,
        )
        _runs(job, number)


def add_sites() -> None:
    """Watched threads, and a site in trouble."""
    now = clock.now()
    for number, (title, interval, days, files, lately) in enumerate(_THREADS):
        ForumThread.objects.create(
            slug=f"thread-{4711 + number}",
            forum_name="PicturePub",
            url=f"https://picturepub.example/threads/{4711 + number}",
            url_hash=str(number),
            title=title,
            status="active",
            created_at=now,
            monitor_until=now + timedelta(days=days),
            interval_seconds=interval,
            next_check=now + timedelta(hours=2),
            last_check=now - timedelta(minutes=52),
            checks=9,
            files_found=files,
            last_files=lately,
        )
    Circuit.objects.create(
        key="web/slow.example",
        platform="web",
        downloader="page",
        failures=5,
        opened_times=1,
        open_until=now + timedelta(minutes=30),
        last_error="TIMEOUT: slow.example did not answer within 30 s.",
        last_error_at=now,
    )


def add_logs() -> None:
    """Lines of every level."""
    now = clock.now()
    for number in range(_LOG_ROWS):
        level, module, message, metadata = _LINES[number % len(_LINES)]
        at = now - timedelta(seconds=number * _SECONDS_APART)
        LogRow.objects.create(timestamp=at, level=level, module=module, message=message, metadata=metadata)
    add_counts(Counter((row.timestamp, row.level, row.module) for row in LogRow.objects.all()))
