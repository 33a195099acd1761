"""Which URLs are sizes of one picture, told from how sites name them."""

import math
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_SIZE_SUFFIX = re.compile(r"[-_](\d{2,5})x(\d{2,5})$")
_SCALED_SUFFIX = re.compile(r"[-_](?:scaled|resized)$")
_WORD_SUFFIX = re.compile(r"[-_.](?:thumb(?:nail)?|thb|tn|small|sm|preview|mini)$", re.IGNORECASE)
_WORD_PREFIX = re.compile(r"^(?:thumb(?:nail)?|tn|small|preview|mini)[-_.]", re.IGNORECASE)
_SMALL_FOLDERS = frozenset({"thumb", "thumbs", "thumbnail", "thumbnails", "small", "preview", "previews", "mini"})
_LARGE_FOLDERS = frozenset({"full", "large", "big", "original", "originals", "images", "image", "img", "photos"})
_SIZE_PARAMETERS = frozenset(
    {"w", "width", "h", "height", "size", "resize", "fit", "crop", "q", "quality", "dpr", "thumb", "thumbnail"}
)
_FULL = math.inf


def identity_and_size(url: str) -> tuple[str, float]:
    """What names the picture without its size, and a number that is larger for a larger one.

    Two URLs of one identity whose sizes differ are most likely the same picture; infinity means
    that nothing in the URL speaks of a smaller size.
    """
    parts = urlsplit(url)
    *folders, name = parts.path.split("/")
    size = _FULL
    if any(folder.lower() in _SMALL_FOLDERS for folder in folders):
        size = 0.0
    stem = name.rpartition(".")[0] or name
    bare, suffix_size = _bare_stem(stem)
    size = min(size, suffix_size)
    kept = []
    for key, value in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200, errors="replace"):
        if key.lower() in _SIZE_PARAMETERS:
            size = min(size, _number(value))
        else:
            kept.append((key, value))
    dropped = _SMALL_FOLDERS | _LARGE_FOLDERS
    path = "/".join([*(folder for folder in folders if folder.lower() not in dropped), bare])
    return f"{parts.netloc}{path}?{urlencode(sorted(kept), errors='replace')}", size


def _bare_stem(stem: str) -> tuple[str, float]:
    if match := _SIZE_SUFFIX.search(stem):
        return stem[: match.start()], float(max(int(match[1]), int(match[2])))
    if match := _SCALED_SUFFIX.search(stem):
        return stem[: match.start()], 10_000.0  # a large copy of an even larger original
    for pattern in (_WORD_SUFFIX, _WORD_PREFIX):
        if (match := pattern.search(stem)) and match.end() - match.start() < len(stem):
            return stem[: match.start()] + stem[match.end() :], 0.0
    return stem, _FULL


def _number(text: str) -> float:
    found = re.match(r"\d{1,6}", text)
    return float(found[0]) if found else 0.0
