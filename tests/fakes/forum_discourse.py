"""Discourse: a topic's JSON names all posts, further ones come by their numbers."""

import json
from datetime import UTC

from tests.fakes.forum_site import TITLE, VIDEO_KEY, FakePost, ForumFake
from tests.fakes.http_exchange import Exchange

SLUG = "/t/harbour-cats/77"


class DiscourseFake(ForumFake):
    """A topic of Discourse 3."""

    posts_a_page = 20

    def serve(self) -> None:
        self.server.behave(SLUG, self._page)
        for post in range(1, 60):
            self.server.behave(f"{SLUG}/{post}", self._page)
            self.server.behave(f"{SLUG}/{post}.json", self._near(post))
        self.server.behave(f"{SLUG}.json", self._near(1))
        self.server.behave("/t/77/posts.json", self._some)

    @property
    def thread_url(self) -> str:
        return self.url(SLUG)

    def page_url(self, number: int) -> str:
        first = (number - 1) * self.posts_a_page + 1
        return self.thread_url if number == 1 else f"{self.thread_url}/{first}"

    def attachment_url(self, number: int, name: str) -> str:
        return self.url(f"/uploads/default/original/1X/{number}{name}")

    def quote(self, author: str, inside: str) -> str:
        avatar = self.url("/user_avatar/x/bert/48/1_2.png")
        return f"""<aside class="quote no-group" data-username="{author}" data-post="1" data-topic="77"><div
            class="title">
            <div class="quote-controls"></div><img loading="lazy" width="24" height="24" src="{avatar}" class="avatar">
            {author}:</div><blockquote><p>{inside}</p></blockquote></aside>"""

    def linked(self, small: str, full: str) -> str:
        return f"""<div class="lightbox-wrapper"><a class="lightbox" href="{full}" title="boats"><img src="{small}"
            alt="boats" width="690" height="460" srcset="{small}, {small} 1.5x"><div class="meta"><span
            class="filename">boats</span><span class="informations">4000x3000 2 MB</span></div></a></div>"""

    def smilie(self) -> str:
        return f'<img src="{self.url("/images/emoji/twitter/smile.png?v=12")}" class="emoji" alt=":smile:" width="20">'

    def video(self) -> str:
        thumb = self.url("/uploads/default/original/1X/thumb-of-video.jpeg")
        return f"""<div class="youtube-onebox lazy-video-container" data-video-id="dQw4w9WgXcQ" data-video-title="x"
            data-provider-name="youtube"><a href="https://www.youtube.com/watch?v=dQw4w9WgXcQ" target="_blank"><img
            class="youtube-thumbnail" src="{thumb}" width="690" height="388"></a></div>"""

    @property
    def video_url(self) -> str:
        return f"https://www.youtube.com/watch?v={VIDEO_KEY}"

    def _page(self, exchange: Exchange) -> None:
        self.answer(
            exchange,
            f"""<!DOCTYPE html><html lang="en"><head><title>{TITLE} - Board</title><meta name="generator"
            content="Discourse 3.3.0.beta1 - https://github.com/discourse/discourse version 0a"></head>
            <body class="crawler"><div id="data-discourse-setup"></div><noscript><img
            src="{self.url("/photos/logo-wide.png")}"></noscript></body></html>""",
        )

    def _near(self, first: int):
        def answer(exchange: Exchange) -> None:
            begin = max(0, first - 1 - (5 if first > 1 else 0))
            shown = self.posts[begin : begin + self.posts_a_page]
            stream = {"posts": [self._post(post) for post in shown], "stream": [post.post_id for post in self.posts]}
            topic = {"id": 77, "title": TITLE, "posts_count": len(self.posts), "chunk_size": 20, "post_stream": stream}
            self.answer(exchange, json.dumps(topic), json=True)

        return answer

    def _some(self, exchange: Exchange) -> None:
        wanted = {int(one) for one in exchange.request.query.get("post_ids[]", [])}
        posts = [self._post(post) for post in self.posts if post.post_id in wanted]
        self.answer(exchange, json.dumps({"post_stream": {"posts": posts}, "id": 77}), json=True)

    def _post(self, post: FakePost) -> dict[str, object]:
        attached = "".join(self._attached(number, name) for number, name in post.attached)
        return {
            "id": post.post_id, "post_number": post.number, "username": post.author, "cooked": post.body + attached,
            "created_at": post.posted_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"), "deleted_at": None,
            "avatar_template": "/user_avatar/x/anna/{size}/1_2.png", "user_deleted": False, "post_type": 1,
        }  # fmt: skip

    def _attached(self, number: int, name: str) -> str:
        if name.endswith("zip"):
            return f'<p><a class="attachment" href="/uploads/short-url/abcZip.zip">{name}</a> (2 KB)</p>'
        small = f"/uploads/default/optimized/1X/{number}{name}_2_690x460.jpeg"
        return f"<p>{self.linked(small, self.attachment_url(number, name))}</p>"
