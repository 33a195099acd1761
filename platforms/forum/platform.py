"""Forums: which URLs are threads, and what to call them."""

from urllib.parse import urlsplit

from platforms.contract import DownloaderInfo, PlatformInfo, Recognition
from platforms.forum.adapter import ForumAdapter
from platforms.forum.thread_urls import thread_number
from platforms.sources import clean_label, site_name


def claims(url: str) -> Recognition | None:
    """Threads of the known forum programs; the source is the forum's host."""
    host = urlsplit(url).hostname or ""
    if not host or not thread_number(url):
        return None
    return Recognition("forum", site_name(host), "", "Forum thread")


PLATFORM = PlatformInfo(
    name="forum",
    display_name="Forums",
    content_types=("images", "videos"),
    features=("thread_monitoring", "date_filtering", "limit_downloads"),
    downloaders=(DownloaderInfo("forum", "Forum threads", ForumAdapter(), circuit_per_host=True),),
    claims=claims,
    clean_source=clean_label,
    log_module="Forum",
)
