"""What a forum's page holds, whatever program made it: posts and their media."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mediadl.media import MediaType
from mediadl.net.client import HttpClient, Response
from platforms.page_media import base_of


class Role(StrEnum):
    """How a medium stands in its post, which decides how its file is found."""

    ATTACHMENT = "attachment"  # uploaded to the forum itself
    FILE = "file"  # shown or linked by its own URL
    VIEWER = "viewer"  # the URL is a page of an image host that shows it
    VIDEO = "video"  # a player's or video site's URL, for yt-dlp


@dataclass(frozen=True, slots=True)
class PostMedium:
    """One medium of a post.

    Attributes:
        urls: absolute, the best first.
        attachment_id: the forum's own number of an attachment, or empty.
        name: the file's name, where the page says it.
        shown: of a viewer, the picture that the post shows for it; empty where it is a bare link.
    """

    urls: tuple[str, ...]
    role: Role
    media_type: MediaType | None = None
    caption: str = ""
    attachment_id: str = ""
    name: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One post; ``url`` is its permalink."""

    post_id: str
    author: str
    posted_at: datetime | None
    url: str
    media: tuple[PostMedium, ...]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One page of a thread.

    Attributes:
        posts: oldest first, as forums show them.
        number: which page it says it is, from 1; 0 where it does not say.
        last: the highest page that it knows of.
        next_url: the page after it, where the numbers of pages do not lead there.
    """

    posts: tuple[Post, ...]
    number: int
    last: int
    next_url: str = ""


class Thread(Protocol):
    """One opened thread: its first page read, the others on demand.

    Attributes:
        start: the page that the request named.
    """

    title: str
    thread_id: str
    url: str
    start: ThreadPage

    def page(self, number: int) -> ThreadPage | None:
        """Ask for page ``number``; None where the program has no address for it.

        Raises:
            MediaError: it cannot be had.
        """
        ...

    def page_at(self, url: str) -> ThreadPage:
        """Ask for the page at ``url`` (a ``next_url``); raises as :meth:`page`."""
        ...


class Engine(Protocol):
    """One forum program."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def recognises(self, document: "Document") -> bool:
        """Whether this program made the page."""
        ...

    def open(self, document: "Document", http: HttpClient) -> Thread | None:
        """Read the thread that the page belongs to; None where it holds no posts after all.

        Raises:
            MediaError: its API refuses or fails.
        """
        ...


@dataclass(frozen=True, slots=True)
class Document:
    """An answer of a forum, parsed: HTML has a ``root``, JSON has ``data``."""

    url: str
    base_url: str
    root: LexborNode | None
    data: object = None

    def has(self, *selectors: str) -> bool:
        """Whether any of these elements is on the page."""
        return self.root is not None and any(self.root.css_first(one) is not None for one in selectors)


def document_of(response: Response) -> Document:
    """Parse an answer, whatever it is."""
    kind = (response.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if kind.endswith("json"):
        return Document(response.url, response.url, None, response.json())
    root = LexborHTMLParser(response.text()).root
    return Document(response.url, base_of(root, response.url) if root else response.url, root)


def first_text(node: LexborNode, selectors: Sequence[str]) -> str:
    """The text of the first of ``selectors`` that has any, on one line."""
    for selector in selectors:
        for found in node.css(selector):
            if text := " ".join(found.text(separator=" ").split()):
                return text
    return ""
