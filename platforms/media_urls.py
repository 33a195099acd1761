"""What a URL alone says about the medium behind it, and the items made of such URLs."""

import re
from urllib.parse import unquote, urlsplit

from mediadl.media import MediaType
from mediadl.net.urls import media_url_key

MEDIA_ID_DIGITS = 12
_TYPES = {
    MediaType.IMAGE: "jpg jpeg jpe jfif png gif webp avif heic heif",
    MediaType.VIDEO: "mp4 m4v mov webm mkv avi",
    MediaType.AUDIO: "mp3 m4a ogg oga opus flac",
}
_BY_EXTENSION = {extension: kind for kind, words in _TYPES.items() for extension in words.split()}
_STREAM_EXTENSIONS = frozenset({"m3u8", "mpd"})
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{2,5})(?::[a-z]+)?$")  # ":orig" and the like follow on some hosts
CONTENT_TYPES = {MediaType.IMAGE: "image", MediaType.VIDEO: "video", MediaType.AUDIO: "attachment"}


def extension_of(url: str) -> str:
    """The extension of the URL's path in lower case, without the dot; empty where there is none."""
    found = _EXTENSION.search(unquote(urlsplit(url).path))
    return found[1].lower() if found else ""


def promised_type(url: str) -> MediaType | None:
    """What the extension promises, or None."""
    return _BY_EXTENSION.get(extension_of(url))


def is_stream_list(url: str) -> bool:
    """Whether the URL names an HLS playlist or a DASH manifest."""
    return extension_of(url) in _STREAM_EXTENSIONS


def file_name_of(url: str) -> str:
    """The last part of the URL's path, unquoted."""
    return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]


def web_media_id(url: str) -> str:
    """The media id of a file that is known by its URL only; its signature does not count."""
    return media_url_key(url)[:MEDIA_ID_DIGITS]


def content_type_of(kind: MediaType | None) -> str:
    """The singular content type of a download of this kind."""
    return CONTENT_TYPES[kind] if kind else "attachment"
