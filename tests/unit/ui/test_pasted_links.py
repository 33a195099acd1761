"""What a pasted line tells, from the URL and our records alone."""

import pytest

from mediadl.ui.presenters.pasted_link import MAX_LINES, lines_of, read_line
from tests.unit.ui.rows import make_download

pytestmark = pytest.mark.django_db


def test_lines_are_told_apart_and_doubles_dropped():
    assert lines_of(" https://a.example/1\nhttps://a.example/2\t https://a.example/1 ") == [
        "https://a.example/1",
        "https://a.example/2",
    ]
    assert len(lines_of("\n".join(f"https://a.example/{n}" for n in range(5000)))) == MAX_LINES


def test_a_known_source_tells_how_much_is_here():
    for _ in range(3):
        make_download(platform="instagram", source="savanna.daily")
    link = read_line("https://www.instagram.com/savanna.daily/")
    assert (link.platform, link.name, link.files) == ("instagram", "savanna.daily", 3)
    assert link.picture.endswith("/thumbnail")
    assert link.last_seen is not None


def test_a_bare_address_is_a_link():
    assert read_line("pictures.example/album").url == "https://pictures.example/album"


@pytest.mark.parametrize(
    "text", ["htps:/tiktok.com/@wingbeat", "https//tiktok.com/@wingbeat", "http:/tiktok.com/@wingbeat"]
)
def test_a_broken_link_offers_what_was_meant(text):
    link = read_line(text)
    if link.error:
        assert link.suggestion == "https://tiktok.com/@wingbeat"
    else:
        assert link.url.endswith("tiktok.com/@wingbeat")


@pytest.mark.parametrize(
    "text", ["hello", "ftp://files.example/a", "file:///etc/passwd", "http://10.0.0.1/x", "http://user:pw@a.example/"]
)
def test_what_cannot_be_fetched_says_why(text):
    link = read_line(text)
    assert link.error
    assert link.url == ""
