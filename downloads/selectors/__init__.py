"""What reads the library: lists with exact totals, single records, files, figures."""

from downloads.selectors.filters import DownloadFilters
from downloads.selectors.lists import DEFAULT_SORT, Page, get_download, iterate_ids, list_downloads, matching_ids
from downloads.selectors.locations import FileLocation, file_location, thumbnail_location
from downloads.selectors.paging import SORTS
from downloads.selectors.statistics import GroupBy, Period, stats, success_rate

__all__ = [
    "DEFAULT_SORT",
    "SORTS",
    "DownloadFilters",
    "FileLocation",
    "GroupBy",
    "Page",
    "Period",
    "file_location",
    "get_download",
    "iterate_ids",
    "list_downloads",
    "matching_ids",
    "stats",
    "success_rate",
    "thumbnail_location",
]
