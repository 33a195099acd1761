"""Where thumbnails lie: one for each content, shared by all records of the same bytes."""

from pathlib import Path

from django.conf import settings

THUMBNAIL_MIME = "image/jpeg"


def thumbnail_path(sha256: str) -> Path:
    """The thumbnail's place for a file with this hash (hex)."""
    folder = Path(settings.THUMBNAILS_DIR)
    return folder / sha256[:2] / f"{sha256}.jpg"


def remove_thumbnail(sha256: str) -> None:
    """Remove it if it is there."""
    thumbnail_path(sha256).unlink(missing_ok=True)
