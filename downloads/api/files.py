"""The bytes: a download's file, its thumbnail, and archives of many."""

from datetime import UTC
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from downloads import selectors
from downloads.api.records import chosen_filters
from downloads.api.requests import ArchiveBody
from downloads.models import Download
from downloads.selectors import FileLocation
from downloads.services import MAX_BULK
from mediadl.api.errors import ApiError, ErrorCode, FileMissingError, NotFoundError
from mediadl.api.query import read_query
from mediadl.api.roles import Role
from mediadl.api.serializers import read_body
from mediadl.api.views import ApiViewSet
from mediadl.clock import now
from mediadl.web.archive import ArchiveEntry, ArchiveResponse
from mediadl.web.files import FileRangeResponse, FileRefused

THUMBNAIL_SECONDS = 24 * 3600
RANGE_ANSWERS = {
    (200, "*/*"): OpenApiTypes.BINARY,
    (206, "*/*"): OpenApiTypes.BINARY,
    304: None,
}


def file_response(request: Request, location: FileLocation, *, max_age: int = 0) -> HttpResponseBase:
    """The answer with a file's bytes."""
    try:
        return FileRangeResponse(
            location.path,
            request=request._request,
            content_type=location.mime,
            filename=location.filename,
            etag=location.etag.strip('"'),
            last_modified=location.last_modified,
            max_age=max_age,
        )
    except FileRefused as refused:
        raise _refusal(refused) from None
    except OSError:  # gone since it was looked up, or not readable
        raise FileMissingError from None


def _refusal(refused: FileRefused) -> ApiError:
    if refused.status == HTTPStatus.PRECONDITION_FAILED:
        detail = "The file is not the version that If-Match or If-Unmodified-Since asks for; get it anew."
        return ApiError(ErrorCode.VALIDATION_ERROR, detail, status=refused.status.value)
    return ApiError(
        ErrorCode.VALIDATION_ERROR,
        f"The file has {refused.size} bytes; ask for a range that begins before its end.",
        status=refused.status.value,
        headers={"Content-Range": f"bytes */{refused.size}"},
    )


class DownloadFilesViewSet(ApiViewSet):
    """What downloads have on disk."""

    required_roles: ClassVar[dict[str, Role]] = {"archive": Role.VIEWER}

    @extend_schema(operation_id="downloads_file", responses=RANGE_ANSWERS)
    def file(self, request: Request, download_id: int) -> HttpResponseBase:
        """Get the file; knows ranges and conditional requests."""
        read_query(request, ())
        return file_response(request, selectors.file_location(download_id))

    @extend_schema(operation_id="downloads_thumbnail", responses=RANGE_ANSWERS)
    def thumbnail(self, request: Request, download_id: int) -> HttpResponseBase:
        """Get a picture of at most 320 pixels; videos show a frame."""
        read_query(request, ())
        return file_response(request, selectors.thumbnail_location(download_id), max_age=THUMBNAIL_SECONDS)

    @extend_schema(
        operation_id="downloads_archive",
        request=ArchiveBody,
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def archive(self, request: Request) -> HttpResponseBase:
        """Get up to 1000 files as a ZIP, made while it is sent."""
        read_query(request, ())
        body = read_body(request, ArchiveBody)
        filters = chosen_filters(body)
        ids = selectors.matching_ids(filters, MAX_BULK) if filters is not None else body["ids"]
        entries = _entries(ids)
        if not entries:
            raise NotFoundError("None of these downloads has a file.")
        stamp = now().astimezone(UTC).strftime("%Y%m%d_%H%M%S")
        return ArchiveResponse(entries, filename=f"downloads_{stamp}.zip")


def _entries(ids: list[int]) -> list[ArchiveEntry]:
    rows = Download.objects.filter(pk__in=ids, file__isnull=False).values_list(
        "pk", "filename", "file__path", "file__root__path"
    )
    found = {pk: (str(filename), path, Path(root)) for pk, filename, path, root in rows}
    chosen = [found[pk] for pk in ids if pk in found]
    return [ArchiveEntry(path=root / path, name=filename, root=root) for filename, path, root in chosen]
