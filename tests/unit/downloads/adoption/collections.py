"""Collections as gallery-dl, yt-dlp and cyberdrop-dl leave them."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from downloads.adoption.deciding import Decision
from downloads.adoption.request import AdoptionRequest, FilePlacement
from downloads.adoption.run import Progress, advance
from tests.unit.downloads.builders import picture_bytes

FIRST_ID = 1_922_949_326_347_663_701


def gallery_dl_archive(path: Path, entries: Iterable[str], table: str = "archive") -> Path:
    """As gallery-dl writes it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f'CREATE TABLE "{table}" (entry TEXT PRIMARY KEY) WITHOUT ROWID')
        connection.executemany(f'INSERT INTO "{table}" VALUES (?)', [(entry,) for entry in entries])  # noqa: S608
    return path


def cyberdrop_dl_archive(path: Path, rows: Iterable[tuple[str, str, str, int]]) -> Path:
    """(domain, url_path, download_filename, completed)."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE media (domain TEXT, url_path TEXT, referer TEXT, album_id TEXT, download_path TEXT, "
            "download_filename TEXT, original_filename TEXT, completed INTEGER NOT NULL, created_at TIMESTAMP, "
            "completed_at TIMESTAMP, PRIMARY KEY (domain, url_path, original_filename))"
        )
        connection.executemany(
            "INSERT INTO media (domain, url_path, download_filename, original_filename, completed, referer) "
            "VALUES (?, ?, ?, ?, ?, 'https://bunkr.example/a/album')",
            [(domain, url, name, name, completed) for domain, url, name, completed in rows],
        )
    return path


def instagram_collection(folder: Path, number: int, *, source: str = "evalongoria") -> list[str]:
    """``instagram/<source>/<media id>.jpg``, all different; returns the media ids."""
    inside = folder / "instagram" / source
    inside.mkdir(parents=True)
    ids = [str(FIRST_ID + n) for n in range(number)]
    for n, media_id in enumerate(ids):
        (inside / f"{media_id}.jpg").write_bytes(picture_bytes(n) + n.to_bytes(4, "big"))
    return ids


def adopt(
    folder: Path | None,
    *archives: Path,
    placement: FilePlacement = FilePlacement.IN_PLACE,
    dry_run: bool = False,
    platform: str = "",
) -> tuple[Counter[str], dict[str, Decision]]:
    """One adoption to its end: its counts, and each file's decision by path."""
    told: dict[str, Decision] = {}
    request = AdoptionRequest(folder, archives, placement, platform)
    progress = advance(request, Progress(), dry_run=dry_run, tell=lambda one: told.update({one.file.path: one}))
    assert progress.finished
    return progress.counts, told
