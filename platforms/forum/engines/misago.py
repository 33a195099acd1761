"""Misago, through its JSON; attachments come beside the text, thumbnails are never needed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from selectolax.lexbor import LexborNode

from mediadl.media import MediaType
from mediadl.net.client import HttpClient
from platforms.forum.attachments import attachment_of, is_document
from platforms.forum.dates import read_moment
from platforms.forum.json_answers import board_of, fetch_object, mapping, media_of_markup, number, objects, text
from platforms.forum.post_media import is_blockquote
from platforms.forum.thread_page import Document, Post, PostMedium, Role, ThreadPage
from platforms.media_urls import promised_type
from platforms.page_media import resolve
from platforms.site_text import shown

_PATH = re.compile(r"/(?:t/(?P<slug>[^/]+)|api/threads)/(?P<id>\d+)(?:/posts|/(?P<page>\d+))?/?$")
_MARKERS = ("#misago-mount", "#page-mount", "[class*=misago]", 'script[src*="misago"]', 'link[href*="misago"]')


def _is_quote(node: LexborNode) -> bool:
    """Misago makes spoilers, which are content, of the same elements as quotes."""
    return is_blockquote(node) and node.attributes.get("data-block") != "spoiler"


class MisagoEngine:
    """See :class:`platforms.forum.thread_page.Engine`."""

    name = "Misago"

    def recognises(self, document: Document) -> bool:
        """By the places where its script draws, its files, or its JSON."""
        return document.has(*_MARKERS) or "post_set" in mapping(document.data)

    def open(self, document: Document, http: HttpClient) -> "MisagoThread | None":
        """Read the page that the URL names as JSON."""
        board, found = board_of(document.url, _PATH)
        if found is None:
            return None
        thread = MisagoThread(http, board, found["id"], found["slug"] or "thread")
        thread.read_start(int(found["page"] or 1), mapping(document.data))
        return thread


class MisagoThread:
    """A thread, page by page."""

    def __init__(self, http: HttpClient, board: str, thread_id: str, slug: str) -> None:
        self._http = http
        self._board = board
        self.thread_id = thread_id
        self.title = ""
        self.url = f"{board}/t/{slug}/{thread_id}/"
        self.start = ThreadPage((), 0, 1)

    def read_start(self, page: int, data: Mapping[str, Any]) -> None:
        """Read the page that the request names; ``data`` is it, where it came as JSON at once."""
        data = data or fetch_object(self._http, self._address(page))
        self.title = shown(text(data.get("title")), 200)
        self.start = self._read(data)

    def page(self, number: int) -> ThreadPage | None:
        """See :class:`platforms.forum.thread_page.Thread`."""
        return self.page_at(self._address(number))

    def page_at(self, url: str) -> ThreadPage:
        """See :class:`platforms.forum.thread_page.Thread`."""
        return self._read(fetch_object(self._http, url))

    def _address(self, page: int) -> str:
        return f"{self._board}/api/threads/{self.thread_id}/posts/?page={page}"

    def _read(self, data: Mapping[str, Any]) -> ThreadPage:
        posts = mapping(data.get("post_set")) or data
        found = (post for post in objects(posts.get("results")) if not post.get("is_event"))
        return ThreadPage(
            tuple(self._post(post) for post in found),
            number(posts.get("page")) or 1,
            max(1, number(posts.get("pages"))),
        )

    def _post(self, post: Mapping[str, Any]) -> Post:
        media: dict[str, PostMedium] = {}
        if not post.get("is_hidden"):
            for one in (*self._shown(post), *self._attached(post)):
                media.setdefault(one.attachment_id or one.urls[0], one)
        links = mapping(post.get("url"))
        return Post(
            post_id=text(post.get("id")),
            author=shown(text(mapping(post.get("poster")).get("username")) or text(post.get("poster_name")), 120),
            posted_at=read_moment(post.get("posted_on")),
            url=resolve(f"{self._board}/", text(links.get("index"))) or f"{self.url}post/{text(post.get('id'))}/",
            media=tuple(media.values()),
        )

    def _shown(self, post: Mapping[str, Any]) -> tuple[PostMedium, ...]:
        return media_of_markup(post.get("content"), f"{self._board}/", _is_quote)

    def _attached(self, post: Mapping[str, Any]) -> Iterator[PostMedium]:
        for one in objects(post.get("attachments")):
            address = resolve(f"{self._board}/", text(mapping(one.get("url")).get("index")))
            attachment = attachment_of(address) if address else None
            name = text(one.get("filename"))[:200]
            if attachment is None or is_document(name):
                continue
            kind = MediaType.IMAGE if one.get("is_image") else promised_type(f"https://x/{name}")
            yield PostMedium((attachment.url,), Role.ATTACHMENT, kind, "", attachment.media_id, name)
