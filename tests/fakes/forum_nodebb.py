"""NodeBB: the page and its JSON below ``/api``; ``-resized`` pictures beside the full ones."""

import json

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

PATH = "/topic/77/harbour-cats"


class NodebbFake(ForumFake):
    """A topic of NodeBB 3."""

    def serve(self) -> None:
        self.server.behave(PATH, self._page)
        self.server.behave(f"/api{PATH}", self._json)

    @property
    def thread_url(self) -> str:
        return self.url(PATH)

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else f"{self.thread_url}?page={number}"

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/assets/uploads/files/{number}-{name}")

    def quote(self, author: str, inside: str) -> str:
        return f"<blockquote><p dir='auto'>@{author} said in {TITLE}:</p><p>{inside}</p></blockquote>"

    def smilie(self) -> str:
        address = self.url("/assets/plugins/nodebb-plugin-emoji/emoji/android/1f63a.png")
        return f'<img src="{address}" class="not-responsive emoji emoji-android" title=":D" alt="😺" />'

    def _number(self, exchange: Exchange) -> int:
        return int(exchange.request.query.get("page", ["1"])[0])

    def _page(self, exchange: Exchange) -> None:
        number = self._number(exchange)
        if number > self.pages:
            self.answer(exchange, "<html><body>Not Found</body></html>", status=404)
            return
        data = json.dumps(self._data(number)).replace("</", "<\\/")
        posts = "".join(self._shown(post) for post in self.posts_of(number))
        self.answer(
            exchange,
            f"""<!DOCTYPE html><html lang="en-GB"><head><title>{TITLE} | NodeBB</title></head>
            <body class="page-topic page-topic-77 skin-noskin"><div component="topic" data-tid="77"><ul
            component="topic">{posts}</ul></div><script id="ajaxify-data" type="application/json">{data}</script>
            </body></html>""",
        )

    def _shown(self, post: FakePost) -> str:
        return f"""<li component="post" data-pid="{post.post_id}" data-index="{post.number - 1}"><img
            component="user/picture" src="{self.url("/assets/uploads/profile/1.png")}" class="avatar"><div
            component="post/content">{post.body}</div></li>"""

    def _json(self, exchange: Exchange) -> None:
        number = self._number(exchange)
        if number > self.pages:
            self.answer(exchange, '{"path": "/api", "loggedIn": false}', status=404, json=True)
            return
        self.answer(exchange, json.dumps(self._data(number)), json=True)

    def _data(self, number: int) -> dict[str, object]:
        return {
            "tid": 77, "title": TITLE, "titleRaw": TITLE, "slug": "77/harbour-cats", "postcount": len(self.posts),
            "posts": [self._post(post) for post in self.posts_of(number)],
            "pagination": {"currentPage": number, "pageCount": self.pages, "rel": []},
            "related": [{"tid": 5, "thumbs": [{"url": "/assets/uploads/files/related.png"}]}],
        }  # fmt: skip

    def _post(self, post: FakePost) -> dict[str, object]:
        attached = "".join(self._attached(number, name) for number, name in post.attached)
        return {
            "pid": post.post_id, "tid": 77, "index": post.number - 1, "content": post.body + attached, "deleted": 0,
            "timestamp": int(post.posted_at.timestamp() * 1000), "timestampISO": post.posted_at.isoformat(),
            "user": {
                "username": post.author, "picture": "/assets/uploads/profile/1.png",
                "signature": f'<img src="{self.url("/photos/signature.jpg")}">',
            },
        }  # fmt: skip

    def _attached(self, number: int, name: str) -> str:
        if name.endswith("zip"):
            return f'<p><a href="/assets/uploads/files/{number}-{name}">{name}</a></p>'
        stem, _, extension = name.rpartition(".")
        small = f"/assets/uploads/files/{number}-{stem}-resized.{extension}"
        return f"""<p dir="auto"><a href="/assets/uploads/files/{number}-{name}" target="_blank"><img src="{small}"
            alt="{name}" class=" img-fluid img-markdown" /></a></p>"""
