"""Another installation that answers as fastdl does, without signatures: plain HTTP is enough there."""

from collections.abc import Iterator
from typing import Any

from mediadl.media import FailureKind, MediaError
from platforms.contract import ListingContext
from platforms.instagram.fastdl_answers import next_cursor, raise_for_answer, raise_for_payload, raise_for_user
from platforms.instagram.fastdl_site import ONE_LINK, POSTS, REELS, STORIES, USER_INFO, FastDlSite
from platforms.instagram.nodes import changed
from platforms.instagram.targets import Kind, Target

_REFUSED = frozenset({400, 401, 403, 404, 405, 422})
_PATHS = {Kind.POSTS: POSTS[0], Kind.STORIES: STORIES[0], Kind.REELS: REELS[0]}


class PlainFastDl:
    """Asks the API directly."""

    def __init__(self, context: ListingContext, site: FastDlSite) -> None:
        self._http = context.http
        self._site = site
        self._first: Any = None

    def is_open_to(self, target: Target) -> bool:
        """Whether the first request is answered unsigned; its answer is kept for :meth:`answers`.

        Raises:
            MediaError: it cannot be reached, or is told to wait: a browser would fare no better.
        """
        path, body = self._first_request(target)
        response = self._http.post(self._site.base_url + path, json=body)
        if response.status in _REFUSED:
            return False
        raise_for_answer(response.status, dict(response.headers), response.text())
        try:
            self._first = response.json()
        except MediaError as error:
            if error.kind is FailureKind.SITE_CHANGED:
                return False  # a page, not the API
            raise
        return True

    def answers(self, target: Target) -> Iterator[Any]:
        """The answers that hold the media, lazily; as :meth:`platforms.instagram.fastdl_page.FastDlPage.answers`."""
        if target.is_single:
            raise_for_payload(self._first)
            yield self._first
            return
        raise_for_user(self._first)
        seen: set[str] = set()
        cursor = ""
        while True:
            payload = self._ask(_PATHS[target.kind], {"username": target.user, "maxId": cursor})
            yield payload
            cursor = next_cursor(payload)
            if not cursor:
                return
            if cursor in seen:
                raise changed("its pages go round in a circle")
            seen.add(cursor)

    def _first_request(self, target: Target) -> tuple[str, dict[str, str]]:
        if target.kind is Kind.ONE_POST:
            return ONE_LINK[0], {"sf_url": target.url}
        if target.kind is Kind.ONE_STORY:
            return ONE_LINK[1], {"url": target.url}
        return USER_INFO, {"username": target.user}

    def _ask(self, path: str, body: dict[str, str]) -> Any:
        response = self._http.post(self._site.base_url + path, json=body)
        raise_for_answer(response.status, dict(response.headers), response.text())
        payload = response.json()
        raise_for_payload(payload)
        return payload
