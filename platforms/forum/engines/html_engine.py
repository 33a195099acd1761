"""A forum program whose pages are read as HTML: where things stand on them is a table of selectors."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from selectolax.lexbor import LexborNode

from mediadl.net.client import HttpClient
from platforms.forum.dates import moment_of, zone_of
from platforms.forum.page_links import CONTAINERS, PageLinks, page_links
from platforms.forum.post_media import is_blockquote, is_signature, media_of
from platforms.forum.thread_page import Document, Post, ThreadPage, document_of, first_text
from platforms.forum.thread_urls import thread_number
from platforms.forum.walls import why_no_posts
from platforms.site_text import shown

HTML_HEADERS = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"}
_ID_ATTRIBUTES = (
    "data-content", "data-commentid", "data-comment-id", "data-pid", "data-post-id", "data-postid", "data-node-id",
    "id",
)  # fmt: skip
_LAST_NUMBER = re.compile(r"(\d+)\D*$")


def number_in_attributes(node: LexborNode) -> str:
    """The post's number in the attributes that usually carry it."""
    for name in _ID_ATTRIBUTES:
        if found := _LAST_NUMBER.search(node.attributes.get(name) or ""):
            return found[1]
    return ""


def no_permalink(page_url: str, post_id: str) -> str:
    """For programs whose posts have no address of their own: their place on the page."""
    return f"{page_url}#{post_id}"


def beside(page_url: str, path: str) -> str:
    """``path`` in the folder of the page."""
    parts = urlsplit(page_url)
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rpartition('/')[0]}/", "", "")) + path


def _each_once(nodes: list[LexborNode]) -> list[LexborNode]:
    """An element that several selectors of a list match is found by each of them."""
    return list({node.mem_id: node for node in nodes}.values())


def _texts(post: LexborNode, selector: str) -> list[LexborNode]:
    return [node for node in post.css(selector) if not is_signature(node)]


@dataclass(frozen=True, slots=True)
class HtmlEngine:
    """One program.

    Attributes:
        markers: any of these elements tells the program.
        posts: the containers of posts, never one inside another.
        bodies: the post's text: the first selector that is there counts.
        attachments: further places of the post's media, all of them.
        author, date: the first selector that yields something counts.
        author_attribute: of the container, where the author's name stands.
        permalink: the address of a post, from its page's address and its number.
        find_posts: where no selector can tell the containers.
    """

    name: str
    markers: tuple[str, ...]
    posts: str
    bodies: tuple[str, ...]
    attachments: tuple[str, ...]
    author: tuple[str, ...]
    date: tuple[str, ...]
    titles: tuple[str, ...] = ("h1",)
    author_attribute: str = "data-author"
    pagination: tuple[str, ...] = CONTAINERS
    is_quote: Callable[[LexborNode], bool] = is_blockquote
    permalink: Callable[[str, str], str] = no_permalink
    find_posts: Callable[[LexborNode], list[LexborNode]] | None = None

    def recognises(self, document: Document) -> bool:
        """See :class:`platforms.forum.thread_page.Engine`."""
        return document.has(*self.markers)

    def open(self, document: Document, http: HttpClient) -> "HtmlThread | None":
        """See :class:`platforms.forum.thread_page.Engine`."""
        thread = HtmlThread(self, document, http)
        return thread if thread.start.posts else None

    def read_posts(self, document: Document) -> tuple[Post, ...]:
        """The posts of a page, oldest first."""
        if document.root is None:
            return ()
        nodes = self.find_posts(document.root) if self.find_posts else _each_once(document.root.css(self.posts))
        zone = zone_of(document.root)
        found: dict[str, Post] = {}
        for place, node in enumerate(nodes, start=1):
            post_id = number_in_attributes(node) or f"{place}"
            dates = (date for one in self.date for date in node.css(one))
            found.setdefault(
                post_id,
                Post(
                    post_id=post_id,
                    author=shown(node.attributes.get(self.author_attribute) or first_text(node, self.author), 120),
                    posted_at=next((moment for date in dates if (moment := moment_of(date, zone))), None),
                    url=self.permalink(document.url, post_id),
                    media=media_of(self._parts(node), document.base_url, self.is_quote),
                ),
            )
        return tuple(found.values())

    def _parts(self, post: LexborNode) -> list[LexborNode]:
        bodies = next((found for one in self.bodies if (found := _texts(post, one))), [])
        if not bodies and self.find_posts is not None:
            return [post]
        return [*bodies, *(node for one in self.attachments for node in post.css(one))]


class HtmlThread:
    """A thread that is read page by page."""

    def __init__(self, engine: HtmlEngine, document: Document, http: HttpClient) -> None:
        self._engine = engine
        self._http = http
        self._links: PageLinks | None = None
        self.url = document.url
        self.start = self._read(document)
        self.thread_id = thread_number(document.url)
        title = first_text(document.root, (*engine.titles, "title")) if document.root else ""
        self.title = shown(title, 200)

    def page(self, number: int) -> ThreadPage | None:
        """See :class:`platforms.forum.thread_page.Thread`."""
        url = self._links.url_of(number) if self._links else ""
        return self.page_at(url) if url else None

    def page_at(self, url: str) -> ThreadPage:
        """See :class:`platforms.forum.thread_page.Thread`."""
        response = self._http.get(url, headers=HTML_HEADERS)
        response.raise_for_status()
        document = document_of(response)
        page = self._read(document)
        if not page.posts:
            raise why_no_posts(document)  # a gap in silence would be worse
        return page

    def _read(self, document: Document) -> ThreadPage:
        if document.root is None:
            return ThreadPage((), 0, 1)
        links = page_links(document.root, document.base_url, self._engine.pagination)
        if self._links is None or (links.spelling and not self._links.spelling):
            self._links = links
        return ThreadPage(self._engine.read_posts(document), links.number, links.last, links.next_url)
