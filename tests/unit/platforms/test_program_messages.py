"""What gallery-dl and yt-dlp print, in the engine's terms; each line as a version in use printed it."""

import pytest

from mediadl.media import FailureKind
from platforms.program_errors import error_from
from platforms.site_text import shown

MESSAGES = [
    ("HttpError: '404 Not Found' for 'http://a/b'", FailureKind.GONE, "HTTP_404"),
    ("[x] 1: Unable to download webpage: HTTP Error 410: Gone", FailureKind.GONE, "HTTP_410"),
    ("HttpError: '429 Too Many Requests' for 'http://a'", FailureKind.TOLD_TO_WAIT, "HTTP_429"),
    ("HttpError: '403 Forbidden' for 'http://a'", FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED"),
    ("[x] 1: Unable to download JSON metadata: HTTP Error 503: Service Unavailable", FailureKind.TRANSIENT, "HTTP_503"),
    ("AuthRequired: 'auth-token' cookie required", FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED"),
    ("NotFoundError: Requested gallery could not be found", FailureKind.GONE, "GONE"),
    ("ChallengeError: Cloudflare challenge", FailureKind.NEEDS_PERSON, "CAPTCHA_REQUIRED"),
    ("[youtube] x: Sign in to confirm you're not a bot.", FailureKind.NEEDS_PERSON, "CAPTCHA_REQUIRED"),
    ("[youtube] x: Private video. Sign in if you've been granted access", FailureKind.NEEDS_PERSON, "PRIVATE"),
    ("[youtube] x: Video unavailable", FailureKind.GONE, "GONE"),
    ("[youtube] x: This live event will begin in 3 hours.", FailureKind.REFUSED, "LIVE_STREAM"),
    ("[x] 1: This video is DRM protected", FailureKind.REFUSED, "DRM_PROTECTED"),
    ("[x] 1: The read operation timed out", FailureKind.TRANSIENT, "CONNECTION_FAILED"),
    ("Unable to download data:  ConnectionError: refused", FailureKind.TRANSIENT, "CONNECTION_FAILED"),
    ("unable to write data: [Errno 28] No space left on device", FailureKind.DISK, "DISK_FULL"),
    ("[x] Unable to extract audio URL; please report this issue", FailureKind.SITE_CHANGED, "SITE_CHANGED"),
    ("", FailureKind.SITE_CHANGED, "SITE_CHANGED"),
]


@pytest.mark.parametrize(("message", "kind", "code"), MESSAGES)
def test_each_message_has_its_kind(message, kind, code):
    error = error_from("gallery-dl", message)
    assert (error.kind, error.code) == (kind, code)
    assert "gallery-dl" in error.detail


def test_the_proxys_password_is_never_shown():
    error = error_from("yt-dlp", "Unable to connect to proxy http://child:secret@127.0.0.1:4000/")
    assert "secret" not in error.detail


def test_text_of_a_site_is_one_short_clean_line():
    assert shown("a\n\tb\x00\u202ec  d") == "a b c d".replace("b c", "bc")
    assert len(shown("x" * 5000)) == 300


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("HttpError: '429 Too Many Requests' for 'http://a'", None),
        ("HTTP Error 429: Too Many Requests (Retry-After: 90)", 90),
        ("[x] HTTP Error 503: Service Unavailable; retry after 45 seconds", 45),
        ("Rate limit reached. Please wait for 5 minutes", 300),
        ("[youtube] x: too many requests, try again in 2 hours.", 7200),
        ("Rate limited: try again in 9 days", 24 * 3600),
    ],
)
def test_how_long_to_wait_is_taken_from_what_they_say(message, seconds):
    error = error_from("gallery-dl", message)
    assert (error.kind, error.retry_after) == (FailureKind.TOLD_TO_WAIT, seconds)
