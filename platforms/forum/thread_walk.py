"""Going through a thread newest first, page by page, with at most two pages in memory.

Newest first, since then a limit, a date or known media end it early, and a check of a monitored
thread reads what is new and nothing else. The page that a request names is the oldest that counts.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from mediadl.media import FailureKind, MediaError
from platforms.contract import ListingContext
from platforms.forum.thread_page import Post, Thread, ThreadPage
from platforms.forum.walk_position import AFTER, Position, whole_number

_MAX_STEPS_TO_END = 12  # the links of a first page that hides the last one lead on ten pages at least
MAX_PAGES_FORWARD = 5_000
MAX_POSTS_HELD = 20_000


class ThreadWalk:
    """One listing's way through a thread.

    Attributes:
        newest: the last post of the thread when the walk began: where a later check goes on.
        posts_read: how many posts were looked at.
    """

    def __init__(self, thread: Thread, context: ListingContext) -> None:
        self._thread = thread
        self._context = context
        self._after = Position.read(context.request.metadata.get(AFTER))
        self._lowest = thread.start.number or 1
        cursor = context.cursor if isinstance(context.cursor, Mapping) else {}
        self.newest = Position.read(cursor.get("newest"))
        below = whole_number(cursor.get("page"))  # 0 once a walk is over: then it begins anew
        self._goes_on_at = below if self.newest and below else None
        self.newest = self.newest if self._goes_on_at else None
        self.posts_read = whole_number(cursor.get("posts")) if self._goes_on_at else 0

    @property
    def is_fresh(self) -> bool:
        """Whether it is one of the whole thread: neither going on, nor a look for what is new."""
        return self._goes_on_at is None and AFTER not in self._context.request.metadata

    def pages(self) -> Iterator[Sequence[Post]]:
        """The posts of each page that counts, from the newest to the oldest.

        Where it got to is saved once the next page is asked for: what was yielded has then been taken.

        Raises:
            MediaError: a page cannot be had.
        """
        start = self._thread.start
        if not start.number and start.last <= 1 and start.next_url:
            yield from self._forward()
            return
        upper = self._newest_page()
        if self.newest is None and upper.posts:
            self.newest = Position(upper.posts[-1].post_id, upper.number)
        yield from self._down_from(upper)

    def _down_from(self, page: ThreadPage) -> Iterator[Sequence[Post]]:
        floor = max(self._lowest, self._after.page if self._after else 0)
        number, above = page.number, frozenset[str]()
        while True:
            self._context.report(f"page {number} of {max(page.last, number)}")
            posts, is_end = self._news(page.posts, above)
            self.posts_read += len(posts)
            yield posts
            if is_end:
                self._save(0)
                return
            above = frozenset(post.post_id for post in page.posts) or above
            number -= 1
            self._save(number if number >= floor else 0)
            if number < floor:
                return
            page = self._page(number) or ThreadPage((), number, number)

    def _news(self, posts: Sequence[Post], above: frozenset[str]) -> tuple[list[Post], bool]:
        """The posts that were not read yet, newest first, and whether the one to stop at was met."""
        found: list[Post] = []
        for post in reversed(posts):
            if self._after and post.post_id == self._after.post_id:
                return found, True
            if post.post_id not in above:  # a deleted post lets others move up to the page before
                found.append(post)
        return found, False

    def _newest_page(self) -> ThreadPage:
        """The last page, or the one at which an interrupted walk goes on."""
        start = self._thread.start
        if self._goes_on_at is not None:
            number = max(self._goes_on_at, self._lowest)
            return self._numbered(self._page(number) or ThreadPage((), number, number), number)
        best = self._numbered(start, self._lowest)
        wanted = start.last
        for _ in range(_MAX_STEPS_TO_END):
            if wanted <= best.number:
                return best
            page = self._page_perhaps(wanted)
            if page is None:
                wanted -= 1
            elif _is_same(page, best):
                return best
            else:
                best = self._numbered(page, wanted)
                # A program that answers its last page for any page past the end is at its end there.
                wanted = page.last if best.number >= wanted else best.number
        detail = f"The thread says that it has {start.last} pages, but the last ones cannot be opened."
        raise MediaError(FailureKind.SITE_CHANGED, "SITE_CHANGED", detail)

    def _page_perhaps(self, number: int) -> ThreadPage | None:
        """A page that only a link speaks of; None where there is none, or nothing on it."""
        self._context.stop.raise_if_set()
        try:
            page = self._thread.page(number)
        except MediaError as error:
            if error.kind in {FailureKind.GONE, FailureKind.SITE_CHANGED}:
                return None
            raise
        return page if page is not None and page.posts else None

    def _page(self, number: int) -> ThreadPage | None:
        """A page by its number; None past the end, and where it has gone meanwhile."""
        if number == self._lowest:
            return self._thread.start
        self._context.stop.raise_if_set()
        try:
            page = self._thread.page(number)
        except MediaError as error:
            if error.kind is FailureKind.GONE:
                return None
            raise
        # Some programs answer the last page again for any page past the end.
        return None if page is not None and page.number and page.number < number else page

    def _forward(self) -> Iterator[Sequence[Post]]:
        """Pages that only lead to the next one: read to the end first, then given newest first."""
        limit = self._context.request.max_downloads
        held: deque[Post] = deque(maxlen=min(limit or MAX_POSTS_HELD, MAX_POSTS_HELD))
        page, seen = self._thread.start, set[str]()
        for number in range(1, MAX_PAGES_FORWARD):
            self._context.stop.raise_if_set()
            self._context.report(f"page {number}")
            held.extend(post for post in page.posts if post.media)
            self.posts_read += len(page.posts)
            if page.posts:
                self.newest = Position(page.posts[-1].post_id, number)
            if not page.next_url or page.next_url in seen:
                break
            seen.add(page.next_url)
            following = self._thread.page_at(page.next_url)
            if _is_same(following, page):
                break
            page = following
        yield self._news(tuple(held), frozenset())[0]
        self._save(0)

    def _save(self, number: int) -> None:
        newest = self.newest.to_json() if self.newest else None
        self._context.save_cursor({"page": max(number, 0), "newest": newest, "posts": self.posts_read})

    @staticmethod
    def _numbered(page: ThreadPage, number: int) -> ThreadPage:
        return page if page.number else ThreadPage(page.posts, number, max(page.last, number), page.next_url)


def _is_same(one: ThreadPage, other: ThreadPage) -> bool:
    return [post.post_id for post in one.posts] == [post.post_id for post in other.posts]
