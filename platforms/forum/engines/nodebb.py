"""NodeBB, through its JSON: every page of it has the same address below ``/api``."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mediadl.net.client import HttpClient
from platforms.forum.dates import epoch, read_moment
from platforms.forum.json_answers import board_of, fetch_object, mapping, media_of_markup, number, objects, text
from platforms.forum.thread_page import Document, Post, ThreadPage
from platforms.site_text import shown

_PATH = re.compile(r"(?:/api)?/topic/(?P<id>\d+)(?:/(?P<slug>[^/]+))?(?:/(?P<index>\d+))?/?$")
_MARKERS = ('[component="topic"]', '[component="post"]', 'meta[name=generator][content^="NodeBB"]', "#ajaxify-data")


class NodebbEngine:
    """See :class:`platforms.forum.thread_page.Engine`."""

    name = "NodeBB"

    def recognises(self, document: Document) -> bool:
        """By its components, or its JSON."""
        data = mapping(document.data)
        return document.has(*_MARKERS) or ("tid" in data and "posts" in data)

    def open(self, document: Document, http: HttpClient) -> "NodebbThread | None":
        """Read the same page as JSON."""
        board, found = board_of(document.url, _PATH)
        if found is None:
            return None
        query = urlsplit(document.url).query
        path = "/".join(filter(None, ("/topic", found["id"], found["slug"], found["index"])))
        data = mapping(document.data) or fetch_object(http, f"{board}/api{path}{f'?{query}' if query else ''}")
        return NodebbThread(http, board, found["slug"] or "", data)


class NodebbThread:
    """A topic, page by page."""

    def __init__(self, http: HttpClient, board: str, slug: str, data: Mapping[str, Any]) -> None:
        self._http = http
        self._board = board
        self.thread_id = text(data.get("tid"))
        self.title = shown(text(data.get("titleRaw")) or text(data.get("title")), 200)
        self._path = f"/topic/{self.thread_id}/{slug}".rstrip("/")
        self.url = f"{board}{self._path}"
        self.start = self._read(data)

    def page(self, number: int) -> ThreadPage | None:
        """See :class:`platforms.forum.thread_page.Thread`."""
        return self.page_at(f"{self._board}/api{self._path}?page={number}")

    def page_at(self, url: str) -> ThreadPage:
        """See :class:`platforms.forum.thread_page.Thread`."""
        return self._read(fetch_object(self._http, url))

    def _read(self, data: Mapping[str, Any]) -> ThreadPage:
        pages = mapping(data.get("pagination"))
        posts = sorted(objects(data.get("posts")), key=lambda post: number(post.get("index")))
        return ThreadPage(
            tuple(self._post(post) for post in posts),
            number(pages.get("currentPage")) or 1,
            max(1, number(pages.get("pageCount"))),
        )

    def _post(self, post: Mapping[str, Any]) -> Post:
        post_id = text(post.get("pid"))
        return Post(
            post_id=post_id,
            author=shown(text(mapping(post.get("user")).get("username")), 120),
            posted_at=epoch(post.get("timestamp")) or read_moment(post.get("timestampISO")),
            url=f"{self._board}/post/{post_id}",
            media=() if post.get("deleted") else media_of_markup(post.get("content"), f"{self._board}/"),
        )
