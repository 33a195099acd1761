"""``web``: any URL, read by the first downloader that knows it."""

from urllib.parse import urlsplit

from mediadl.media import MediaType
from platforms.contract import Adapter, DownloaderInfo, PlatformInfo, Recognition
from platforms.media_urls import promised_type
from platforms.sources import clean_label, site_name
from platforms.web.direct import DirectAdapter
from platforms.web.gallery_dl import GalleryDlAdapter
from platforms.web.page import PageAdapter
from platforms.web.yt_dlp import YtDlpAdapter

_LABELS = {MediaType.IMAGE: "Picture", MediaType.VIDEO: "Video file", MediaType.AUDIO: "Audio file", None: "Web page"}


def claims(url: str) -> Recognition | None:
    """Every URL with a host; the source is the host without ``www.``."""
    host = urlsplit(url).hostname
    if not host:
        return None
    return Recognition("web", site_name(host), "", _LABELS[promised_type(url)])


def _downloader(name: str, display_name: str, adapter: Adapter) -> DownloaderInfo:
    return DownloaderInfo(name, display_name, adapter, circuit_per_host=True, newest_first=False, empty_is_failure=True)


PLATFORM = PlatformInfo(
    name="web",
    display_name="Web",
    content_types=("images", "videos"),
    features=("direct_files", "galleries", "video_sites", "limit_downloads"),
    downloaders=(
        _downloader("direct", "Direct file", DirectAdapter()),
        _downloader("gallery-dl", "Gallery (gallery-dl)", GalleryDlAdapter()),
        _downloader("yt-dlp", "Video (yt-dlp)", YtDlpAdapter()),
        _downloader("page", "Media of the page", PageAdapter()),
    ),
    claims=claims,
    clean_source=clean_label,
    log_module="Web",
    chained=True,
)
