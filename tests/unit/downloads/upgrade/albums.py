"""A library with small pictures of one downloader and larger ones of another, as the store makes them."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from PIL import Image

from downloads.models import Download
from downloads.store import place_files, record_files
from downloads.upgrade.looking import look
from downloads.verification import VerifiedMedia
from mediadl.media import MediaType
from tests.unit.downloads.builders import POST_DATE, media_item, store_request
from tests.unit.downloads.upgrade.pairs import drawn_scene

PLATFORM, SMALL, LARGE = "instagram", "fastdl", "toolzu"


def jpeg(picture: Image.Image, side: int, quality: int = 85) -> bytes:
    """The picture at this size, as a file."""
    scale = side / max(picture.size)
    out = io.BytesIO()
    picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS).save(
        out, "JPEG", quality=quality
    )
    return out.getvalue()


def store(
    root: Path,
    data: bytes,
    media_id: str,
    downloader: str,
    *,
    hours: float = 0,
    source: str = "evalongoria",
    **item: Any,
) -> Download:
    """Store a picture as the engine does."""
    with Image.open(io.BytesIO(data)) as picture:
        verified = VerifiedMedia(MediaType.IMAGE, "jpg", "image/jpeg", width=picture.width, height=picture.height)
    request = store_request(
        root,
        data,
        media_item(media_id, post_date=POST_DATE + timedelta(hours=hours), **item),
        downloader=downloader,
        collection=downloader,
        source=source,
        verified=verified,
    )
    placed = place_files([request])
    with transaction.atomic():
        recorded = record_files(placed)  # type: ignore[arg-type] # nothing went wrong
    return Download.objects.select_related("file__root").get(pk=recorded[0].download_id)


def same_picture_twice(root: Path, seed: int = 1, large_id: str = "999") -> tuple[Download, Download]:
    """A small picture, and a true larger copy under another id."""
    scene = drawn_scene(seed)
    small = store(root, jpeg(scene, 400, 80), f"1{seed}", SMALL)
    return small, store(root, jpeg(scene, 900), f"{large_id}{seed}", LARGE, hours=2)


def look_at_all() -> None:
    """Compare until nothing waits."""
    while not look(seconds=30)[1]:
        pass


def content(download: Download) -> bytes:
    """What is on disk."""
    file = Download.objects.select_related("file__root").get(pk=download.pk).file
    return (Path(file.root.path) / file.path).read_bytes()
