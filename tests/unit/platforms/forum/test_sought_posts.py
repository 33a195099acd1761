"""Where links have expired, the forum is asked for their posts and nothing else."""

import dataclasses

from platforms.forum.adapter import ForumAdapter
from tests.fakes.forum_xenforo import XenforoFake


def thread_with_pictures(bench, *, posts: int, of: set[int]) -> XenforoFake:
    fake = XenforoFake(bench.site.server, posts=0)
    for number in range(1, posts + 1):
        fake.add_post(picture=f"/photos/{number}.jpg" if number in of else "")
    fake.serve()
    return fake


def listed_again(bench, fake: XenforoFake, *post_numbers: int):
    """What a first listing found in these posts, sought again; the requests are those of the second one."""
    first = bench.list(ForumAdapter(), fake.thread_url)
    wanted = tuple(item for item in first if int(item.post_id) - 1000 in post_numbers)
    assert len(wanted) == len(post_numbers)
    fake.server.requests.clear()
    context = dataclasses.replace(bench.context(fake.thread_url), wanted=wanted)
    return wanted, ForumAdapter().list_media(context)


def asked(fake: XenforoFake) -> list[str]:
    return [request.path for request in fake.server.requests]


def test_a_link_of_page_seven_takes_two_requests(bench):
    fake = thread_with_pictures(bench, posts=120, of={5, 65, 115})
    wanted, again = listed_again(bench, fake, 65)
    [found] = again
    assert (found.media_id, found.candidates) == (wanted[0].media_id, wanted[0].candidates)
    assert asked(fake) == ["/posts/1065/", "/threads/harbour-cats.77/page-7"]


def test_posts_of_one_page_are_found_together(bench):
    fake = thread_with_pictures(bench, posts=120, of={61, 62, 63, 64, 22})
    wanted, again = listed_again(bench, fake, 61, 64, 22)
    assert {item.media_id for item in again} == {item.media_id for item in wanted}
    assert len(asked(fake)) == 4


def test_a_post_that_is_gone_is_looked_for_in_the_whole_thread(bench):
    fake = thread_with_pictures(bench, posts=30, of={5, 25})
    wanted, again = listed_again(bench, fake, 5, 25)
    fake.server.behave("/posts/1005/", lambda exchange: exchange.respond(404, b"<html><body>gone</body></html>"))
    assert {item.media_id for item in again} == {item.media_id for item in wanted}
    assert {f"/threads/harbour-cats.77/page-{number}" for number in (2, 3)} <= set(asked(fake))


def test_a_post_without_its_picture_ends_the_search(bench):
    fake = thread_with_pictures(bench, posts=120, of={65})
    _wanted, again = listed_again(bench, fake, 65)
    fake.posts[64].body = "<p>taken away</p>"
    assert list(again) == []
    assert len(asked(fake)) == 2
