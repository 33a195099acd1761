"""A local site that answers as TikTok's web pages do, for the unchanged extractors of yt-dlp and gallery-dl.

Over TLS, through the guarding proxy's host map: profile pages and posts with their state as JSON in a
script, the paged list of a user's posts, short links, photo posts, and files on a plain server.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer

HOSTS = ("www.tiktok.com", "vm.tiktok.com")
ROOT = "https://www.tiktok.com"
NEWEST = 1_760_370_323
HOUR = 3600
LIST_PATH = "/api/creator/item_list/"
PAGE_SIZE = 15
PRIVATE_ACCOUNT, GONE_POST = 10222, 10204
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_SHORT, _LONG = {"360p": 360, "540p": 576, "720p": 720, "1080p": 1080}, 16 / 9


@dataclass
class Post:
    """One post: a video, or a photo post where it has pictures."""

    number: int
    user: str
    date: int
    photos: int = 0
    caption: str = "Look at this #cats"

    @property
    def id(self) -> str:
        return str(7_253_000_000_000_000_000 + self.number)

    @property
    def path(self) -> str:
        return f"/@{self.user}/video/{self.id}"


@dataclass
class TikTokSite:
    """Adds the answers to ``pages`` (TLS); files lie on ``files`` (plain HTTP, asked directly)."""

    pages: MediaServer
    files: MediaServer
    posts: dict[str, list[Post]] = field(default_factory=dict)
    asks_for_login: bool = False

    def __post_init__(self) -> None:
        self.pages.behave(LIST_PATH, self._answer_list)

    @property
    def host_map(self) -> dict[str, str]:
        return dict.fromkeys(HOSTS, f"127.0.0.1:{self.pages.port}")

    def user(self, name: str, posts: int, *, status: int = 0) -> str:
        """A user with so many videos, the newest first, an hour between them; returns the profile's URL."""
        self.posts[name] = []
        stats = {"videoCount": posts} if posts or not status else {}
        detail = {
            "statusCode": status,
            "userInfo": {"user": {"id": "6820", "uniqueId": name, "secUid": sec_uid(name)}, "stats": stats},
        }
        self._state(f"/@{name}", {"webapp.user-detail": detail, "webapp.app-context": {}})
        for number in range(posts):
            self.add(name, Post(number, name, NEWEST - number * HOUR))
        return f"{ROOT}/@{name}"

    def add(self, user: str, post: Post, *, first: bool = False) -> Post:
        """One more post of ``user``, at the end of the list or (as pinned ones) at its top."""
        mine = self.posts.setdefault(user, [])
        mine.insert(0 if first else len(mine), post)
        detail = {"statusCode": 0, "itemInfo": {"itemStruct": self._struct(post)}}
        for path in (post.path, post.path.replace("/video/", "/photo/")):
            self._state(path, {"webapp.video-detail": detail})
        return post

    def gone(self, path: str) -> str:
        """A post that the site no longer shows."""
        self._state(path, {"webapp.video-detail": {"statusCode": GONE_POST}})
        return f"{ROOT}{path}"

    def short_link(self, code: str, target: str) -> str:
        """A short link that leads to ``target``."""
        self.pages.behave(f"/{code}/", lambda exchange: exchange.respond(302, b"", {"Location": target}))
        self.pages.behave(f"/{code}", lambda exchange: exchange.respond(302, b"", {"Location": target}))
        return f"https://vm.tiktok.com/{code}/"

    def page_requests(self) -> int:
        """How many posts' pages were asked for."""
        return sum("/video/" in request.path for request in self.pages.requests)

    def _state(self, path: str, scope: Mapping[str, Any]) -> None:
        state = json.dumps({"__DEFAULT_SCOPE__": scope})
        script = f'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">{state}</script>'
        body = f"<html><head>{script}</head><body></body></html>".encode()

        def answer(exchange: Exchange) -> None:
            if self.asks_for_login and path != "/login":
                exchange.respond(302, b"", {"Location": f"{ROOT}/login?redirect_url=x"})
            else:
                exchange.respond(200, body, _HTML)

        self.pages.behave(path, answer)

    def _answer_list(self, exchange: Exchange) -> None:
        query = exchange.request.query
        name = next(name for name in self.posts if sec_uid(name) == query["secUid"][0])
        cursor = int(query["cursor"][0]) / 1000
        # Pinned posts stand at the top of the first page, whatever their date is.
        top = [one for one in self.posts[name] if one.date >= cursor or one in _pinned(self.posts[name])]
        listed = self.posts[name] if cursor > NEWEST + HOUR else [one for one in self.posts[name] if one not in top]
        page = listed[:PAGE_SIZE]
        more = len(listed) > PAGE_SIZE
        body = {"itemList": [self._struct(one) for one in page], "hasMorePrevious": more, "hasMore": more}
        exchange.respond(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _struct(self, post: Post) -> dict[str, Any]:
        return {
            "id": post.id,
            "desc": post.caption,
            "createTime": post.date,
            "author": {
                "id": "6820",
                "uniqueId": post.user,
                "nickname": post.user.title(),
                "secUid": sec_uid(post.user),
            },
            "music": {"id": "99", "title": "original sound", "duration": 12, "playUrl": self._file(post, "music.mp3")},
            "stats": {"playCount": 5},
            **(
                {"imagePost": self._image_post(post), "video": {"duration": 0}}
                if post.photos
                else {"video": self._video(post)}
            ),
        }

    def _image_post(self, post: Post) -> dict[str, Any]:
        pictures = [self._file(post, f"{number}.jpg") for number in range(1, post.photos + 1)]
        return {
            "images": [{"imageURL": {"urlList": [url]}, "imageWidth": 1080, "imageHeight": 1440} for url in pictures]
        }

    def _video(self, post: Post) -> dict[str, Any]:
        def bitrate(name: str, codec: str = "h264") -> dict[str, Any]:
            key = f"v09_{codec}_{name}_{_SHORT[name] * 1000}"
            address = {"UrlKey": key, "UrlList": [self._file(post, f"{codec}-{name}.mp4")], "DataSize": "0"}
            side = _SHORT[name]
            return {"PlayAddr": {**address, "Width": side, "Height": int(side * _LONG)}, "CodecType": codec}

        return {
            "id": post.id,
            "width": 576,
            "height": 1024,
            "duration": 12,
            "format": "mp4",
            "bitrateInfo": [bitrate("1080p", "bytevc2"), bitrate("1080p"), bitrate("720p"), bitrate("540p")],
            "playAddr": self._file(post, "play.mp4"),
            "downloadAddr": self._file(post, "watermarked.mp4"),
        }

    def _file(self, post: Post, name: str) -> str:
        return self.files.url_of(f"/tiktok/{post.id}/{name}")


def sec_uid(name: str) -> str:
    """The second id of a user, in its real length."""
    return "MS4wLjABAAAA" + name.ljust(64, "x")


def _pinned(posts: list[Post]) -> list[Post]:
    newest = max(post.date for post in posts)
    return [post for post in posts[:3] if post.date < newest and any(other.date > post.date for other in posts[3:4])]
