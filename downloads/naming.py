"""Names on disk: whatever comes from outside becomes one safe part of a path.

``<collection>/<source>/<source>_<YYYYMMDD>_<HHMMSS>_<media_id>.<ext>`` (api-decisions, "File path").
"""

import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache

MAX_PART_BYTES = 120
_HASH_DIGITS = 8
_FORBIDDEN = frozenset('/\\<>:"|?*')  # separators here and on the systems that mount the folder
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Cf holds the bidi controls
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{device}{number}" for device in ("COM", "LPT") for number in "0123456789¹²³"}
)
_IS_PLAIN = re.compile(r"[A-Za-z0-9._ -]*")  # nothing to look at character by character
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2199, 12, 31, tzinfo=UTC)


@lru_cache(maxsize=512)  # the same collections and sources again and again
def safe_part(text: str) -> str:
    """``text`` as one path part: NFC, visible, no separators, at most 120 bytes, never empty."""
    cleaned = _cleaned(text)
    if len(cleaned.encode()) > MAX_PART_BYTES:
        cleaned = _cut(cleaned, MAX_PART_BYTES, text)
    return cleaned


def safe_text(text: str) -> str:
    """``text`` with allowed characters only, of any length."""
    return _cleaned(text)


def file_name(*, source: str, moment: datetime, media_id: str, extension: str, number: int = 1) -> str:
    """The name of a stored file; ``number`` above 1 makes the ``-2`` of a name that is taken."""
    utc = moment_in_range(moment).astimezone(UTC)
    stamp = f"{utc.year:04d}{utc.month:02d}{utc.day:02d}_{utc.hour:02d}{utc.minute:02d}{utc.second:02d}"
    whole = f"{source}_{stamp}_{media_id}"
    return numbered_name(f"{safe_part(source)}_{stamp}_{_cleaned(media_id)}", whole, extension, number)


def numbered_name(stem: str, whole: str, extension: str, number: int = 1) -> str:
    """A safe name of this stem; cut, it ends in a hash of ``whole``."""
    ending = (f"-{number}" if number > 1 else "") + f".{extension}"
    stem = _cleaned(stem)
    room = MAX_PART_BYTES - len(ending.encode())
    if len(stem.encode()) > room:
        stem = _cut(stem, room, whole)
    return stem + ending


def collection_of(platform: str, third_party: bool, downloader: str) -> str:  # noqa: FBT001 - agreed order
    """The first folder of the path: a third-party downloader's name, else the platform's."""
    return safe_part(downloader if third_party else platform)


def moment_in_range(moment: datetime) -> datetime:
    """``moment`` held to the years that file systems and names can carry."""
    return min(max(moment, _EARLIEST), _LATEST)


def _cleaned(text: str) -> str:
    """Allowed characters only; dropping one can bring two together, hence the second NFC."""
    if _IS_PLAIN.fullmatch(text):
        part = text.strip(". ")
    else:
        normal = unicodedata.normalize("NFC", text)
        kept = (
            "_" if character in _FORBIDDEN else character
            for character in normal
            if unicodedata.category(character) not in _DROPPED_CATEGORIES
        )
        part = unicodedata.normalize("NFC", "".join(kept)).strip().lstrip(". ").rstrip(". ")
    if not part:
        return "_"
    stem = part.split(".", 1)[0].rstrip().upper()
    return f"_{part}" if stem in _RESERVED else part


def _cut(part: str, room: int, whole: str) -> str:
    """The beginning of ``part`` and a hash of ``whole``, so that different long names stay different."""
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    head = part.encode()[: room - _HASH_DIGITS - 1].decode("utf-8", "ignore").rstrip(". ")
    return f"{head}-{digest}"
