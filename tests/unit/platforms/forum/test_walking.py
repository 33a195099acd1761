"""Going through a thread: where it begins, goes on, and ends, whatever the program answers."""

import pytest

from mediadl.media import FailureKind, MediaError
from platforms.contract import ListingContext, ListingRequest
from platforms.forum.thread_page import Post, ThreadPage
from platforms.forum.thread_walk import ThreadWalk
from platforms.forum.walk_position import AFTER

PER_PAGE = 3


class ScriptedThread:
    """A thread of numbered posts, three a page; what it answers can be bent."""

    title, thread_id, url = "T", "1", "https://forum.example/t/1"

    def __init__(self, posts: int, *, start: int = 1, shown_last: int | None = None) -> None:
        self.posts = list(range(1, posts + 1))
        self.asked: list[int] = []
        self.shown_last = shown_last
        self.past_end = "last page again"
        self.failing: dict[int, MediaError] = {}
        self.start = self.made(start)

    @property
    def last(self) -> int:
        return max(1, -(-len(self.posts) // PER_PAGE))

    def made(self, number: int) -> ThreadPage:
        ids = self.posts[(number - 1) * PER_PAGE : number * PER_PAGE]
        last = self.last if self.shown_last is None else min(self.last, max(self.shown_last, number + 1))
        return ThreadPage(tuple(post(one) for one in ids), number, last)

    def page(self, number: int) -> ThreadPage | None:
        self.asked.append(number)
        if number in self.failing:
            raise self.failing[number]
        if number > self.last:
            if self.past_end == "404":
                raise MediaError(FailureKind.GONE, "HTTP_404", "gone")
            return self.made(self.last)
        return self.made(number)

    def page_at(self, url: str) -> ThreadPage:
        raise AssertionError(url)


def post(number: int) -> Post:
    return Post(str(number), "a", None, f"https://forum.example/p/{number}", ())


def context(*, cursor=None, after=None, saved=None) -> ListingContext:
    request = ListingRequest("https://forum.example/t/1", "forum", metadata={AFTER: after} if after else {})

    class Calm:
        def raise_if_set(self) -> None:
            """Never stopped."""

    keep = saved.append if saved is not None else (lambda _cursor: None)
    return ListingContext(
        request=request, http=None, stop=Calm(), proxy_url="", setting=lambda _name: None,
        report=lambda _text: None, cursor=cursor, save_cursor=keep,
    )  # fmt: skip


def read(walk: ThreadWalk) -> list[int]:
    return [int(one.post_id) for page in walk.pages() for one in page]


def test_newest_first_each_page_once():
    thread = ScriptedThread(8)
    walk = ThreadWalk(thread, context())
    assert read(walk) == [8, 7, 6, 5, 4, 3, 2, 1]
    assert thread.asked == [3, 2]
    assert (walk.newest.to_json(), walk.posts_read, walk.is_fresh) == ({"post": "8", "page": 3}, 8, True)


def test_the_page_given_is_the_lowest():
    assert read(ThreadWalk(ScriptedThread(9, start=2), context())) == [9, 8, 7, 6, 5, 4]


def test_a_thread_of_one_page_asks_for_no_other():
    thread = ScriptedThread(2)
    assert read(ThreadWalk(thread, context())) == [2, 1]
    assert thread.asked == []


def test_pages_are_asked_for_when_they_are_needed():
    thread = ScriptedThread(300)
    pages = ThreadWalk(thread, context()).pages()
    next(pages)
    next(pages)
    assert thread.asked == [100, 99]


def test_a_program_that_hides_the_last_page_is_followed_to_it():
    thread = ScriptedThread(30, shown_last=4)
    assert read(ThreadWalk(thread, context()))[0] == 30


@pytest.mark.parametrize("past_end", ["last page again", "404"])
def test_links_to_pages_past_the_end_do_no_harm(past_end):
    thread = ScriptedThread(9)
    thread.past_end = past_end
    thread.start = ThreadPage(thread.start.posts, 1, 7)
    assert read(ThreadWalk(thread, context())) == list(range(9, 0, -1))


def test_a_thread_whose_pages_cannot_be_opened_is_no_short_thread():
    thread = ScriptedThread(9)
    thread.past_end = "404"
    thread.start = ThreadPage(thread.start.posts, 1, 500)
    with pytest.raises(MediaError) as caught:
        read(ThreadWalk(thread, context()))
    assert caught.value.kind is FailureKind.SITE_CHANGED


def test_a_post_that_moved_up_a_page_is_read_once():
    thread = ScriptedThread(9)
    pages = ThreadWalk(thread, context()).pages()
    seen = [int(one.post_id) for one in next(pages)]
    thread.posts.remove(2)  # deleted while the walk is on its way: 7 moves to page two
    seen += [int(one.post_id) for page in pages for one in page]
    assert seen == [9, 8, 7, 6, 5, 3, 2, 1]  # 4 moved onto the first page, which was read before


def test_a_page_that_has_gone_meanwhile_is_passed_over():
    thread = ScriptedThread(9)
    thread.failing[2] = MediaError(FailureKind.GONE, "HTTP_404", "gone")
    assert read(ThreadWalk(thread, context())) == [9, 8, 7, 3, 2, 1]


def test_a_page_that_cannot_be_had_ends_the_listing():
    thread = ScriptedThread(9)
    thread.failing[2] = MediaError(FailureKind.TRANSIENT, "TIMEOUT", "slow")
    with pytest.raises(MediaError):
        read(ThreadWalk(thread, context()))


def test_an_interrupted_walk_goes_on_below_what_was_taken():
    saved = []
    pages = ThreadWalk(ScriptedThread(12), context(saved=saved)).pages()
    next(pages)
    assert saved == []  # the page's posts are not all taken yet
    next(pages)
    assert saved == [{"page": 3, "newest": {"post": "12", "page": 4}, "posts": 3}]

    thread = ScriptedThread(14)  # two posts more by now
    walk = ThreadWalk(thread, context(cursor=saved[-1]))
    assert read(walk) == list(range(9, 0, -1))
    assert thread.asked == [3, 2]
    assert (walk.newest.post_id, walk.posts_read, walk.is_fresh) == ("12", 12, False)


def test_a_walk_that_was_over_begins_anew():
    saved = []
    read(ThreadWalk(ScriptedThread(4), context(saved=saved)))
    assert saved[-1] == {"page": 0, "newest": {"post": "4", "page": 2}, "posts": 4}
    assert read(ThreadWalk(ScriptedThread(5), context(cursor=saved[-1]))) == [5, 4, 3, 2, 1]


def test_only_what_came_after_a_post():
    thread = ScriptedThread(12)
    walk = ThreadWalk(thread, context(after={"post": "8", "page": 3}))
    assert read(walk) == [12, 11, 10, 9]
    assert thread.asked == [4, 3]
    assert (walk.newest.to_json(), walk.is_fresh) == ({"post": "12", "page": 4}, False)


def test_nothing_came_after_a_post():
    saved = []
    walk = ThreadWalk(ScriptedThread(8), context(after={"post": "8", "page": 3}, saved=saved))
    assert read(walk) == []
    assert saved == [{"page": 0, "newest": {"post": "8", "page": 3}, "posts": 0}]


def test_a_last_post_that_was_deleted_costs_its_page_and_no_more():
    thread = ScriptedThread(12)
    assert read(ThreadWalk(thread, context(after={"post": "99", "page": 3}))) == [12, 11, 10, 9, 8, 7]
    assert thread.asked == [4, 3]


def test_a_thread_that_shrank_is_read_as_far_as_it_goes():
    walk = ThreadWalk(ScriptedThread(4), context(after={"post": "50", "page": 17}))
    assert read(walk) == [4]
    assert walk.newest.page == 2


@pytest.mark.parametrize(
    "cursor", ["x", 5, {"page": "2"}, {"page": 2, "newest": "x"}, {"page": -1, "newest": {"post": "1", "page": 1}}]
)
def test_a_cursor_that_makes_no_sense_is_none(cursor):
    assert read(ThreadWalk(ScriptedThread(4), context(cursor=cursor))) == [4, 3, 2, 1]


class ChainedThread:
    """Pages that know only the one that follows."""

    title, thread_id, url = "T", "1", "https://forum.example/t/1"

    def __init__(self, pages: int, *, loops: bool = False) -> None:
        self.pages, self.loops = pages, loops
        self.asked: list[str] = []
        self.start = self.made(1)

    def made(self, number: int) -> ThreadPage:
        has_next = number < self.pages or self.loops
        url = f"https://forum.example/next/{number + 1}" if has_next else ""
        with_media = [Post(f"{number}{one}", "a", None, "https://forum.example/p", ("medium",)) for one in (1, 2)]
        return ThreadPage(tuple(with_media), 0, 1, url)

    def page(self, number: int) -> ThreadPage | None:
        raise AssertionError(number)

    def page_at(self, url: str) -> ThreadPage:
        self.asked.append(url)
        return self.made(min(int(url.rpartition("/")[2]), self.pages))


def test_pages_that_only_lead_on_are_read_to_the_end_first():
    thread = ChainedThread(3)
    assert read(ThreadWalk(thread, context())) == [32, 31, 22, 21, 12, 11]
    assert len(thread.asked) == 2


def test_a_chain_whose_end_leads_on_to_itself_ends():
    assert read(ThreadWalk(ChainedThread(3, loops=True), context())) == [32, 31, 22, 21, 12, 11]
