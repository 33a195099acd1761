"""Which URLs yt-dlp knows, told without starting it for each."""

import re
import time

import pytest

from mediadl.media import FailureKind, MediaError
from mediadl.net.stopping import StopSignal
from platforms.web.yt_dlp_patterns import longest_literal
from platforms.web.yt_dlp_urls import KnownUrls, _path, may_know

KNOWN = [
    "https://www.youtube.com/watch?v=BaW_jenozKc",
    "https://youtu.be/BaW_jenozKc",
    "https://vimeo.com/76979871",
    "https://soundcloud.com/artist/a-track",
    "http://soundgasm.net/u/ann",
    "https://www.facebook.com/watch/?v=10153231379946729",
    "https://web.archive.org/web/20250101/https://www.youtube.com/watch?v=BaW_jenozKc",
]
UNKNOWN = [
    "http://127.0.0.1:8123/gallery",
    "https://example.org/",
    "https://example.org/video.php?id=5",
    "https://notyoutube.example/watch?v=BaW_jenozKc",
]


@pytest.mark.parametrize("url", KNOWN)
def test_its_sites_are_known(url):
    assert may_know(url, StopSignal())


@pytest.mark.parametrize("url", UNKNOWN)
def test_other_pages_are_not(url):
    assert not may_know(url, StopSignal())


def test_asking_again_is_quick():
    may_know(UNKNOWN[0], StopSignal())
    start = time.monotonic()
    for number in range(200):
        may_know(f"https://example.org/{number}", StopSignal())
    assert time.monotonic() - start < 10.0  # a start of the program for each would take minutes


def test_the_patterns_are_kept_for_the_next_process():
    may_know(UNKNOWN[0], StopSignal())
    from importlib.metadata import version

    assert _path(version("yt-dlp")).stat().st_size > 100_000


def test_a_pattern_that_cannot_be_read_rules_nothing_out():
    assert "https://example.org/" in KnownUrls([("", "(")])


def test_a_stop_while_the_patterns_are_read_is_heard(monkeypatch, tmp_path):
    from platforms.web import yt_dlp_urls

    monkeypatch.setattr(yt_dlp_urls, "_known", {})
    monkeypatch.setattr(yt_dlp_urls, "_path", lambda _installed: tmp_path / "none.json")
    stop = StopSignal()
    stop.stop("cancel")
    with pytest.raises(MediaError) as caught:
        may_know("https://example.org/", stop)
    assert caught.value.kind is FailureKind.STOPPED


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"https?://(?:www\.)?example\.org/v/(?P<id>\d+)", "example.org/v/"),
        (r"https?://(?:a\.com|b\.net)/x", "http"),
        (r"(?:a|b)", ""),
        (r"(?:EXAMPLE)+\.org", "example"),
        (r"(?:example\.org)?/watch", "/watch"),
    ],
)
def test_the_literal_is_in_every_match(pattern, literal):
    assert longest_literal(re._parser.parse(pattern)) == literal
