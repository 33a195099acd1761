"""Pages of downloads and single ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from downloads.annotations.selectors import annotations_of
from downloads.models import Download
from downloads.selectors.counting import total_of
from downloads.selectors.filters import DownloadFilters, where_downloads
from downloads.selectors.paging import Order, page_ids
from downloads.selectors.rows import rows_of
from downloads.selectors.searching import Search, add_search
from mediadl.api.errors import InvalidFieldsError, NotFoundError

DEFAULT_SORT = "-download_date"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the API's shape, and how many match in all."""

    rows: list[dict[str, Any]]
    total: int


def list_downloads(
    filters: DownloadFilters | None = None, sort: str = DEFAULT_SORT, page: int = 1, per_page: int = 50
) -> Page:
    """One page with its exact total, in at most six queries; a page past the end is empty.

    Raises:
        InvalidFieldsError: no such sort.
    """
    filters = filters or DownloadFilters()
    try:
        order = Order.parse(sort)
    except ValueError as error:
        raise InvalidFieldsError({"sort": [str(error)]}) from error
    where = where_downloads(filters)
    search: Search | None = add_search(filters, where) if filters.search else None
    total = total_of(filters, where, search)
    ids = page_ids(filters, where, order, offset=(page - 1) * per_page, length=per_page, total=total)
    return Page(rows_of(ids), total)


def get_download(download_id: int) -> dict[str, Any]:
    """One download, with its thumbnail's path and the others that share its bytes.

    Raises:
        NotFoundError: there is none.
    """
    rows = rows_of([download_id])
    if not rows:
        raise NotFoundError("There is no download with this id.")
    row = rows[0]
    has_thumbnail = row["metadata"]["has_thumbnail"]
    row["thumbnail_url"] = f"/api/v1/downloads/{download_id}/thumbnail" if has_thumbnail else None
    row["metadata"] |= annotations_of(download_id)
    row["metadata"]["shares_bytes_with"] = _sharing(download_id)
    return row


def matching_ids(filters: DownloadFilters, limit: int) -> list[int]:
    """The newest ids that match, at most ``limit``; for bulk actions and archives by filter."""
    where = where_downloads(filters)
    search = add_search(filters, where) if filters.search else None
    total = total_of(filters, where, search)
    return page_ids(filters, where, Order("download_date", descending=True), offset=0, length=limit, total=total)


def iterate_ids(filters: DownloadFilters, chunk: int = 500) -> Iterator[list[int]]:
    """All matching ids, newest first, in lists of ``chunk``."""
    page = 1
    while ids := [row["id"] for row in list_downloads(filters, page=page, per_page=chunk).rows]:
        yield ids
        page += 1


def _sharing(download_id: int) -> list[int]:
    """The other records of the same bytes."""
    file_hash = Download.objects.filter(pk=download_id).values_list("file_hash", flat=True).first()
    if not file_hash:
        return []
    same = Download.objects.filter(file__sha256=file_hash).exclude(pk=download_id)
    return list(same.order_by("pk").values_list("pk", flat=True)[:100])
