"""Discourse, through its JSON: the topic names all its posts, which then come in groups."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient
from platforms.forum.dates import read_moment
from platforms.forum.json_answers import board_of, fetch_object, mapping, media_of_markup, number, objects, text
from platforms.forum.thread_page import Document, Post, ThreadPage
from platforms.site_text import shown

POSTS_A_PAGE = 20  # as many as Discourse hands out at once
_PATH = re.compile(r"/t/(?:(?P<slug>[^/]*[^/\d][^/]*)/)?(?P<id>\d+)(?:/(?P<post>\d+))?(?:\.json)?/?$")
_MARKERS = (
    'meta[name=generator][content^="Discourse"]', "#data-discourse-setup", "meta[name=discourse_theme_id]",
    "meta[name=discourse-base-uri]", "discourse-assets", "#topic-title[data-topic-id]",
)  # fmt: skip


class DiscourseEngine:
    """See :class:`platforms.forum.thread_page.Engine`."""

    name = "Discourse"

    def recognises(self, document: Document) -> bool:
        """By its generator, its set-up data, or its JSON."""
        return document.has(*_MARKERS) or "post_stream" in mapping(document.data)

    def open(self, document: Document, http: HttpClient) -> "DiscourseThread | None":
        """Read the topic's own JSON."""
        board, found = board_of(document.url, _PATH)
        if found is None:
            return None
        slug = f"{found['slug']}/" if found["slug"] else ""
        topic_url = f"{board}/t/{slug}{found['id']}"
        topic = mapping(document.data)
        first_post = int(found["post"] or 1)
        if not topic or first_post > 1:
            wanted = f"/{first_post}" if first_post > 1 else ""
            topic = fetch_object(http, f"{topic_url}{wanted}.json")
        return DiscourseThread(http, board, topic_url, topic, first_post)


class DiscourseThread:
    """A topic; a page is a group of its posts."""

    def __init__(self, http: HttpClient, board: str, topic_url: str, topic: Mapping[str, Any], first_post: int) -> None:
        self._http = http
        self._board = board
        self.url = topic_url
        self.thread_id = text(topic.get("id")) or topic_url.rpartition("/")[2]
        self.title = shown(text(topic.get("title")), 200)
        stream = mapping(topic.get("post_stream"))
        posts = list(objects(stream.get("posts")))
        ids = stream.get("stream")
        self._ids = (
            [one for one in ids if number(one)] if isinstance(ids, list) else [number(p.get("id")) for p in posts]
        )
        self._last = max(1, -(-len(self._ids) // POSTS_A_PAGE))
        self.start = self._start(posts, first_post)

    def page(self, number: int) -> ThreadPage | None:
        """See :class:`platforms.forum.thread_page.Thread`."""
        wanted = self._group(number)
        return self._page(number, self._fetch(number, wanted)) if wanted else None

    def page_at(self, url: str) -> ThreadPage:
        """Never asked for: the topic names all its posts."""
        stream = mapping(fetch_object(self._http, url).get("post_stream"))
        return self._page(0, list(objects(stream.get("posts"))))

    def _start(self, posts: Sequence[Mapping[str, Any]], first_post: int) -> ThreadPage:
        from_there = [number(post.get("id")) for post in posts if number(post.get("post_number")) >= first_post]
        place = self._ids.index(from_there[0]) if from_there and from_there[0] in self._ids else 0
        page = place // POSTS_A_PAGE + 1
        wanted = set(self._group(page))
        if not wanted <= {number(post.get("id")) for post in posts}:
            posts = self._fetch(page, self._group(page))
        return self._page(page, [post for post in posts if number(post.get("id")) in wanted])

    def _group(self, page: int) -> list[int]:
        return self._ids[(page - 1) * POSTS_A_PAGE : page * POSTS_A_PAGE]

    def _fetch(self, page: int, wanted: Sequence[int]) -> list[Mapping[str, Any]]:
        query = "&".join(f"post_ids[]={one}" for one in wanted)
        try:
            answer = fetch_object(self._http, f"{self._board}/t/{self.thread_id}/posts.json?{query}")
        except MediaError as error:
            if error.kind is not FailureKind.GONE:
                raise
            answer = fetch_object(self._http, f"{self.url}.json?page={page}")
        return list(objects(mapping(answer.get("post_stream")).get("posts")))

    def _page(self, page: int, posts: Sequence[Mapping[str, Any]]) -> ThreadPage:
        in_order = sorted(posts, key=lambda post: number(post.get("post_number")))
        return ThreadPage(tuple(self._post(post) for post in in_order), page, self._last)

    def _post(self, post: Mapping[str, Any]) -> Post:
        is_gone = bool(post.get("deleted_at") or post.get("user_deleted"))
        return Post(
            post_id=text(post.get("id")),
            author=shown(text(post.get("username")), 120),
            posted_at=read_moment(post.get("created_at")),
            url=f"{self.url}/{text(post.get('post_number'))}",
            media=() if is_gone else media_of_markup(post.get("cooked"), f"{self._board}/"),
        )
