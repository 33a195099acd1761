"""Where a download's file and thumbnail are, checked before anybody opens them."""

import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from downloads.models import Download
from downloads.thumbnail_making import make_missing_thumbnail
from downloads.thumbnails import THUMBNAIL_MIME, thumbnail_path
from downloads.verification.sniffing import MIME_OF_EXTENSION
from mediadl.api.errors import FileMissingError, NotFoundError, ThumbnailUnavailableError


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A file that may be sent.

    Attributes:
        etag: strong, with its quotes.
        filename: as on disk.
    """

    path: Path
    size: int
    mime: str
    etag: str
    last_modified: datetime
    filename: str


def file_location(download_id: int) -> FileLocation:
    """The download's file.

    Raises:
        NotFoundError: there is no such download, or it failed.
        FileMissingError: its file is not on disk, or not inside its media folder.
    """
    download = _download(download_id)
    if download.file is None or download.filename is None:
        raise NotFoundError("This download failed, so it has no file; retry it first.")
    root = Path(download.file.root.path)
    path = root / download.file.path
    try:
        status = path.lstat()
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:
        raise FileMissingError from error
    if not stat.S_ISREG(status.st_mode) or not inside:
        raise FileMissingError
    extension = download.filename.rsplit(".", 1)[-1].lower()
    return FileLocation(
        path=path,
        size=status.st_size,
        mime=MIME_OF_EXTENSION.get(extension, "application/octet-stream"),
        etag=f'"{download.file_hash}"',
        last_modified=datetime.fromtimestamp(status.st_mtime, UTC),
        filename=download.filename,
    )


def thumbnail_location(download_id: int) -> FileLocation:
    """The download's thumbnail; one that was lost is made again.

    Raises:
        NotFoundError: there is no such download.
        ThumbnailUnavailableError: none can be made.
    """
    download = _download(download_id)
    if not download.has_thumbnail or not download.file_hash:
        raise ThumbnailUnavailableError
    path = thumbnail_path(download.file_hash)
    if not path.is_file() and not make_missing_thumbnail(file_location(download_id).path, path):
        raise ThumbnailUnavailableError
    return thumbnail_at(download.file_hash, f"{download_id}.jpg")


def thumbnail_at(sha256: str, filename: str) -> FileLocation:
    """The thumbnail of these bytes.

    Raises:
        ThumbnailUnavailableError: there is none.
    """
    path = thumbnail_path(sha256)
    try:
        status = path.stat()
    except OSError as error:
        raise ThumbnailUnavailableError from error
    return FileLocation(
        path=path,
        size=status.st_size,
        mime=THUMBNAIL_MIME,
        etag=f'"{sha256[:32]}-{status.st_mtime_ns:x}"',
        last_modified=datetime.fromtimestamp(status.st_mtime, UTC),
        filename=filename,
    )


def _download(download_id: int) -> Download:
    download = Download.objects.select_related("file__root").filter(pk=download_id).first()
    if download is None:
        raise NotFoundError("There is no download with this id.")
    return download
