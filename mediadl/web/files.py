"""Stored files as answers: ranges, validators, and headers that keep a hostile file harmless."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from mediadl.web.ranges import Conditions, select

PART_BYTES = 256 * 1024
# A browser may show these itself; everything else (SVG and HTML above all) is saved, not shown.
INLINE_TYPES = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif", "image/bmp"),
        *("image/jxl", "image/tiff", "image/apng", "image/x-icon", "image/vnd.microsoft.icon"),
        *("video/mp4", "video/webm", "video/quicktime", "video/x-matroska", "video/x-m4v", "video/ogg", "video/mpeg"),
        *("video/3gpp", "video/mp2t", "video/x-msvideo", "video/x-flv"),
        *("audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/opus", "audio/flac", "audio/wav", "audio/webm"),
        *("audio/x-wav", "audio/x-m4a", "audio/x-flac"),
    }
)
REFUSALS = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE})
FILE_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
_OPEN_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # non-blocking: a pipe must not hang us


def open_regular_file(path: Path, *, root: Path | None = None) -> int:
    """Open a regular file for reading; returns its descriptor, which the caller closes.

    With ``root`` the folders between it and the file are not followed if they are links, so the
    file is truly below ``root``; without it only the file itself must not be a link.

    Raises:
        FileNotFoundError: it is not there, is a link, or is no regular file.
        OSError: it cannot be read.
    """
    try:
        descriptor = _open(path, root)
    except (NotADirectoryError, FileNotFoundError) as error:
        raise FileNotFoundError(str(path)) from error
    except OSError as error:
        if error.errno in {40, 6}:  # ELOOP: a link; ENXIO: a socket
            raise FileNotFoundError(str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(str(path))
    return descriptor


def _open(path: Path, root: Path | None) -> int:
    if root is None:
        return os.open(path, _OPEN_FLAGS)
    parts = path.relative_to(root).parts
    if not parts or ".." in parts:
        raise FileNotFoundError(str(path))
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], _OPEN_FLAGS, dir_fd=folder)
    finally:
        os.close(folder)


class FileRefused(Exception):
    """The request's conditions do not fit the file: nothing of it is sent.

    Attributes:
        status: 412, or 416.
        size: the file's.
    """

    def __init__(self, status: HTTPStatus, size: int) -> None:
        super().__init__(status.phrase)
        self.status = status
        self.size = size


class FileParts(Iterator[bytes]):
    """The bytes ``start`` to ``end`` of an open file, a part at a time; owns the descriptor."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._descriptor: int | None = descriptor
        self._position = start
        self._end = end

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        """The next part.

        Raises:
            OSError: the file became shorter than was promised; the answer must break off.
        """
        wanted = min(PART_BYTES, self._end - self._position)
        if wanted <= 0 or self._descriptor is None:
            raise StopIteration
        part = os.pread(self._descriptor, wanted, self._position)
        if not part:
            raise OSError("The file became shorter while it was being sent.")
        self._position += len(part)
        return part

    def close(self) -> None:
        """Close the file; called by the answer's own ``close``."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class FileRangeResponse(StreamingHttpResponse):
    """A stored file as an answer to ``request``.

    Knows ``Range`` (one range), ``If-Range``, ``If-Match``, ``If-Unmodified-Since``,
    ``If-None-Match``, ``If-Modified-Since`` and HEAD.
    Whatever the file holds, a browser runs nothing in it: unknown types are attachments, sniffing
    is off and the policy is a sandbox. Memory does not depend on the file's size or the reader's
    speed: the server asks for the next part when the client has taken the last.

    Args:
        path: the file; a link is not followed.
        request: its method and conditional headers decide the answer.
        content_type: told from the file's content when it was stored.
        filename: the name under which a browser saves it; any text.
        etag: an opaque strong validator without quotes; from size and time if left out.
        last_modified: the file's own time if left out.
        root: if given, no folder between it and the file may be a link.
        max_age: seconds for which a browser need not ask again.
        download: offer to save it whatever its type.

    Raises:
        FileRefused: it is not the version that is asked for, or has no such bytes.
        FileNotFoundError: it is not there or is not a regular file.
        OSError: it cannot be read.
    """

    def __init__(
        self,
        path: Path,
        *,
        request: HttpRequest,
        content_type: str,
        filename: str,
        etag: str | None = None,
        last_modified: datetime | None = None,
        root: Path | None = None,
        max_age: int = 0,
        download: bool = False,
    ) -> None:
        descriptor = open_regular_file(path, root=root)
        try:
            facts = os.fstat(descriptor)
            quoted = f'"{etag}"' if etag else f'"{facts.st_size:x}-{facts.st_mtime_ns:x}"'
            changed = last_modified or datetime.fromtimestamp(facts.st_mtime, UTC)
            chosen = select(_conditions(request), size=facts.st_size, etag=quoted, last_modified=changed)
            if chosen.status in REFUSALS:
                raise FileRefused(chosen.status, facts.st_size)  # noqa: TRY301 - the file is closed below
            start, end = (0, 0) if request.method == "HEAD" else (chosen.start, chosen.end)
            super().__init__(FileParts(descriptor, start, end), status=chosen.status, content_type=content_type)
        except BaseException:
            os.close(descriptor)
            raise
        self._set_headers(facts.st_size, chosen.start, chosen.end)
        self.headers["ETag"] = quoted
        self.headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
        self.headers["Cache-Control"] = f"private, max-age={max_age}" if max_age else "private, no-cache"
        is_inline = content_type.split(";", maxsplit=1)[0].strip().lower() in INLINE_TYPES and not download
        self.headers["Content-Disposition"] = disposition(filename, attachment=not is_inline)
        self.headers["X-Content-Type-Options"] = "nosniff"
        self.headers["Content-Security-Policy"] = FILE_POLICY
        self.headers["Cross-Origin-Resource-Policy"] = "same-origin"

    def _set_headers(self, size: int, start: int, end: int) -> None:
        self.headers["Accept-Ranges"] = "bytes"
        if self.status_code == HTTPStatus.NOT_MODIFIED:
            del self.headers["Content-Type"]
            return
        self.headers["Content-Length"] = str(end - start)
        if self.status_code == HTTPStatus.PARTIAL_CONTENT:
            self.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"


def disposition(filename: str, *, attachment: bool) -> str:
    """A ``Content-Disposition`` that every browser reads right: RFC 5987 where the name needs it."""
    name = "".join(character for character in filename if character.isprintable()) or "file"
    name = name.encode("utf-8", "replace").decode("utf-8").replace("/", "_").replace("\\", "_")
    return content_disposition_header(attachment, name) or "attachment"


def _conditions(request: HttpRequest) -> Conditions:
    meta: dict[str, Any] = request.META
    return Conditions(
        # A range of anything but GET has no meaning (RFC 9110, 14.2).
        range=meta.get("HTTP_RANGE", "") if request.method == "GET" else "",
        if_range=meta.get("HTTP_IF_RANGE", ""),
        if_match=meta.get("HTTP_IF_MATCH", ""),
        if_unmodified_since=meta.get("HTTP_IF_UNMODIFIED_SINCE", ""),
        if_none_match=meta.get("HTTP_IF_NONE_MATCH", ""),
        if_modified_since=meta.get("HTTP_IF_MODIFIED_SINCE", ""),
    )
