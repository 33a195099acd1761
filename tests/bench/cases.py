"""What is measured: every list with each filter, pairs of filters and its last page; searches; figures.

A path may name ``{last}``, the number of its last page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

LIST_MS, SEARCH_MS, FIGURES_MS = 100.0, 300.0, 150.0


@dataclass(frozen=True, slots=True)
class Case:
    """One request: ``paths`` are asked in turn, so that no single answer can be remembered for all."""

    name: str
    paths: tuple[str, ...]
    limit_ms: float
    is_list: bool = True


def _list(path: str, name: str = "") -> Case:
    return Case(name or path, (path,), LIST_MS)


def cases(now: datetime) -> list[Case]:
    """All of them; days are counted from ``now``."""
    return [*_downloads(now), *_searches(), *_queue(), *_logs(now), *_others(), *_figures()]


def _downloads(now: datetime) -> Iterator[Case]:
    months = [f"{now - timedelta(days=30 * n):%Y-%m-%d}" for n in range(1, 7)]
    singles = (
        *("platform=instagram", "source=evalongoria0", "source=PicturePub1996", "status=failed", "status=completed"),
        *("downloader=toolzu", "content_type=reel", "media_type=video", "upgraded=true", "upgraded=false"),
        *("kept=true", "kept=false"),
    )
    yield _list("/downloads")
    for query in singles:
        yield _list(f"/downloads?{query}")
    for name in ("date_from", "date_to"):
        yield Case(f"/downloads?{name}=", tuple(f"/downloads?{name}={day}" for day in months), LIST_MS)
    for sort in ("download_date", "-post_date", "post_date", "-file_size", "file_size"):
        yield _list(f"/downloads?sort={sort}")
    for pair in (
        "platform=instagram&status=failed",
        "source=evalongoria0&media_type=video",
        f"platform=web&date_from={months[0]}",
        "upgraded=true&kept=true",
    ):
        yield _list(f"/downloads?{pair}")
    yield _list("/downloads?sort=-file_size&platform=tiktok")
    yield _list("/downloads?page={last}")
    yield _list("/downloads?status=completed&page={last}")


def _searches() -> Iterator[Case]:
    """Common terms each for itself: their first search counts, later ones remember."""
    for word in ("jpg", "evalongoria", "https", "example", "_2"):
        yield Case(f"/downloads?search={word}", (f"/downloads?search={word}",), SEARCH_MS)
    rare = tuple(str(7919 * (500 + n * 37)) for n in range(8))
    absent = tuple(f"nothing-like-{n}" for n in range(20))
    for name, words in (("rare", rare), ("absent", absent)):
        yield Case(f"/downloads?search= ({name})", tuple(f"/downloads?search={word}" for word in words), SEARCH_MS)
    yield Case("/downloads?search=jpg&platform=web", ("/downloads?search=jpg&platform=web",), SEARCH_MS)
    for word in ("Downloaded", "item%209000", "nothing-like"):
        yield Case(f"/logs?search={word}", (f"/logs?search={word}",), SEARCH_MS)


def _queue() -> Iterator[Case]:
    yield _list("/queue")
    for status in ("pending", "downloading", "paused", "completed", "failed", "cancelled"):
        yield _list(f"/queue?status={status}")
    yield _list("/queue?platform=tiktok")
    for sort in ("created_date", "-created_date", "priority", "platform", "source", "-status"):
        yield _list(f"/queue?sort={sort}")
    yield _list("/queue?status=completed&platform=web")
    yield _list("/queue?page={last}")


def _logs(now: datetime) -> Iterator[Case]:
    times = [f"{now - timedelta(days=n, minutes=17):%Y-%m-%dT%H:%M:%SZ}" for n in range(1, 7)]
    yield _list("/logs")
    for query in ("level=INFO", "level=ERROR", "module=Queue", "module=TikTok"):
        yield _list(f"/logs?{query}")
    for name in ("date_from", "date_to"):
        yield Case(f"/logs?{name}=", tuple(f"/logs?{name}={time}" for time in times), LIST_MS)
    yield _list("/logs?level=WARNING&module=Queue")
    yield _list("/logs?page={last}")


def _others() -> Iterator[Case]:
    yield _list("/scheduler/history")
    for query in ("job_id=instagram-person7-posts", "status=failure", "status=success"):
        yield _list(f"/scheduler/history?{query}")
    yield _list("/scheduler/history?page={last}")
    for path in ("/scheduler/jobs", "/platforms", "/platforms/forum/threads", "/users", "/auth/tokens"):
        yield _list(path)


def _figures() -> Iterator[Case]:
    for path in (
        *(f"/downloads/stats?period={period}" for period in ("today", "week", "month", "year", "all")),
        *(f"/downloads/stats?group_by={group}" for group in ("platform", "source", "content_type")),
        "/queue/stats",
        "/stats/overview",
        "/stats/platforms",
        *(f"/stats/timeline?period=year&group_by={bucket}" for bucket in ("hour", "day", "week", "month")),
        "/stats/timeline?period=day&group_by=hour",
    ):
        yield Case(path, (path,), FIGURES_MS, is_list=False)
