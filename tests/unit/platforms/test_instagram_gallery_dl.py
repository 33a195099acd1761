"""Instagram with cookies: gallery-dl's own extractor, as a real process, against a local Instagram."""

import time
from datetime import UTC, datetime
from itertools import islice

import pytest

from mediadl.media import FailureKind, MediaError, MediaType
from platforms.instagram.gallery_dl import InstagramAdapter, wanted_page
from platforms.instagram.media_ids import cdn_identity, media_pk, pk_of_shortcode
from platforms.instagram.platform import claims
from tests.fakes.site_instagram import GRAPHQL_QUERY, HOUR, NEWEST, ROOT

ADAPTER = InstagramAdapter()


def moment(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)


def test_posts_come_newest_first_over_pages_with_what_was_said(social):
    account = social.instagram.account("ann", 14)
    items = social.list(ADAPTER, f"{ROOT}/ann/", content_type="posts")
    assert [item.media_id for item in items] == [post["pk"] for post in account.posts]
    first = items[0]
    assert first.page_url == f"{ROOT}/p/{account.posts[0]['code']}/"
    assert pk_of_shortcode(account.posts[0]["code"]) == first.media_id == first.post_id
    assert first.post_date == moment(NEWEST)
    assert (first.content_type, first.media_type) == ("post", MediaType.IMAGE)
    assert first.metadata["caption"] == "A caption of ann #cats"
    assert (first.metadata["author"], first.metadata["width"], first.metadata["height"]) == ("ann", 1080, 1350)
    assert first.candidates[0].endswith(f"/{first.media_id}.jpg")


def test_a_carousel_is_one_post_in_its_order(social):
    account = social.instagram.account("ann")
    post = social.instagram.post(account, NEWEST, pictures=3)
    account.posts.append(post)
    items = social.list(ADAPTER, f"{ROOT}/ann/", content_type="posts")
    assert [item.media_id for item in items] == [part["pk"] for part in post["carousel_media"]]
    assert {item.post_id for item in items} == {post["pk"]}
    assert [item.metadata["position"] for item in items] == [1, 2, 3]


def test_pinned_posts_are_told_apart(social):
    account = social.instagram.account("ann", 2)
    pinned = social.instagram.post(account, NEWEST - 900 * HOUR, timeline_pinned_user_ids=[account.pk])
    account.posts.insert(0, pinned)
    items = social.list(ADAPTER, f"{ROOT}/ann/", content_type="posts")
    assert [item.media_id for item in items if item.pinned] == [pinned["pk"]]


def test_reels_are_plain_video_files(social):
    account = social.instagram.account("ann")
    account.reels = [social.instagram.post(account, NEWEST - number * HOUR, video=True) for number in range(2)]
    items = social.list(ADAPTER, f"{ROOT}/ann/", content_type="reels")
    assert [item.media_id for item in items] == [reel["pk"] for reel in account.reels]
    assert {(item.content_type, item.media_type) for item in items} == {("reel", MediaType.VIDEO)}
    assert items[0].candidates[0].endswith(".mp4")
    assert items[0].page_url == f"{ROOT}/reel/{account.reels[0]['code']}/"


def test_stories_are_posts_of_their_own_newest_first(social):
    account = social.instagram.account("ann")
    for hours in (5, 3, 1):
        social.instagram.story(account, NEWEST - hours * HOUR)
    items = social.list(ADAPTER, f"{ROOT}/stories/ann/", content_type="stories")
    assert [item.post_date for item in items] == [moment(NEWEST - hours * HOUR) for hours in (1, 3, 5)]
    assert len({item.post_id for item in items}) == 3
    assert items[0].content_type == "story"
    assert items[0].page_url == f"{ROOT}/stories/ann/{items[0].media_id}/"


def test_highlights_wait_for_their_dates_turn(social):
    account = social.instagram.account("ann")
    for title, hours in (("Summer", 900), ("Winter", 100)):
        account.highlights[title] = [social.instagram.story(account, NEWEST - hours * HOUR)]
    account.stories = []
    items = social.list(ADAPTER, f"{ROOT}/ann/highlights/")
    assert [(item.content_type, item.pinned, item.metadata["highlight"]) for item in items] == [
        ("story", True, "Summer"),
        ("story", True, "Winter"),
    ]


def test_one_post_by_its_link(social):
    account = social.instagram.account("ann")
    post = social.instagram.post(account, NEWEST, pictures=2)
    assert len(social.list(ADAPTER, f"{ROOT}/p/{post['code']}/", content_type="posts")) == 2


def test_without_cookies_nothing_is_asked(social):
    social.cookies = ()
    with pytest.raises(MediaError, match="cookies") as caught:
        social.list(ADAPTER, f"{ROOT}/ann/")
    assert (caught.value.kind, caught.value.code) == (FailureKind.NEEDS_PERSON, "UNCONFIGURED")
    assert social.instagram.pages.request_count() == 0


@pytest.mark.parametrize(
    ("target", "code"),
    [("/accounts/login/", "LOGIN_REQUIRED"), ("/challenge/", "CAPTCHA_REQUIRED"), ("/", "LOGIN_REQUIRED")],
)
def test_where_the_site_sends_those_whom_it_does_not_trust(social, target, code):
    social.instagram.account("ann", 1)
    social.instagram.redirects_to = target
    social.instagram.pages.behave(target, lambda exchange: exchange.respond(200, b"<html></html>"))
    with pytest.raises(MediaError) as caught:
        social.list(ADAPTER, f"{ROOT}/ann/")
    assert (caught.value.kind, caught.value.code) == (FailureKind.NEEDS_PERSON, code)


def test_a_private_account_needs_one_that_follows_it(social):
    social.instagram.account("ann", is_private=True)
    with pytest.raises(MediaError) as caught:
        social.list(ADAPTER, f"{ROOT}/ann/")
    assert (caught.value.kind, caught.value.code) == (FailureKind.NEEDS_PERSON, "PRIVATE")


def test_too_many_requests_end_the_listing_after_what_was_found(social):
    account = social.instagram.account("ann", 3)
    answers = iter([200])

    def busy(exchange):
        if next(answers, 429) == 429:
            exchange.respond(429, b"", {"Retry-After": "300"})
        else:
            social.instagram._answer_graphql(exchange)

    account.posts += [social.instagram.post(account, NEWEST - 50 * HOUR) for _ in range(12)]
    social.instagram.pages.behave(GRAPHQL_QUERY, busy)
    items = ADAPTER.list_media(social.context(f"{ROOT}/ann/"))
    assert len(list(islice(items, 12))) == 12
    with pytest.raises(MediaError) as caught:
        next(items)
    assert caught.value.kind is FailureKind.TOLD_TO_WAIT


def test_the_pause_between_requests_is_kept(social):
    account = social.instagram.account("ann")
    account.reels = [social.instagram.post(account, NEWEST - number * HOUR, video=True) for number in range(2)]
    social.settings["gallery-dl.pause_seconds"] = 1
    before = time.monotonic()
    social.list(ADAPTER, f"{ROOT}/ann/", content_type="reels")
    assert time.monotonic() - before > 3  # profile, list, two reels


@pytest.mark.parametrize(
    ("url", "content_type", "page"),
    [
        (f"{ROOT}/ann/", "posts", f"{ROOT}/ann/posts/"),
        (f"{ROOT}/ann/", "stories", f"{ROOT}/stories/ann/"),
        (f"{ROOT}/ann", "reels", f"{ROOT}/ann/reels/"),
        (f"{ROOT}/ann/reels/", "", f"{ROOT}/ann/reels/"),
        (f"{ROOT}/ann/?hl=en", "", f"{ROOT}/ann/posts/"),
        (f"{ROOT}/ann/highlights/", "stories", f"{ROOT}/ann/highlights/"),
        (f"{ROOT}/stories/highlights/179/", "stories", f"{ROOT}/stories/highlights/179/"),
        (f"{ROOT}/stories/ann/345/", "stories", f"{ROOT}/stories/ann/345/"),
        (f"{ROOT}/p/ABC_de-1/", "posts", f"{ROOT}/p/ABC_de-1/"),
        (f"{ROOT}/ann/reel/ABCde/", "reels", f"{ROOT}/ann/reel/ABCde/"),
    ],
)
def test_which_page_is_read(url, content_type, page):
    assert wanted_page(url, content_type) == page


def test_highlights_are_stories():
    assert claims(f"{ROOT}/ann/highlights/").content_type == "stories"
    assert claims(f"{ROOT}/stories/highlights/179/").source == "instagram"


def test_one_id_for_a_file_whoever_found_it():
    assert media_pk("3400_77") == media_pk(3400) == "3400"
    assert media_pk("avatar:5") == ""
    assert pk_of_shortcode("C8q1mXxN9aB") == pk_of_shortcode("C8q1mXxN9aB" + "x" * 28) != ""
    assert pk_of_shortcode("no such") == ""
    assert cdn_identity("https://scontent.cdninstagram.com/v/t51/12_34_56_n.jpg?oh=1") == "12_34_56_n"
    assert cdn_identity("https://scontent.cdninstagram.com/v/a.jpg") == ""
