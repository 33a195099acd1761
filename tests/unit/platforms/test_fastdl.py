"""fastdl in a real Chromium, against a site whose own page signs its requests."""

from collections.abc import Iterator
from itertools import islice

import pytest

from mediadl.media import FailureKind, MediaError
from platforms.instagram.fastdl import FastDlAdapter
from tests.fakes.instagram_posts import FakePost
from tests.fakes.site_fastdl import NEVER, FastDlFake
from tests.unit.platforms.instagram_bench import PROFILE, instagram_bench
from tests.unit.platforms.listing_bench import ListingBench

ADAPTER = FastDlAdapter(patience_seconds=20, answer_seconds=30)
IMPATIENT = FastDlAdapter(patience_seconds=4, answer_seconds=20)


@pytest.fixture
def bench() -> Iterator[ListingBench]:
    with instagram_bench() as made:
        yield made


@pytest.fixture
def fastdl(bench: ListingBench) -> FastDlFake:
    fake = FastDlFake(bench.site.server)
    bench.settings |= fake.settings()
    return fake


def failure(bench: ListingBench, adapter: FastDlAdapter, url: str, **request: object) -> MediaError:
    with pytest.raises(MediaError) as caught:
        bench.list(adapter, url, **request)
    return caught.value


def test_a_profile_is_paged_with_everything_that_is_known_of_its_posts(bench: ListingBench, fastdl: FastDlFake):
    user = fastdl.user("ann", posts=15)
    base = bench.site.server.base_url
    user.posts.insert(0, FakePost(900, base, is_pinned=True))
    user.posts[2] = FakePost(2, base, ("image", "video", "image"), caption="Three")

    items = bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts")

    assert len(items) == 15 + 1 + 2
    assert fastdl.asked("postsV2") == 2
    assert fastdl.refused == 1  # the unsigned try; the page's own requests are all accepted
    first, single, *parts = items[:5]
    assert (first.pinned, single.pinned) == (True, False)
    post = user.posts[1]
    assert (single.media_id, single.post_id) == (str(post.pk), str(post.pk))
    assert single.page_url == f"https://www.instagram.com/p/{post.code}/"
    assert single.post_date is not None
    assert int(single.post_date.timestamp()) == post.taken_at
    assert single.candidates[0] == post.url(post.pk)
    assert (single.metadata["caption"], single.metadata["author"]) == (post.caption, "ann")
    assert [one.metadata["position"] for one in parts] == [1, 2, 3]
    assert {one.post_id for one in parts} == {str(user.posts[2].pk)}
    assert [one.media_type for one in parts] == ["image", "video", "image"]
    assert [one.media_id for one in parts] == [str(pk) for pk in user.posts[2].part_pks]


def test_no_page_is_asked_for_that_nobody_wants(bench: ListingBench, fastdl: FastDlFake):
    fastdl.user("ann", posts=60)
    items = ADAPTER.list_media(bench.context(PROFILE.format("ann"), content_type="posts"))
    taken = list(islice(items, 5))
    items.close()
    assert (len(taken), fastdl.asked("postsV2")) == (5, 1)

    limited = bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts", max_downloads=24)
    assert (len(limited), fastdl.asked("postsV2")) == (24, 3)


def test_stories_and_reels_have_their_own_tabs(bench: ListingBench, fastdl: FastDlFake):
    user = fastdl.user("ann", posts=2, stories=2, reels=14)

    stories = bench.list(ADAPTER, "https://www.instagram.com/stories/ann/", content_type="stories")
    assert [one.media_id for one in stories] == [str(post.pk) for post in user.stories]
    assert {one.content_type for one in stories} == {"story"}
    assert stories[0].page_url == f"https://www.instagram.com/stories/ann/{user.stories[0].pk}/"
    assert stories[0].metadata["duration_seconds"] == 12.5

    reels = bench.list(ADAPTER, "https://www.instagram.com/ann/reels/", content_type="reels")
    assert [one.media_id for one in reels] == [str(post.pk) for post in user.reels]
    assert {(one.content_type, one.media_type) for one in reels} == {("reel", "video")}
    assert fastdl.asked("reels") == 2


def test_single_links(bench: ListingBench, fastdl: FastDlFake):
    user = fastdl.user("ann", posts=2, stories=1, reels=1)
    user.posts[1] = FakePost(2, bench.site.server.base_url, ("image", "video"))
    (picture,) = bench.list(ADAPTER, f"https://www.instagram.com/p/{user.posts[0].code}/?img_index=1")
    assert picture.media_id == str(user.posts[0].pk)
    assert (picture.metadata["author"], picture.metadata["like_count"]) == ("ann", 3)

    parts = bench.list(ADAPTER, f"https://www.instagram.com/ann/p/{user.posts[1].code}/")
    assert [one.media_type for one in parts] == ["image", "video"]
    assert {one.post_id for one in parts} == {str(user.posts[1].pk)}

    (reel,) = bench.list(ADAPTER, f"https://www.instagram.com/reel/{user.reels[0].code}/")
    assert (reel.media_id, reel.media_type, reel.content_type) == (str(user.reels[0].pk), "video", "reel")

    (story,) = bench.list(ADAPTER, f"https://www.instagram.com/stories/ann/{user.stories[0].pk}/")
    assert (story.media_id, story.content_type) == (str(user.stories[0].pk), "story")


def test_a_check_that_passes_after_some_seconds_is_waited_for(bench: ListingBench, fastdl: FastDlFake):
    fastdl.user("ann", posts=2)
    fastdl.check_seconds = 2
    assert len(bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts")) == 2


def test_a_check_that_never_passes_needs_a_person(bench: ListingBench, fastdl: FastDlFake):
    fastdl.user("ann", posts=2)
    fastdl.check_seconds = NEVER
    error = failure(bench, IMPATIENT, PROFILE.format("ann"), content_type="posts")
    assert (error.kind, error.code) == (FailureKind.NEEDS_PERSON, "CAPTCHA_REQUIRED")


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "code"),
    [
        (429, {"Retry-After": "90"}, "{}", FailureKind.TOLD_TO_WAIT, "HTTP_429"),
        (502, {}, "bad gateway", FailureKind.TRANSIENT, "HTTP_502"),
        (200, {}, "<html>no JSON</html>", FailureKind.SITE_CHANGED, "NOT_JSON"),
        (200, {}, '{"outcome": {"people": []}}', FailureKind.SITE_CHANGED, "SITE_CHANGED"),
        (401, {}, '{"code": "REQUEST_SIGNATURE_WRONG"}', FailureKind.SITE_CHANGED, "SITE_CHANGED"),
        (200, {}, '{"success": false, "message": "user not found"}', FailureKind.GONE, "NOT_FOUND"),
    ],
)
def test_what_the_site_may_answer_instead(  # noqa: PLR0913, PLR0917, RUF100 - a table
    bench: ListingBench, fastdl: FastDlFake, status: int, headers: dict, body: str, kind: FailureKind, code: str
):
    fastdl.broken = (status, headers, body)
    error = failure(bench, IMPATIENT, PROFILE.format("ann"), content_type="posts")
    assert (error.kind, error.code) == (kind, code)
    assert error.retry_after == (90 if status == 429 else None)


def test_private_and_missing_accounts(bench: ListingBench, fastdl: FastDlFake):
    fastdl.user("shy", posts=3, is_private=True)
    error = failure(bench, ADAPTER, PROFILE.format("shy"), content_type="posts")
    assert (error.kind, error.code) == (FailureKind.NEEDS_PERSON, "PRIVATE")
    error = failure(bench, ADAPTER, PROFILE.format("nobody"), content_type="posts")
    assert (error.kind, error.code) == (FailureKind.GONE, "NOT_FOUND")
    error = failure(bench, ADAPTER, "https://www.instagram.com/p/CuDkzN1Kx3z/")
    assert (error.kind, error.code) == (FailureKind.GONE, "NOT_FOUND")


def test_a_user_without_stories_is_empty_not_broken(bench: ListingBench, fastdl: FastDlFake):
    fastdl.user("ann", posts=1)
    assert bench.list(ADAPTER, "https://www.instagram.com/stories/ann/", content_type="stories") == []


def test_its_page_and_selectors_follow_the_settings(bench: ListingBench):
    fake = FastDlFake(bench.site.server, page="/elsewhere")
    fake.input_id = "who"
    fake.user("ann", posts=1)
    bench.settings |= {**fake.settings(), "fastdl.page": "/elsewhere", "fastdl.input_selector": "#who"}
    bench.settings["fastdl.button_selector"] = "form button"
    assert len(bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts")) == 1


def test_an_installation_that_answers_unsigned_requests_needs_no_browser(bench: ListingBench, fastdl: FastDlFake):
    fastdl.unsigned = True
    fastdl.user("ann", posts=15)
    assert len(bench.list(ADAPTER, PROFILE.format("ann"), content_type="posts")) == 15
    assert bench.site.server.request_count("/en") == 0
