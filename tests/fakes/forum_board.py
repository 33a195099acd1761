"""A forum of no known program: numbered containers, pages by ``?p=``."""

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

PATH = "/thread/77"


class BoardFake(ForumFake):
    """A thread of somebody's own program."""

    def serve(self) -> None:
        self.server.behave(PATH, self._page)

    @property
    def thread_url(self) -> str:
        return self.url(PATH)

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else f"{self.thread_url}?p={number}"

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/files/{number}/{name}")

    def quote(self, author: str, inside: str) -> str:
        return f'<div class="quoted"><cite>{author}</cite>{inside}</div>'

    def _page(self, exchange: Exchange) -> None:
        number = int(exchange.request.query.get("p", ["1"])[0])
        if number > self.pages:
            self.answer(exchange, "<html><body>nothing here</body></html>", status=404)
            return
        posts = "".join(self._post(post) for post in self.posts_of(number))
        links = "".join(self._link(page, is_current=page == number) for page in range(1, self.pages + 1))
        self.answer(
            exchange,
            f"""<html><head><title>{TITLE}</title></head><body><div id="top-header"><img src="/wide-logo.jpg"></div>
            <h1>{TITLE}</h1><div class="pagination">{links}</div><main>{posts}</main>
            <div class="sidebar"><a href="/photos/of-the-day.jpg"><img src="/photos/day-small.jpg"></a></div></body>
            </html>""",
        )

    def _link(self, page: int, *, is_current: bool) -> str:
        address = PATH if page == 1 else f"{PATH}?p={page}"
        return f"<strong>{page}</strong>" if is_current else f'<a href="{address}">{page}</a>'

    def _post(self, post: FakePost) -> str:
        attached = "".join(f'<a href="/files/{number}/{name}">{name}</a> ' for number, name in post.attached)
        return f"""<div class="row" id="post-{post.post_id}"><div class="author-info"><img
            src="/people/1.jpg" width="100">
            <span class="username">{post.author}</span><img src="/medals/gold.png"></div><time
            datetime="{post.posted_at.isoformat()}">then</time><div class="text">{post.body}</div><div
            class="attached-files">{attached}</div><div class="user-signature"><img src="/photos/signature.jpg"></div>
            </div>"""
