"""Which URLs gallery-dl and yt-dlp know, told without starting them for each."""

import re

import pytest
from django_q.models import OrmQ

from mediadl.media import FailureKind, MediaError
from mediadl.net.stopping import StopSignal
from platforms.extractors import known_urls, tasks
from platforms.extractors.environment import versions
from platforms.extractors.known_urls import KnownUrls, are_prepared, may_know
from platforms.extractors.url_patterns import needed_literals, row_of

KNOWN = [
    ("yt-dlp", "https://www.youtube.com/watch?v=BaW_jenozKc"),
    ("yt-dlp", "https://youtu.be/BaW_jenozKc"),
    ("yt-dlp", "https://vimeo.com/76979871"),
    ("yt-dlp", "https://soundcloud.com/artist/a-track"),
    ("yt-dlp", "http://soundgasm.net/u/ann"),
    ("yt-dlp", "https://www.facebook.com/watch/?v=10153231379946729"),
    ("yt-dlp", "https://web.archive.org/web/20250101/https://www.youtube.com/watch?v=BaW_jenozKc"),
    ("gallery-dl", "https://imgur.com/gallery/TcBmP"),
    ("gallery-dl", "https://www.artstation.com/sungchoi/"),
    ("gallery-dl", "https://ann.tumblr.com/post/12345"),
    ("gallery-dl", "https://danbooru.donmai.us/posts?tags=bonocho"),
]
UNKNOWN = [
    "http://127.0.0.1:8123/gallery",
    "https://example.org/",
    "https://example.org/video.php?id=5",
    "https://notyoutube.example/watch?v=BaW_jenozKc",
]


@pytest.fixture
def nothing_read(monkeypatch, tmp_path):
    """As in a new data folder and a new process."""
    monkeypatch.setattr(known_urls, "_known", {})
    monkeypatch.setattr(known_urls, "_path", lambda package, installed: tmp_path / f"{package}-patterns-{installed}")


@pytest.mark.parametrize(("package", "url"), KNOWN)
def test_its_sites_are_known(package, url):
    assert may_know(package, url, StopSignal())


@pytest.mark.parametrize("package", ["gallery-dl", "yt-dlp"])
@pytest.mark.parametrize("url", UNKNOWN)
def test_other_pages_are_not(package, url):
    assert not may_know(package, url, StopSignal())


def test_hardly_a_pattern_is_compiled_for_an_unknown_page():
    for package in ("gallery-dl", "yt-dlp"):
        assert not may_know(package, "https://pictures.invalid/", StopSignal())
        rows = known_urls._known[package][1]._rows
        assert len(rows) > 900
        assert sum(not literals for literals, _pattern in rows) < 20


@pytest.mark.django_db(databases=["default", "broker"])
def test_the_patterns_are_kept_for_the_next_process(nothing_read):
    assert not are_prepared()
    assert tasks.start_preparing_if_needed() == 1
    (sent,) = OrmQ.objects.all()
    assert sent.func() == "platforms.extractors.known_urls.prepare"
    known_urls.prepare()
    assert are_prepared()
    assert tasks.start_preparing_if_needed() == 0
    for package, installed in versions().items():
        assert known_urls._path(package, installed).stat().st_size > 50_000


def test_a_pattern_that_cannot_be_read_rules_nothing_out():
    assert "https://example.org/" in KnownUrls([((), "(")])


def test_a_stop_while_the_patterns_are_read_is_heard(nothing_read):
    stop = StopSignal()
    stop.stop("cancel")
    with pytest.raises(MediaError) as caught:
        may_know("yt-dlp", "https://example.org/", stop)
    assert caught.value.kind is FailureKind.STOPPED


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"https?://(?:www\.)?example\.org/v/(?P<id>\d+)", {"example.org/v/"}),
        (r"https?://(?:a\.com|b\.net)/x", {"a.com", "b.net"}),
        (r"https?://(?:www\.)?", {"http"}),
        (r"(?:a|b?)", set()),
        (r"(?:EXAMPLE)+\.org", {"example"}),
        (r"(?:example\.org)?/watch", {"/watch"}),
        (r"one:|https?://(?:tv|radio)\.two\.no/", {"one:", ".two.no/"}),
    ],
)
def test_one_of_the_literals_is_in_every_match(pattern, literals):
    assert needed_literals(re._parser.parse(pattern)) == literals


def test_what_every_url_has_rules_nothing_out():
    assert row_of(r"https?://(?:www\.)?(?P<host>\w+)") == [[], r"https?://(?:www\.)?(?P<host>\w+)"]
