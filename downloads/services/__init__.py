"""What changes the library, each in one transaction."""

from downloads.services.bulk_actions import MAX_BULK, BulkAction, BulkResult, bulk
from downloads.services.deleting import delete_download, remove_tombstones
from downloads.services.marking import mark_upgraded, set_kept
from downloads.services.retrying import register_retry, retry_download

__all__ = [
    "MAX_BULK",
    "BulkAction",
    "BulkResult",
    "bulk",
    "delete_download",
    "mark_upgraded",
    "register_retry",
    "remove_tombstones",
    "retry_download",
    "set_kept",
]
