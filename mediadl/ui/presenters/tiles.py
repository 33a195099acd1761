"""A download as a tile of the gallery."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediadl.ui.links import thumbnail_url
from mediadl.ui.presenters.platform_words import platform_icon, platform_label
from mediadl.ui.words import TIMES, clip_length

_DEFAULT_SIDES = (4, 3)  # of a tile whose picture's size is not known
_WIDEST, _NARROWEST = 2.6, 0.5  # a panorama or a long strip is cropped, not shown as a line


@dataclass(frozen=True, slots=True)
class Tile:
    """Everything that the tile's template says; ``ratio`` is width by height, within bounds."""

    id: int
    name: str
    source: str
    platform: str
    icon: str
    picture: str
    width: int
    height: int
    status: str
    error: str
    media_type: str
    length: str
    upgraded: int
    kept: bool
    size: int
    date: datetime
    content_type: str
    pixels: str


def _sides(width: int | None, height: int | None) -> tuple[int, int]:
    if not width or not height:
        return _DEFAULT_SIDES
    ratio = max(_NARROWEST, min(_WIDEST, width / height))
    return round(ratio * 300), 300


def tile_of(row: dict[str, Any]) -> Tile:
    """The tile of a download in the API's shape (``downloads.selectors``)."""
    data = row["metadata"]
    width, height = _sides(data["width"], data["height"])
    duration = data.get("duration_seconds")
    return Tile(
        id=row["id"],
        name=row["filename"] or data.get("error") or row["url"],
        source=row["source"],
        platform=platform_label(row["platform"]),
        icon=platform_icon(row["platform"]),
        picture=thumbnail_url(row["id"]) if data["has_thumbnail"] else "",
        width=width,
        height=height,
        status=row["status"],
        error=data.get("error") or "",
        media_type=data["media_type"] or "",
        length=clip_length(duration) if duration and data["media_type"] != "image" else "",
        upgraded=max(data["width"] or 0, data["height"] or 0) if data["upgraded"] else 0,
        kept=row["kept"],
        size=row["file_size"],
        date=datetime.fromisoformat(row["download_date"]),
        content_type=row["content_type"].capitalize(),
        pixels=f"{data['width']}{TIMES}{data['height']}" if data["width"] and data["height"] else "",
    )


def tiles_of(rows: Iterable[dict[str, Any]]) -> list[Tile]:
    """The tiles of many rows."""
    return [tile_of(row) for row in rows]
