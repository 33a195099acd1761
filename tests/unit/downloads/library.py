"""Filling the library quickly, without files, as a bulk insert that keeps the cube."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from downloads.cube import repair
from downloads.models import Download, MediaRoot, StoredFile

START = datetime(2025, 1, 1, 12, tzinfo=UTC)


def add_downloads(count: int, *, root: Path = Path("/media"), start: int = 0, **changes: Any) -> list[Download]:
    """``count`` completed downloads, an hour apart; ``changes`` may be functions of the number."""
    row, _made = MediaRoot.objects.get_or_create(path=str(root))
    numbers = range(start, start + count)
    files = StoredFile.objects.bulk_create(
        [
            StoredFile(root=row, path=f"web/s/s_{n}.jpg", sha256=f"{n:064x}", size=1000 + n, created_at=START)
            for n in numbers
        ]
    )
    downloads = Download.objects.bulk_create(
        [_download(n, file, changes) for n, file in zip(numbers, files, strict=True)]
    )
    repair()
    return downloads


def _download(number: int, file: StoredFile, changes: dict[str, Any]) -> Download:
    values: dict[str, Any] = {
        "url": f"https://example.org/p/{number}/",
        "url_hash": f"{number:064x}",
        "platform": "instagram",
        "downloader": "fastdl",
        "collection": "fastdl",
        "source": "evalongoria",
        "content_type": "post",
        "media_type": "image",
        "media_id": str(number),
        "media_url": f"https://cdn.example.org/{number}.jpg",
        "filename": f"evalongoria_{number}.jpg",
        "file": file,
        "file_size": file.size,
        "file_hash": file.sha256,
        "post_date": START - timedelta(days=number),
        "download_date": START + timedelta(hours=number),
        "status": "completed",
    }
    values |= {name: change(number) if callable(change) else change for name, change in changes.items()}
    if values["status"] == "failed":
        values |= {"filename": None, "file": None, "file_size": 0, "file_hash": ""}
    return Download(**values)
