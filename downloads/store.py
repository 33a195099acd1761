"""The store: from verified partial files to files at their places with records.

1. :func:`place_files`, outside any transaction;
2. :func:`record_files` and :func:`record_failures`, inside the caller's;
3. or :func:`withdraw_files` for placed files that are not to be recorded;
4. :func:`heal` once at start, for what a crash left in between.
"""

from downloads.healing import heal
from downloads.placing import place_files
from downloads.recording import record_failures, record_files
from downloads.store_requests import FailureRecord, PlacedFile, StoredDownload, StoreRequest
from downloads.thumbnails import thumbnail_path
from downloads.undoing import withdraw_files

__all__ = [
    "FailureRecord",
    "PlacedFile",
    "StoreRequest",
    "StoredDownload",
    "heal",
    "place_files",
    "record_failures",
    "record_files",
    "thumbnail_path",
    "withdraw_files",
]
