"""Each forum program's thread: exactly its content media are found, newest first, nothing else is asked for."""

import json
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from mediadl.media import FetchMethod, MediaType
from platforms.forum.adapter import ForumAdapter
from platforms.forum.engines.known import open_thread
from platforms.forum.thread_page import document_of
from tests.fakes.forum_board import BoardFake
from tests.fakes.forum_discourse import DiscourseFake
from tests.fakes.forum_invision import InvisionFake
from tests.fakes.forum_misago import MisagoFake
from tests.fakes.forum_nodebb import NodebbFake
from tests.fakes.forum_phpbb import PhpbbFake
from tests.fakes.forum_site import ID_OFFSET, TITLE, VIDEO_KEY
from tests.fakes.forum_vbulletin import VbulletinFake
from tests.fakes.forum_vbulletin_old import OldVbulletinFake
from tests.fakes.forum_xenforo import XenforoFake

FAKES = {
    "XenForo 2": XenforoFake,
    "vBulletin 3": OldVbulletinFake,
    "vBulletin 5": VbulletinFake,
    "Invision 4": InvisionFake,
    "phpBB 3": PhpbbFake,
    "Discourse": DiscourseFake,
    "NodeBB": NodebbFake,
    "Misago": MisagoFake,
    "forum": BoardFake,
}
MEDIA_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp4", ".zip")


@pytest.fixture(params=FAKES, ids=lambda name: name)
def named_fake(request, bench):
    return request.param, FAKES[request.param](bench.site.server)


@pytest.fixture
def fake(named_fake):
    return named_fake[1]


def listed(bench, url: str, **request: int):
    return bench.list(ForumAdapter(), url, **request)


def first_urls(items) -> list[str]:
    return [item.candidates[0] for item in items]


def test_the_program_is_told_from_its_page(bench, named_fake):
    name, fake = named_fake
    context = bench.context(fake.thread_url)
    engine, _thread = open_thread(document_of(context.http.get(fake.thread_url)), context.http)
    assert engine.name == name


def test_exactly_the_content_media_are_found(bench, fake):
    urls = first_urls(listed(bench, fake.thread_url))
    assert set(urls) == fake.all_expected()
    assert len(urls) == len(set(urls))


def test_nothing_but_pages_is_asked_for(bench, fake):
    listed(bench, fake.thread_url)
    asked = {request.path for request in fake.server.requests}
    assert not [path for path in asked if path.endswith(MEDIA_ENDINGS)]
    assert not [path for path in asked if "attachment" in path or "file" in path or path.startswith("/a/")]


def test_each_item_says_where_it_comes_from(bench, fake):
    items = listed(bench, fake.thread_url)
    newest_first = sorted(fake.expected, reverse=True)
    assert [int(item.post_id) - ID_OFFSET for item in items] == [
        number for number in newest_first for _ in fake.expected[number]
    ]
    for item in items:
        post = fake.posts[int(item.post_id) - ID_OFFSET - 1]
        assert item.post_date == post.posted_at
        assert item.metadata["thread"] == TITLE
        assert item.metadata["post_id"] == str(post.post_id)
        assert item.metadata["author"] == post.author
        assert item.headers["Referer"].startswith(fake.url("/"))
        assert urlsplit(item.page_url).netloc == urlsplit(fake.thread_url).netloc
    first = [item for item in items if item.post_id == str(ID_OFFSET + 1)]
    assert [item.metadata["position"] for item in first] == [1, 2]
    json.dumps([dict(item.metadata) for item in items])


def test_posts_have_addresses_of_their_own(bench, fake):
    items = listed(bench, fake.thread_url)
    pages = {item.page_url for item in items}
    assert len(pages) == len({item.post_id for item in items})


def test_ids_do_not_change_from_run_to_run(bench, fake):
    one, two = listed(bench, fake.thread_url), listed(bench, fake.thread_url)
    assert [item.media_id for item in one] == [item.media_id for item in two]
    assert len({item.media_id for item in one}) == len(one)


def test_the_page_given_is_the_oldest_that_counts(bench, fake):
    first_post = fake.posts_a_page + 1
    urls = first_urls(listed(bench, fake.page_url(2)))
    assert set(urls) == {url for number, urls in fake.expected.items() if number >= first_post for url in urls}


def test_each_page_is_asked_once(bench, fake):
    listed(bench, fake.thread_url)
    targets = [request.target for request in fake.server.requests]
    assert len(targets) == len(set(targets))
    assert len(targets) <= fake.pages + 1  # one for the page that tells the program, where it has an API


def test_a_video_is_left_to_yt_dlp(bench, fake):
    [video] = [item for item in listed(bench, fake.thread_url) if VIDEO_KEY in item.candidates[0]]
    assert video.method is FetchMethod.YT_DLP
    assert (video.media_type, video.content_type) == (MediaType.VIDEO, "video")


def test_what_is_attached_says_so(bench, fake):
    items = [item for item in listed(bench, fake.thread_url) if item.post_id == str(ID_OFFSET + 1)]
    assert {item.media_type for item in items} == {MediaType.IMAGE}
    assert all(item.content_type in {"attachment", "image"} for item in items)


def test_a_limit_ends_it_early(bench, fake):
    items = ForumAdapter().list_media(bench.context(fake.thread_url, max_downloads=1))
    next(items)
    items.close()
    assert len(fake.server.requests) <= 3


def test_dates_never_rise(bench, fake):
    dates = [item.post_date for item in listed(bench, fake.thread_url)]
    assert all(newer >= older for newer, older in pairwise(dates))
