"""``web``: any URL, read by the first downloader that knows it."""

from urllib.parse import urlsplit

from mediadl.media import MediaType
from platforms.contract import DownloaderInfo, PlatformInfo, Recognition
from platforms.media_urls import promised_type
from platforms.sources import clean_label, site_name
from platforms.web.direct import DirectAdapter

_LABELS = {MediaType.IMAGE: "Picture", MediaType.VIDEO: "Video file", MediaType.AUDIO: "Audio file", None: "Web page"}


def claims(url: str) -> Recognition | None:
    """Every URL with a host; the source is the host without ``www.``."""
    host = urlsplit(url).hostname
    if not host:
        return None
    return Recognition("web", site_name(host), "", _LABELS[promised_type(url)])


PLATFORM = PlatformInfo(
    name="web",
    display_name="Web",
    content_types=("images", "videos"),
    features=("direct_files", "galleries", "video_sites", "limit_downloads"),
    downloaders=(DownloaderInfo("direct", "Direct file", DirectAdapter(), circuit_per_host=True, newest_first=False),),
    claims=claims,
    clean_source=clean_label,
    log_module="Web",
    chained=True,
)
