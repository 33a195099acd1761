"""TikTok: yt-dlp's and gallery-dl's own extractors, as real processes, against a local TikTok."""

from datetime import UTC, datetime

import pytest

from mediadl.media import FailureKind, MediaError, MediaType
from platforms.tiktok.adapter import TikTokAdapter
from tests.fakes.site_tiktok import HOUR, NEWEST, PRIVATE_ACCOUNT, ROOT, Post

ADAPTER = TikTokAdapter()


def test_a_users_videos_come_newest_first_with_what_was_said(social):
    url = social.tiktok.user("ann", 3)
    items = social.list(ADAPTER, url)
    assert [item.post_date for item in items] == [
        datetime.fromtimestamp(NEWEST - number * HOUR, UTC) for number in range(3)
    ]
    first = items[0]
    assert first.media_id == first.post_id == "7253000000000000000"
    assert first.page_url == f"{ROOT}/@ann/video/7253000000000000000"
    assert (first.content_type, first.media_type) == ("video", MediaType.VIDEO)
    assert first.metadata["caption"] == "Look at this #cats"
    assert (first.metadata["author"], first.metadata["duration_seconds"]) == ("ann", 12)


def test_quality_chooses_the_file_and_never_the_watermark(social):
    url = social.tiktok.user("ann", 1)
    (high,) = social.list(ADAPTER, url)
    social.settings["quality"] = "sd"
    (low,) = social.list(ADAPTER, url)
    assert high.candidates[0].endswith("/h264-1080p.mp4")  # bytevc2 is larger and cannot be played
    assert low.candidates[0].endswith("/h264-540p.mp4")
    assert high.media_id == low.media_id
    (asked,) = social.list(ADAPTER, url, metadata={"quality": "hd"})
    assert asked.candidates == high.candidates


def test_a_photo_post_among_the_videos_becomes_its_pictures_in_order(social):
    url = social.tiktok.user("ann", 2)
    post = social.tiktok.add("ann", Post(7, "ann", NEWEST - 5 * HOUR, photos=3))
    *videos, one, two, three = social.list(ADAPTER, url)
    assert len(videos) == 2
    assert [item.media_id for item in (one, two, three)] == [f"{post.id}_{number}" for number in (1, 2, 3)]
    assert {item.post_id for item in (one, two, three)} == {post.id}
    assert [item.metadata["position"] for item in (one, two, three)] == [1, 2, 3]
    assert two.candidates[0].endswith("/2.jpg")
    assert two.page_url == f"{ROOT}/@ann/photo/{post.id}"
    assert (two.content_type, two.metadata["author"], two.metadata["width"]) == ("image", "ann", 1080)
    assert two.post_date == datetime.fromtimestamp(post.date, UTC)


@pytest.mark.parametrize("word", ["video", "photo"])
def test_a_link_to_a_photo_post(social, word):
    social.tiktok.user("ann", 0)
    post = social.tiktok.add("ann", Post(7, "ann", NEWEST, photos=2))
    assert len(social.list(ADAPTER, f"{ROOT}/@ann/{word}/{post.id}?lang=en")) == 2


@pytest.mark.parametrize("photos", [0, 2])
def test_a_short_link_leads_to_the_post(social, photos):
    social.tiktok.user("ann", 0)
    post = social.tiktok.add("ann", Post(7, "ann", NEWEST, photos=photos))
    word = "photo" if photos else "video"
    items = social.list(ADAPTER, social.tiktok.short_link("ZTR45GpSF", f"{ROOT}/@ann/{word}/{post.id}"))
    assert {item.post_id for item in items} == {post.id}
    assert len(items) == (photos or 1)


def test_pinned_posts_are_told_apart_and_lists_go_on_over_pages(social):
    url = social.tiktok.user("ann", 17)
    pinned = social.tiktok.add("ann", Post(90, "ann", NEWEST - 900 * HOUR), first=True)
    items = social.list(ADAPTER, url)
    assert len(items) == 18
    assert [item.media_id for item in items if item.pinned] == [pinned.id]


def test_a_limit_asks_the_site_for_no_more_than_it_may_need(social):
    url = social.tiktok.user("ann", 14)
    assert len(social.list(ADAPTER, url, max_downloads=2)) == 5  # two, and as many as may be pinned
    assert social.tiktok.page_requests() == 5


def test_a_listing_that_is_left_asks_for_no_further_posts(social):
    items = ADAPTER.list_media(social.context(social.tiktok.user("ann", 14)))
    next(items)
    items.close()
    assert social.tiktok.page_requests() < 10


def test_a_private_account_needs_a_person(social):
    url = social.tiktok.user("ann", 0, status=PRIVATE_ACCOUNT)
    with pytest.raises(MediaError) as caught:
        social.list(ADAPTER, url)
    assert caught.value.kind is FailureKind.NEEDS_PERSON


def test_a_login_wall_needs_a_person(social):
    social.tiktok.user("ann", 1)
    social.tiktok.asks_for_login = True
    social.tiktok._state("/login", {})
    with pytest.raises(MediaError) as caught:
        social.list(ADAPTER, f"{ROOT}/@ann/video/7253000000000000000")
    assert (caught.value.kind, caught.value.code) == (FailureKind.NEEDS_PERSON, "LOGIN_REQUIRED")


def test_an_unknown_quality_is_refused(social):
    with pytest.raises(MediaError, match="hd, sd"):
        social.list(ADAPTER, f"{ROOT}/@ann", metadata={"quality": "8k"})
