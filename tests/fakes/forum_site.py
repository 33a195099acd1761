"""A thread as the fakes of all forum programs show it, each in its own markup.

The thread has what real ones have: attachments, pictures inside the text, lazy ones, thumbnails that
lead to the full picture, a video, quotes that repeat all that, and on every post an avatar, a
signature with a picture, icons. :attr:`ForumFake.expected` is what a reader must find, no more.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer

TITLE = "Harbour cats"
FIRST_POST = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
ID_OFFSET = 1000
HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON = {"Content-Type": "application/json; charset=utf-8"}
VIDEO_KEY = "dQw4w9WgXcQ"


@dataclass
class FakePost:
    """One post: its text and what is attached, in the program's markup."""

    number: int
    body: str
    attached: list[tuple[int, str]] = field(default_factory=list)

    @property
    def post_id(self) -> int:
        return ID_OFFSET + self.number

    @property
    def author(self) -> str:
        return ("anna", "bert", "cleo")[self.number % 3]

    @property
    def posted_at(self) -> datetime:
        return FIRST_POST + timedelta(hours=self.number)


class ForumFake(ABC):
    """One thread of one program; subclasses know its markup and its addresses."""

    posts_a_page = 10

    def __init__(self, server: MediaServer, *, posts: int = 25) -> None:
        self.server = server
        self.expected: dict[int, list[str]] = {}
        self.posts = [self._standard_post(number) for number in range(1, posts + 1)]
        self.serve()

    # -- the program's markup

    @abstractmethod
    def serve(self) -> None:
        """Answer at the program's addresses."""

    @property
    @abstractmethod
    def thread_url(self) -> str:
        """The thread's first page."""

    @abstractmethod
    def page_url(self, number: int) -> str:
        """The address of one page, as a person would copy it."""

    @abstractmethod
    def attachment_url(self, number: int, name: str) -> str:
        """Where a reader must find the attachment's full file."""

    @abstractmethod
    def quote(self, author: str, inside: str) -> str:
        """A quote of another post."""

    def inline(self, url: str) -> str:
        return f'<img src="{url}" alt="a picture">'

    def lazy(self, url: str) -> str:
        return f'<img src="data:image/gif;base64,R0lGOD" data-src="{url}" alt="lazy">'

    def linked(self, small: str, full: str) -> str:
        return f'<a href="{full}"><img src="{small}" alt="thumbnail"></a>'

    @property
    def video_url(self) -> str:
        """How a reader may name the video."""
        return f"https://www.youtube.com/embed/{VIDEO_KEY}"

    def smilie(self) -> str:
        return f'<img src="{self.url("/images/smilies/grin.png")}" class="smilie" alt=":D">'

    def video(self) -> str:
        return f'<iframe width="560" height="315" src="https://www.youtube.com/embed/{VIDEO_KEY}?rel=0"></iframe>'

    # -- what all have in common

    def url(self, path: str) -> str:
        return self.server.url_of(path)

    @property
    def pages(self) -> int:
        return max(1, math.ceil(len(self.posts) / self.posts_a_page))

    def posts_of(self, page: int) -> list[FakePost]:
        return self.posts[(page - 1) * self.posts_a_page : page * self.posts_a_page]

    def add_post(self, body: str = "", *, picture: str = "") -> FakePost:
        """One more post at the end, with a picture inside its text if it is given a path."""
        number = len(self.posts) + 1
        post = FakePost(number, body)
        if picture:
            self._expect(post, self.url(picture), self.inline(self.url(picture)))
        self.posts.append(post)
        return post

    def all_expected(self) -> set[str]:
        return {url for urls in self.expected.values() for url in urls}

    def answer(self, exchange: Exchange, body: str, *, status: int = 200, json: bool = False) -> None:
        exchange.respond(status, body.encode(), JSON if json else HTML)

    def _standard_post(self, number: int) -> FakePost:
        post = FakePost(number, f"<p>Words of post {number}. {self.smilie()}</p>")
        picture, second = self.url("/photos/harbour.jpg"), self.url("/photos/pier.png")
        match number:
            case 1:
                self._attach(post, 501, "garden-gate.jpg")
                self._attach(post, 502, "ladybird.png")
            case 2:
                repeated = f"Words of post 1. {self.inline(self.attachment_url(501, 'garden-gate.jpg'))}"
                post.body += self.quote("bert", repeated)
                self._expect(post, picture, self.inline(picture))
            case 4:
                self._expect(post, self.url("/photos/lazy.webp"), self.lazy(self.url("/photos/lazy.webp")))
            case 5:
                full = self.url("/photos/boats.jpg")
                self._expect(post, full, self.linked(self.url("/photos/small/boats.jpg"), full))
            case 7:
                post.body += self.quote("cleo", self.inline(picture) + self.video()) + "<p>Yes.</p>"
            case 11:
                self._expect(post, self.video_url, self.video())
            case 13:
                film = self.url("/films/ferry.mp4")
                self._expect(post, film, f'<a href="{film}">the ferry</a> <a href="{self.url("/about.html")}">x</a>')
            case 14:
                pixel = self.url("/track/p.gif")
                post.body += f'<img src="{pixel}" width="1" height="1"><img src="{self.url("/i.png")}" width="20">'
                self._expect(post, second, self.inline(second))
            case 21:
                self._attach(post, 503, "last-light.jpg")
                post.attached.append((504, "route.zip"))
        return post

    def _attach(self, post: FakePost, number: int, name: str) -> None:
        post.attached.append((number, name))
        self.expected.setdefault(post.number, []).append(self.attachment_url(number, name))

    def _expect(self, post: FakePost, url: str, markup: str) -> None:
        post.body += markup
        self.expected.setdefault(post.number, []).append(url)
