"""What gallery-dl and yt-dlp print when they fail, in the engine's terms.

Their messages are the only thing that tells why; the patterns are the fixed words of their own
errors (not of sites), each as the versions in use print it.
"""

import re

from mediadl.media import FailureKind, MediaError
from mediadl.net.retry_after import RETRY_AFTER_CAP_SECONDS
from platforms.site_text import shown

_STATUS = re.compile(r"(?:HTTP Error |HttpError: '|'|HTTP status code:? ?)([1-5]\d\d)\b")
# How long to wait, where their own words or a quoted answer of the site say so.
_WAIT = re.compile(
    r"(?:retry[- ]after|try again in|wait(?:ing)?(?: for)?|retry in)\W{1,3}(\d{1,6})\s*(s|m|h|d)?", re.IGNORECASE
)
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_TOO_MANY = re.compile(r"too many requests|rate.?limit", re.IGNORECASE)
_RULES: tuple[tuple[re.Pattern[str], FailureKind, str, str], ...] = (
    (
        re.compile(r"no space left on device|errno 28|disk quota|read-only file system|errno 30\b", re.IGNORECASE),
        FailureKind.DISK,
        "DISK_FULL",
        "The disk is full or cannot be written.",
    ),
    (
        re.compile(r"captcha|challenge|cloudflare|not a bot", re.IGNORECASE),
        FailureKind.NEEDS_PERSON,
        "CAPTCHA_REQUIRED",
        "The site asks to show that no robot is at work.",
    ),
    (
        re.compile(r"private (?:video|account|profile|user)|is private|protected account", re.IGNORECASE),
        FailureKind.NEEDS_PERSON,
        "PRIVATE",
        "This is private; it needs cookies of an account that may see it.",
    ),
    (
        re.compile(
            r"AuthRequired|AuthorizationError|AuthenticationError|log ?in|sign in|cookies|members[- ]only"
            r"|age[- ]restrict",
            re.IGNORECASE,
        ),
        FailureKind.NEEDS_PERSON,
        "LOGIN_REQUIRED",
        "The site asks for a login.",
    ),
    (
        re.compile(r"drm", re.IGNORECASE),
        FailureKind.REFUSED,
        "DRM_PROTECTED",
        "This is protected by DRM and cannot be downloaded.",
    ),
    (
        re.compile(r"will begin in|is not (?:yet )?live|live event|premieres in|LIVE_STREAM", re.IGNORECASE),
        FailureKind.REFUSED,
        "LIVE_STREAM",
        "This is live or not shown yet; try again when it is over.",
    ),
    (
        re.compile(r"not available in your (?:country|location)|geo.?restrict", re.IGNORECASE),
        FailureKind.REFUSED,
        "GEO_RESTRICTED",
        "The site does not show this in the server's country.",
    ),
    (
        re.compile(
            r"NotFoundError|could not be found|video unavailable|no longer available|has been removed|does not exist"
            r"|been deleted|account (?:has been )?terminated|not found",
            re.IGNORECASE,
        ),
        FailureKind.GONE,
        "GONE",
        "The site says that this is not there any more.",
    ),
    (
        re.compile(r"private address|refused by the proxy|Tunnel connection failed: 403", re.IGNORECASE),
        FailureKind.REFUSED,
        "PRIVATE_ADDRESS",
        "The site led to an address that is not public.",
    ),
    (
        re.compile(
            r"timed? ?out|connection|network|unable to download data|remote end closed|incomplete|ssl|certificate"
            r"|name or service|resolve|tunnel|reset by peer|unreachable|proxy",
            re.IGNORECASE,
        ),
        FailureKind.TRANSIENT,
        "CONNECTION_FAILED",
        "The site could not be reached.",
    ),
)


def error_from(program: str, message: str) -> MediaError:
    """The :class:`MediaError` for what ``program`` said last; its own words are kept in the detail.

    What fits no known message is ``SITE_CHANGED``: the extractor no longer understands the site.
    """
    said = f"{program} says: {shown(message)}" if message else f"{program} ended without saying why."
    wait = _wait_seconds(message)
    if status := _STATUS.search(message):
        by_status = _by_status(int(status[1]), said, wait)
        if by_status is not None:
            return by_status
    if _TOO_MANY.search(message):
        return _told_to_wait("RATE_LIMITED", said, wait)
    for pattern, kind, code, sentence in _RULES:
        if pattern.search(message):
            return MediaError(kind, code, f"{sentence} {said}")
    return MediaError(
        FailureKind.SITE_CHANGED, "SITE_CHANGED", f"The site answered in a way that is not understood. {said}"
    )


def _wait_seconds(message: str) -> float | None:
    found = _WAIT.search(message)
    if found is None:
        return None
    return min(int(found[1]) * _UNIT_SECONDS[(found[2] or "").lower()], RETRY_AFTER_CAP_SECONDS)


def _told_to_wait(code: str, said: str, wait: float | None, status: int | None = None) -> MediaError:
    detail = f"The site says that there were too many requests. {said}"
    return MediaError(FailureKind.TOLD_TO_WAIT, code, detail, retry_after=wait, status=status)


def _by_status(status: int, said: str, wait: float | None) -> MediaError | None:
    code = f"HTTP_{status}"
    if status in {404, 410}:
        return MediaError(FailureKind.GONE, code, f"The site says that this is not there. {said}", status=status)
    if status == 429 or (status == 503 and wait is not None):
        return _told_to_wait(code, said, wait, status)
    if status in {401, 403}:
        return MediaError(
            FailureKind.NEEDS_PERSON,
            "LOGIN_REQUIRED",
            f"The site refuses this without a login. {said}",
            status=status,
        )
    if status == 408 or status >= 500:
        return MediaError(FailureKind.TRANSIENT, code, f"The site has a problem. {said}", status=status)
    return None
