"""Which platform claims a URL, and what its source is called."""

import pytest

from platforms import registry

CASES = [
    ("https://www.instagram.com/evalongoria/", "instagram", "evalongoria", "posts"),
    ("https://instagram.com/eva.longoria_1/reels/", "instagram", "eva.longoria_1", "reels"),
    ("https://www.instagram.com/stories/eva/3141592/", "instagram", "eva", "stories"),
    ("https://www.instagram.com/eva/p/CxYz12/", "instagram", "eva", "posts"),
    ("https://www.instagram.com/p/CxYz12/", "instagram", "instagram", "posts"),
    ("https://www.instagram.com/reel/CxYz12/", "instagram", "instagram", "reels"),
    ("https://www.instagram.com/explore/tags/cats/", "web", "instagram.com", ""),
    ("https://www.instagram.com/", "web", "instagram.com", ""),
    ("https://notinstagram.com/evalongoria/", "web", "notinstagram.com", ""),
    ("https://www.tiktok.com/@some.user_1", "tiktok", "some.user_1", "videos"),
    ("https://www.tiktok.com/@user1/video/7312345", "tiktok", "user1", "videos"),
    ("https://vm.tiktok.com/ZMabc/", "tiktok", "tiktok", "videos"),
    ("https://www.tiktok.com/@x", "web", "tiktok.com", ""),
    ("https://www.tiktok.com/foryou", "web", "tiktok.com", ""),
    ("https://forums.example.net/threads/a-title.405700/page-3", "forum", "forums.example.net", ""),
    ("https://www.example.org/thread/123", "forum", "example.org", ""),
    ("http://example.org/phpbb/viewtopic.php?f=2&t=44&start=10", "forum", "example.org", ""),
    ("http://example.org/showthread.php?t=9", "forum", "example.org", ""),
    ("https://example.org/topic/12-a-title/", "forum", "example.org", ""),
    ("https://example.org/topic/12/a-title", "forum", "example.org", ""),
    ("https://meta.example.org/t/a-title/99/4", "forum", "meta.example.org", ""),
    ("https://example.org/threads/", "web", "example.org", ""),
    ("https://example.org/viewtopic.php", "web", "example.org", ""),
    ("https://www.example.org/pictures/a.jpg", "web", "example.org", ""),
    ("http://127.0.0.1:8123/gallery", "web", "127.0.0.1", ""),
]


@pytest.mark.parametrize(("url", "platform", "source", "content_type"), CASES)
def test_a_url_is_told_by_itself(url, platform, source, content_type):
    found = registry.recognise(url)
    assert (found.platform, found.source, found.content_type) == (platform, source, content_type)
    assert found.label


def test_a_long_host_becomes_a_source_of_at_most_120_characters():
    host = ".".join(["a" * 60] * 4)
    assert registry.recognise(f"https://{host}/x").source == host[:120]


def test_the_page_of_a_user_is_recognised_as_that_user():
    for platform, content_type in [
        ("instagram", "posts"), ("instagram", "stories"), ("instagram", "reels"), ("tiktok", "videos")
    ]:  # fmt: skip
        url = registry.get(platform).source_url("some.user", content_type)
        found = registry.recognise(url)
        assert (found.platform, found.source, found.content_type) == (platform, "some.user", content_type)
