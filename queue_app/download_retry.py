"""How the library's failed downloads are fetched again: as a request of their own."""

from typing import Any

from downloads.models import Download
from queue_app.models import QueueItem
from queue_app.services import enqueue


def retry_download(download: Download, user: Any) -> QueueItem:
    """Queue the post (or file) of a failed download; what it has besides is known and is skipped.

    The downloader is chosen anew: the one that failed may have been switched off since.

    Raises:
        DuplicateError: the same request is active already.
        PlatformDisabledError: the platform is switched off.
        InvalidFieldsError: its URL may no longer be fetched.
    """
    return enqueue(url=download.url, platform=download.platform, source=download.source, user=user)
