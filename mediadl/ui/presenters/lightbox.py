"""A download as the lightbox shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediadl.ui.links import file_url, thumbnail_url
from mediadl.ui.presenters.platform_words import downloader_label, platform_icon
from mediadl.ui.words import TIMES, clip_length

_HASH_ENDS = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the lightbox says of one file."""

    id: int
    name: str
    kind: str  # image, video, audio, none
    file: str
    thumbnail: str
    url: str
    source: str
    icon: str
    posted: datetime | None
    fetched: datetime
    type_words: str
    pixels: str
    length: str
    size: int
    downloader: str
    hash_words: str
    hash: str
    caption: str
    kept: bool
    upgraded: bool
    status: str
    error: str
    width: int
    height: int
    tags: list[str]
    note: str

    @property
    def tags_text(self) -> str:
        """The tags as they are typed."""
        return ", ".join(self.tags)


def shown(row: dict[str, Any]) -> Shown:
    """The lightbox of a download in the API's shape."""
    data = row["metadata"]
    digest = (row["file_hash"] or "").removeprefix("sha256:")
    width, height = data["width"] or 0, data["height"] or 0
    return Shown(
        id=row["id"],
        name=row["filename"] or row["url"],
        kind=(data["media_type"] or "none") if row["status"] == "completed" else "none",
        file=file_url(row["id"]),
        thumbnail=thumbnail_url(row["id"]) if data["has_thumbnail"] else "",
        url=row["url"],
        source=row["source"],
        icon=platform_icon(row["platform"]),
        posted=datetime.fromisoformat(row["post_date"]) if row["post_date"] else None,
        fetched=datetime.fromisoformat(row["download_date"]),
        type_words=row["content_type"].capitalize(),
        pixels=f"{width}{TIMES}{height}" if width and height else "",
        length=clip_length(data["duration_seconds"]) if data.get("duration_seconds") else "",
        size=row["file_size"],
        downloader=downloader_label(row["platform"], data["downloader"]),
        hash_words=f"{digest[:_HASH_ENDS]}…{digest[-_HASH_ENDS:]}" if digest else "",
        hash=digest,
        caption=str(data.get("caption") or "")[:2000],
        kept=row["kept"],
        upgraded=bool(data["upgraded"]),
        status=row["status"],
        error=data.get("error") or "",
        width=width,
        height=height,
        tags=row["metadata"]["tags"],
        note=row["metadata"]["note"],
    )
