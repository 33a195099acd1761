"""A thread of four pages as members would write it in Misago, and the media that a reader must find in it."""

import base64
import io
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from tests.fakes.media_server import MediaServer
from tests.forums.running_misago import RunningMisago

TITLE = "Harbour cats"
MEMBERS = ("Anna", "Bert", "Cleo")
FIRST_POST = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
POSTS = 34
LARGE, SMALL = (900, 700), (180, 140)  # Misago makes thumbnails of what is larger than 500 px


def picture(seed: int, size: tuple[int, int] = SMALL, kind: str = "JPEG") -> bytes:
    """A picture of its own for each seed, quickly made."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.paste((seed * 7 % 256, seed * 31 % 256, seed * 67 % 256), (20, 20, 100, 100))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


class HarbourThread:
    """Writes the thread and remembers what was written.

    Attributes:
        files: what each medium's URL serves, newest post first, in the order of the forum's pages.
        post_of: the number of the post in which a URL stands, from 1.
        ids: the forum's own numbers of the posts, in order.
    """

    def __init__(self, forum: RunningMisago, host: MediaServer) -> None:
        self.forum = forum
        self.host = host
        self.files: dict[str, bytes] = {}
        self.post_of: dict[str, int] = {}
        self.ids: list[int] = []
        self._seed = 0
        for name in MEMBERS:
            forum.do("member", name=name, signature=f"![mine]({self._served('/photos/signature.jpg')})")
        posts = [self._post(number) for number in range(1, POSTS + 1)]
        answer = forum.do("thread", title=TITLE, posts=posts)
        self.thread_id, self.url = answer["id"], forum.address + answer["url"]
        self._learn(posts, answer["posts"])
        forum.do("event", thread=self.thread_id, author="Anna")
        self._hide(25)

    def reply(self, *texts: str) -> list[int]:
        """Further posts, ``{new}`` in them a new picture; the numbers of the posts."""
        numbers = range(len(self.ids) + 1, len(self.ids) + 1 + len(texts))
        posts = [self._dressed(number, text) for number, text in zip(numbers, texts, strict=True)]
        self._learn(posts, self.forum.do("reply", thread=self.thread_id, posts=posts)["posts"])
        return list(numbers)

    def expected(self) -> list[str]:
        """The URLs of all media, the newest post's first."""
        return sorted(self.files, key=lambda url: -self.post_of[url])

    @staticmethod
    def author(number: int) -> str:
        return MEMBERS[number % 3]

    @staticmethod
    def posted_at(number: int) -> datetime:
        return FIRST_POST + timedelta(hours=number)

    def _served(self, path: str) -> str:
        self._seed += 1
        self.host.add(path, picture(self._seed), content_type="image/jpeg")
        return self.host.url_of(path)

    def _content(self, number: int, path: str) -> str:
        url = self._served(path)
        self.files[url], self.post_of[url] = picture(self._seed), number
        return url

    def _attached(self, name: str, size: tuple[int, int] = LARGE) -> dict[str, str]:
        self._seed += 1
        kind = {"jpg": "JPEG", "png": "PNG", "gif": "GIF"}.get(name.rpartition(".")[2])
        content = picture(self._seed, size, kind) if kind else b"PK\x05\x06" + bytes(18)
        return {"name": name, "base64": base64.b64encode(content).decode()}

    def _dressed(self, number: int, text: str, files: tuple[dict[str, str], ...] = ()) -> dict[str, Any]:
        if "{new}" in text:
            text = text.replace("{new}", f"![new]({self._content(number, f'/photos/new-{number}.jpg')})")
        moment = self.posted_at(number).isoformat()
        return {"author": self.author(number), "text": text, "posted_at": moment, "files": list(files)}

    def _post(self, number: int) -> dict[str, Any]:
        """What the post of this number says; most only chat."""
        harbour, site = self.host.url_of("/photos/harbour.jpg"), self.host.url_of
        match number:
            case 1:
                files = self._attached("Garden gate.jpg"), self._attached("ladybird.png", SMALL)
                embedded = "[![Garden gate.jpg]({thumb1}?shva=1)]({file1}?shva=1)"
                return self._dressed(number, f"The first cats.\n\n{embedded}\n\nMore below.", files)
            case 2:
                inline = self._content(number, "/photos/harbour.jpg")
                return self._dressed(number, f'[quote="@Bert"]\nThe first cats.\n[/quote]\n\n![harbour]({inline})')
            case 5:
                small, full = self._served("/photos/small/boats.jpg"), self._content(number, "/photos/boats.jpg")
                return self._dressed(number, f"[![boats]({small})]({full})")
            case 7:
                return self._dressed(number, f'[quote="@Cleo"]\n![harbour]({harbour})\n[/quote]\n\nLovely, @Cleo!')
            case 10 | 19 | 28:  # the last post of a page of Misago stands on the next one too
                return self._dressed(number, f"![edge]({self._content(number, f'/photos/edge-{number}.jpg')})")
            case 12:
                return self._dressed(
                    number, f"See [the pier]({self._content(number, '/photos/pier.jpg')}), [us]({site('/about')})"
                )
            case 14:
                small = f"![:D]({self._served('/smilies/grin.png')}) ![]({self._served('/track/pixel.gif')})"
                return self._dressed(number, f"Ha {small} :) \U0001f408\n\n> ![harbour]({harbour})\n\nYes.")
            case 21:
                hidden = self._content(number, "/photos/spoiler.jpg")
                return self._dressed(number, f"[spoiler]\n![surprise]({hidden})\n[/spoiler]")
            case 23:
                files = self._attached("walk.gif"), self._attached("route.zip")
                return self._dressed(number, "A walk, and its way.", files)
            case 25:
                return self._dressed(number, "Not nice.", (self._attached("hidden.jpg"),))
            case 31:
                return self._dressed(number, f"```\n![code]({site('/photos/code.jpg')})\n```")
            case 34:
                return self._dressed(number, "Good night.", (self._attached("last light.jpg"),))
            case _:
                return self._dressed(number, f"Words of post {number}, [home]({site('/')}).")

    def _hide(self, number: int) -> None:
        """Take a post away, as moderators do: its place stays."""
        self.forum.do("hide", post=self.ids[number - 1])
        for url in [url for url, post in self.post_of.items() if post == number]:
            del self.files[url], self.post_of[url]

    def _learn(self, posts: list[dict[str, Any]], answers: list[dict[str, Any]]) -> None:
        for post, answer in zip(posts, answers, strict=True):
            self.ids.append(answer["id"])
            for file, path in zip(post["files"], answer["files"], strict=True):
                if not file["name"].endswith("zip"):
                    url = self.forum.address + path
                    self.files[url] = base64.b64decode(file["base64"])
                    self.post_of[url] = len(self.ids)
