"""A thread of 10,000 posts: the memory that listing it takes, and how little a limited one reads."""

import gc
import os
from pathlib import Path

from platforms.forum.adapter import ForumAdapter
from tests.fakes.forum_xenforo import XenforoFake

POSTS = 10_000
POSTS_A_PAGE = 50  # fewer requests: what a page costs is measured, not the server
MAX_GROWTH_BYTES = 30 * 1024 * 1024


class LongThread(XenforoFake):
    posts_a_page = POSTS_A_PAGE


def long_thread(bench) -> LongThread:
    fake = LongThread(bench.site.server, posts=0)
    for number in range(POSTS):
        fake.add_post(picture=f"/photos/{number}.jpg")
    fake.serve()
    return fake


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_memory_stays_bounded_and_every_post_is_read(bench):
    fake = long_thread(bench)
    bench.list(ForumAdapter(), fake.page_url(fake.pages - 5))  # what the first pages load once is no growth
    gc.collect()
    before, highest, count = resident_bytes(), 0, 0
    for _item in ForumAdapter().list_media(bench.context(fake.thread_url)):
        count += 1
        if count % 500 == 0:
            highest = max(highest, resident_bytes())
    assert count == POSTS
    assert highest - before < MAX_GROWTH_BYTES


def test_the_newest_of_a_long_thread_cost_two_requests(bench):
    fake = long_thread(bench)
    items = ForumAdapter().list_media(bench.context(fake.thread_url, max_downloads=30))
    newest = [next(items).candidates[0] for _ in range(30)]
    items.close()
    assert newest == [fake.url(f"/photos/{number}.jpg") for number in range(POSTS - 1, POSTS - 31, -1)]
    assert fake.server.request_count() == 2
