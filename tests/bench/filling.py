"""A large installation, made by the database itself: one statement a table, indexes built afterwards.

Values are as a collector's would be: four platforms, 2,000 sources of which the largest has a
twelfth of all, three years up to now, two of a hundred failed. SQLite only.
"""
# ruff: noqa: S608 - names and numbers of our own

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SOURCES = 2_000
YEARS_SECONDS = 3 * 365 * 86_400
ROOT = "/media"
_TABLES = (
    "downloads_download",
    "downloads_storedfile",
    "downloads_cubecell",
    "downloads_cubemonth",
    "downloads_cubetotal",
    "downloads_cubehour",
    "queue_app_queueitem",
    "queue_app_queuecount",
    "logs_logrow",
    "logs_logcount",
    "scheduler_run",
)
_CUBE = "platform, downloader, collection, source, content_type, media_type, status, upgraded"
# A number that looks random and is the same each time (Knuth's multiplicative hash), and one of 0..999.
_MIXED = "((x * 2654435761 + {salt} * 40503) & 4294967295)"
_HASH = "lower(hex(randomblob(32)))"
_NUMBERS = "WITH RECURSIVE numbers(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM numbers WHERE x < {count})"
_NAMES = ("evalongoria", "PicturePub", "sunset.walks", "cats_daily", "HQCelebCorner", "retro-cars", "harbour")
_PLATFORMS = (
    # name, downloader, collection, content type, media type, extension
    ("instagram", "fastdl", "fastdl", "post", "image", "jpg"),
    ("instagram", "gallery-dl", "instagram", "story", "image", "jpg"),
    ("instagram", "toolzu", "toolzu", "reel", "video", "mp4"),
    ("tiktok", "yt-dlp", "tiktok", "video", "video", "mp4"),
    ("forum", "forum", "forum", "attachment", "image", "jpg"),
    ("forum", "forum", "forum", "image", "image", "png"),
    ("web", "direct", "web", "image", "image", "webp"),
    ("web", "gallery-dl", "web", "image", "image", "jpg"),
    ("web", "page", "web", "video", "video", "mp4"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows to make."""

    downloads: int
    queue_items: int
    log_rows: int
    runs: int


def fill(connection: Any, size: Size, *, now: datetime) -> None:
    """Put ``size`` rows in the place of all that is there."""
    from downloads import search_index

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")  # a bench that loses power starts anew
        search_index.drop(connection)
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table}")
        with _without_indexes(cursor):
            _fill_downloads(cursor, size.downloads, now)
            _fill_queue(cursor, size.queue_items, now)
            _fill_logs(cursor, size.log_rows, now)
            _fill_runs(cursor, size.runs, now)
        _count(cursor)
    search_index.create(connection)
    connection.close()  # the next one has the product's own settings


@contextmanager
def _without_indexes(cursor: Any) -> Iterator[None]:
    """One pass over the finished table makes an index many times faster than a million insertions."""
    places = ", ".join(f"'{table}'" for table in _TABLES)
    cursor.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({places})"
    )
    indexes = cursor.fetchall()
    for name, _sql in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, sql in indexes:
        cursor.execute(sql)


def _insert(cursor: Any, table: str, columns: dict[str, str], count: int, source: str = "numbers") -> None:
    """Insert ``count`` rows: an SQL expression over ``x`` for each column."""
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(columns.values())
    cursor.execute(f"INSERT INTO {table} ({names}) {_NUMBERS.format(count=count)} SELECT {values} FROM {source}")


def _mixed(salt: int) -> str:
    return _MIXED.format(salt=salt)


def _share(salt: int, parts: int = 1000) -> str:
    return f"(({_mixed(salt)} >> 8) % {parts})"


def _moment(count: int, end: datetime, span: int, offset: int = 0) -> str:
    """A time in Django's form: row ``count`` is the newest."""
    first = int(end.timestamp()) - span
    return f"strftime('%Y-%m-%d %H:%M:%S', {first - offset} + x * {span}.0 / {count}, 'unixepoch')"


def _make_sources(cursor: Any) -> None:
    cursor.execute("DROP TABLE IF EXISTS temp.bench_source")
    cursor.execute(
        "CREATE TEMP TABLE bench_source (n INTEGER PRIMARY KEY, name, platform, downloader, collection, "
        "content_type, media_type, extension)"
    )
    cursor.executemany(
        "INSERT INTO bench_source VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [(n, f"{_NAMES[n % len(_NAMES)]}{n}", *_PLATFORMS[n % len(_PLATFORMS)]) for n in range(SOURCES)],
    )


def _fill_downloads(cursor: Any, count: int, now: datetime) -> None:
    cursor.execute("INSERT OR IGNORE INTO downloads_mediaroot (id, path) VALUES (1, %s)", [ROOT])
    _make_sources(cursor)
    # The third power makes a few sources large and most small.
    share = f"({_share(1, 100_000)} / 100000.0)"
    chosen = f"numbers JOIN temp.bench_source s ON s.n = CAST({SOURCES} * {share} * {share} * {share} AS INTEGER)"
    when = _moment(count, now, YEARS_SECONDS)
    posted = _moment(count, now, YEARS_SECONDS, offset=3 * 86_400)
    path = "s.collection || '/' || s.name || '/' || x || '.' || s.extension"
    failed = f"{_share(2)} < 20"
    size = f"(20000 + {_mixed(3)} % 4000000)"
    _insert(
        cursor,
        "downloads_storedfile",
        {"id": "x", "root_id": "1", "path": path, "sha256": _HASH, "size": size, "created_at": when},
        count,
        chosen,
    )
    name = f"s.name || '_' || replace(replace(replace({posted}, '-', ''), ':', ''), ' ', '_') || '_' || (x * 7919)"
    columns = {
        "id": "x",
        "url": f"'https://www.' || s.platform || '.example/p/' || printf('%x', {_mixed(4)}) || '-' || x || '/'",
        "url_hash": _HASH,
        "platform": "s.platform",
        "downloader": "s.downloader",
        "collection": "s.collection",
        "source": "s.name",
        "content_type": "s.content_type",
        "media_type": "s.media_type",
        "media_id": "CAST(x * 7919 AS TEXT)",
        "media_url": "'https://cdn' || (x % 9) || '.example/v/' || (x * 7919) || '.' || s.extension || '?sig=' || x",
        "media_url_key": _HASH,
        "filename": f"CASE WHEN {failed} THEN NULL ELSE {name} || '.' || s.extension END",
        "file_id": f"CASE WHEN {failed} THEN NULL ELSE x END",
        "file_size": f"CASE WHEN {failed} THEN 0 ELSE {size} END",
        "file_hash": f"CASE WHEN {failed} THEN '' ELSE {_HASH} END",
        "width": "1080",
        "height": "1350",
        "duration_seconds": "CASE WHEN s.media_type = 'video' THEN 12.5 END",
        "post_date": f"CASE WHEN s.platform = 'web' THEN NULL ELSE {posted} END",
        "download_date": when,
        "status": f"CASE WHEN {failed} THEN 'failed' ELSE 'completed' END",
        "error_code": f"CASE WHEN {failed} THEN 'HTTP_404' ELSE '' END",
        "error": f"CASE WHEN {failed} THEN 'The site answered 404: the file is gone.' ELSE '' END",
        "attempts": "1",
        "upgraded": f"{_share(5)} < 50",
        "kept": f"{_share(6)} < 3",
        "has_thumbnail": f"NOT ({failed})",
        "queue_item_id": f"1 + x % {max(count // 10, 1)}",
        "metadata": "json_object('caption', 'Picture ' || x || ' of a walk along the harbour', 'author', s.name)",
    }
    _insert(cursor, "downloads_download", columns, count, chosen)


def _fill_queue(cursor: Any, count: int, now: datetime) -> None:
    """Most ended long ago, some thousands wait, four run."""
    waiting = max(count // 25, 4)
    status = (
        f"CASE WHEN x > {count - 4} THEN 'downloading' WHEN x > {count - waiting} THEN 'pending' "
        f"WHEN {_share(7)} < 5 THEN 'paused' WHEN {_share(7)} < 45 THEN 'failed' "
        f"WHEN {_share(7)} < 55 THEN 'cancelled' ELSE 'completed' END"
    )
    created, ended = (_moment(count, now, YEARS_SECONDS, offset=offset) for offset in (600, 0))
    _make_sources(cursor)
    rank = f"CASE {status} WHEN 'downloading' THEN 0 WHEN 'pending' THEN 1 WHEN 'paused' THEN 2 ELSE 3 END"
    has_ended = f"({rank}) = 3"
    runs = f"({status}) = 'downloading'"
    lease = f"'{now + timedelta(days=1):%Y-%m-%d %H:%M:%S}'"
    columns = {
        "id": "x",
        "url": "'https://www.' || s.platform || '.example/' || s.name || '/' || x",
        "url_hash": _HASH,
        "host": "'www.' || s.platform || '.example'",
        "platform": "s.platform",
        "downloader": "''",
        "used_downloader": "s.downloader",
        "source": "s.name",
        "content_type": "''",
        "priority": f"1 + {_share(8, 10)}",
        "metadata": "'{}'",
        "task_id": "lower(hex(randomblob(16)))",
        "status": status,
        "list_rank": rank,
        "list_order": f"CASE WHEN {has_ended} THEN -1000000 * unixepoch({ended}) ELSE 1 + {_share(8, 10)} END",
        "attempts": "1",
        "max_attempts": "4",
        "created_date": created,
        "started_at": f"CASE WHEN {has_ended} OR {runs} THEN {created} END",
        "ended_at": f"CASE WHEN {has_ended} THEN {ended} END",
        "reason": "''",
        "error_code": "''",
        "listing_ended": has_ended,
        "items_listed": "10",
        "items_total": "10",
        "items_downloaded": "10",
        "items_skipped": "0",
        "items_failed": "0",
        "progress": f"CASE WHEN {has_ended} THEN 100 ELSE 0 END",
        "lease_worker": f"CASE WHEN {runs} THEN 'bench' END",
        "lease_expires_at": f"CASE WHEN {runs} THEN {lease} END",
        "fence": "1",
        "deaths": "0",
        "deaths_alone": "0",
    }
    _insert(cursor, "queue_app_queueitem", columns, count, f"numbers JOIN temp.bench_source s ON s.n = x % {SOURCES}")
    cursor.execute(
        "INSERT INTO queue_app_queuecount (platform, status, n) "
        "SELECT platform, status, COUNT(*) FROM queue_app_queueitem GROUP BY 1, 2"
    )


def _fill_logs(cursor: Any, count: int, now: datetime) -> None:
    """A month of log lines."""
    level = f"CASE WHEN {_share(9)} < 5 THEN 'ERROR' WHEN {_share(9)} < 40 THEN 'WARNING' ELSE 'INFO' END"
    module = (
        f"CASE {_share(10, 8)} WHEN 0 THEN 'Instagram' WHEN 1 THEN 'TikTok' WHEN 2 THEN 'Forum' WHEN 3 THEN 'Web' "
        "WHEN 4 THEN 'Scheduler' WHEN 5 THEN 'Downloads' WHEN 6 THEN 'System' ELSE 'Queue' END"
    )
    columns = {
        "id": "x",
        "timestamp": _moment(count, now, 30 * 86_400),
        "level": level,
        "module": module,
        "message": f"'Downloaded ' || {_share(11, 50)} || ' files of evalongoria' || {_share(12, SOURCES)} "
        "|| ' in the run of item ' || x",
        "metadata": "json_object('queue_id', x, 'duration_seconds', 45)",
    }
    _insert(cursor, "logs_logrow", columns, count)
    cursor.execute(
        "INSERT INTO logs_logcount (hour, level, module, n) "
        "SELECT strftime('%Y-%m-%d %H:00:00', timestamp), level, module, COUNT(*) FROM logs_logrow GROUP BY 1, 2, 3"
    )


def _fill_runs(cursor: Any, count: int, now: datetime) -> None:
    """The history of fifty jobs."""
    from scheduler.models import Job

    if not Job.objects.exists():
        Job.objects.bulk_create(
            Job(
                slug=f"instagram-person{n}-posts",
                name=f"Person {n}",
                platform="instagram",
                source=f"person{n}",
                content_type="posts",
                schedule="0 */4 * * *",
                created_at=now,
                next_run=now + timedelta(hours=4),
            )
            for n in range(50)
        )
    first = Job.objects.order_by("id").values_list("id", flat=True)[0]
    started = _moment(count, now, YEARS_SECONDS)
    columns = {
        "job_id": f"{first} + x % 50",
        "due_at": started,
        "started_at": started,
        "completed_at": started,
        "status": f"CASE WHEN {_share(13)} < 20 THEN 'failure' ELSE 'success' END",
        "items_downloaded": _share(14, 30),
        "task_id": "lower(hex(randomblob(16)))",
    }
    _insert(cursor, "scheduler_run", columns, count)


def _count(cursor: Any) -> None:
    """The cube, as the downloads' transactions would have kept it."""
    levels = (
        ("downloads_cubecell", f"day, {_CUBE}", f"date(download_date), {_CUBE}"),
        ("downloads_cubemonth", f"month, {_CUBE}", f"date(download_date, 'start of month'), {_CUBE}"),
        ("downloads_cubetotal", _CUBE, _CUBE),
        ("downloads_cubehour", "day, hour, status", "date(download_date), substr(download_date, 12, 2) + 0, status"),
    )
    for table, columns, values in levels:
        keys = ", ".join(str(number + 1) for number in range(columns.count(",") + 1))
        cursor.execute(
            f"INSERT INTO {table} ({columns}, n, bytes) SELECT {values}, COUNT(*), SUM(file_size) "
            f"FROM downloads_download GROUP BY {keys}"
        )
