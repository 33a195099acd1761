"""Misago: a page that a script fills from ``/api/threads/``; attachments come beside the text."""

import json

from tests.fakes.forum_site import TITLE, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

PATH = "/t/harbour-cats/77/"
SECRET = "Kx7Qv0b2mW5sZ8tR1nYd"


class MisagoFake(ForumFake):
    """A thread of Misago 0.39."""

    def serve(self) -> None:
        self.server.behave(PATH, self._page)
        for number in range(2, 40):
            self.server.behave(f"{PATH}{number}/", self._page)
        self.server.behave("/api/threads/77/posts/", self._json)

    @property
    def thread_url(self) -> str:
        return self.url(PATH)

    def page_url(self, number: int) -> str:
        return self.thread_url if number == 1 else self.url(f"{PATH}{number}/")

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/a/{SECRET}/{number}/")

    def quote(self, author: str, inside: str) -> str:
        return f"""<aside class="quote-block"><div class="quote-heading" data-noquote="1">{author} wrote:</div>
            <blockquote class="quote-body" data-block="quote"><p>{inside}</p></blockquote></aside>"""

    def lazy(self, url: str) -> str:
        """Misago loads all pictures at once, but hides some in spoilers."""
        return f"""<aside class="spoiler-block"><blockquote class="spoiler-body" data-block="spoiler"><p><img
            src="{url}"
            alt="lazy" /></p></blockquote><div class="spoiler-overlay" data-noquote="1"><button class="spoiler-reveal"
            type="button">Reveal spoiler</button></div></aside>"""

    def _page(self, exchange: Exchange) -> None:
        self.answer(
            exchange,
            f"""<!DOCTYPE html><html lang="en"><head><title>{TITLE} | Misago</title><link rel="stylesheet"
            href="/static/misago/css/misago.css"></head><body><div id="misago-container"><div id="page-mount"><img
            src="{self.url("/media/avatars/1-100.png")}"></div></div></body></html>""",
        )

    def _json(self, exchange: Exchange) -> None:
        number = int(exchange.request.query.get("page", ["1"])[0])
        if number > self.pages:
            self.answer(exchange, '{"detail": "Not found."}', status=404, json=True)
            return
        posts = {
            "results": [self._post(post) for post in self.posts_of(number)],
            "page": number, "pages": self.pages, "count": len(self.posts), "more": 0,
        }  # fmt: skip
        self.answer(exchange, json.dumps({"id": 77, "title": TITLE, "post_set": posts}), json=True)

    def _post(self, post: FakePost) -> dict[str, object]:
        thumb = f'<a href="/a/{SECRET}/501/"><img src="/a/thumb/{SECRET}/501/" alt="garden-gate.jpg"></a>'
        return {
            "id": post.post_id, "content": post.body + (thumb if post.number == 1 else ""), "is_event": False,
            "poster": {
                "username": post.author, "avatars": [{"size": 100, "url": "/media/avatars/1-100.png"}],
                "signature": {"html": f'<img src="{self.url("/photos/signature.jpg")}">'},
            },
            "poster_name": post.author, "posted_on": post.posted_at.isoformat(), "is_hidden": False,
            "attachments": [self._attached(number, name) for number, name in post.attached],
            "url": {"index": f"{PATH}post/{post.post_id}/"},
        }  # fmt: skip

    def _attached(self, number: int, name: str) -> dict[str, object]:
        is_image = not name.endswith("zip")
        thumb = f"/a/thumb/{SECRET}/{number}/" if is_image else None
        return {
            "id": number, "filename": name, "is_image": is_image, "filetype": name.rpartition(".")[2],
            "url": {"index": f"/a/{SECRET}/{number}/", "thumb": thumb},
        }  # fmt: skip
