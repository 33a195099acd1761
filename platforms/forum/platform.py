"""Forums: which URLs are threads, and what to call them."""

import re
from urllib.parse import parse_qs, urlsplit

from platforms.contract import DownloaderInfo, PlatformInfo, Recognition
from platforms.sources import clean_label, site_name
from platforms.unavailable import UnavailableAdapter, never

_HINT = (
    "This version cannot read forum threads as a forum yet; "
    "choose the platform web to get the media of one page of the thread."
)
# Thread paths of XenForo, phpBB, vBulletin 3 to 5, Invision, Discourse, NodeBB and Misago.
_THREAD_PATH = re.compile(
    r"/(?:threads?/(?:[^/]*\.)?\d+(?=/|$)"  # /threads/a-title.123/ and /thread/123
    r"|topic/\d+(?:[-/]|$)"  # /topic/123-a-title/ and /topic/123/a-title
    r"|t/[^/]+/\d+(?=/|$))"  # /t/a-title/123
)
_THREAD_SCRIPTS = {"viewtopic.php": ("t", "p"), "showthread.php": ("t", "p"), "showtopic.php": ("t",)}


def thread_number(url: str) -> str:
    """The number that a thread's URL carries, or an empty string where it is no thread's URL."""
    parts = urlsplit(url)
    script = parts.path.rpartition("/")[2]
    if script in _THREAD_SCRIPTS:
        query = parse_qs(parts.query)
        return next((query[key][0] for key in _THREAD_SCRIPTS[script] if query.get(key)), "")
    found = _THREAD_PATH.search(parts.path)
    return re.findall(r"\d+", found[0])[-1] if found else ""


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
    downloaders=(
        DownloaderInfo(
            "forum",
            "Forum threads",
            UnavailableAdapter(_HINT),
            circuit_per_host=True,
            newest_first=False,
            configured=never,
            setup_hint=_HINT,
        ),
    ),
    claims=claims,
    clean_source=clean_label,
    log_module="Forum",
)
