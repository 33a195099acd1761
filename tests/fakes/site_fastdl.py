"""A local fastdl: its paths, selectors and answers. The page's own script signs each request with a key that
is made anew for each fake and spelled out nowhere; unsigned, old and repeated requests are refused.
"""

import hashlib
import hmac
import json
import secrets
import threading
import time
from typing import Any

from tests.fakes.http_exchange import Exchange
from tests.fakes.instagram_posts import FakePost, FakeUser
from tests.fakes.media_server import MediaServer
from tests.fakes.signing_page import fastdl_page

MAX_AGE_MILLISECONDS = 60_000
NEVER = 10**9
_OWN_FIELDS = ("ts", "_ts", "_tsc", "_sv", "_s")
_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}


class FastDlFake:
    """Adds the site to a running :class:`MediaServer`.

    Attributes:
        check_seconds: how long the Turnstile-like box takes to pass; None for no box.
        broken: what the API answers instead, as (status, headers, body); None for its true answers.
        unsigned: whether unsigned requests are answered too (a self-hosted equivalent).
        refused: how often a request was refused for its signature.
    """

    def __init__(self, server: MediaServer, *, page: str = "/en", page_size: int = 12) -> None:
        self.server = server
        self.page_size = page_size
        self.users: dict[str, FakeUser] = {}
        self.check_seconds: float | None = None
        self.broken: tuple[int, dict[str, str], str] | None = None
        self.unsigned = False
        self.refused = 0
        self.hanging = threading.Event()
        self.is_hanging = False
        self.input_id = "search-form-input"
        self._page = page
        self._key = secrets.token_bytes(32)
        self._used: set[str] = set()
        self._check_began = 0.0
        server.behave(page, self._serve_page)
        server.behave("/msec", lambda exchange: _answer(exchange, {"msec": time.time() * 1000}))
        server.behave("/turnstile", self._serve_check)
        for name, answer in {
            "userInfo": self._user_info,
            "postsV2": lambda body: self._paged(body, "posts", _graphql),
            "reels": lambda body: self._paged(body, "reels", _app_item),
            "stories": self._stories,
            "story": self._story,
        }.items():
            self._api(f"/api/v1/instagram/{name}", answer)
        self._api("/api/convert", self._convert)

    # -- what is there

    def user(self, name: str, posts: int = 0, *, stories: int = 0, reels: int = 0, **facts: Any) -> FakeUser:
        """An account with so many pictures, stories and reels."""
        base = self.server.base_url
        user = FakeUser(
            name,
            posts=[FakePost(number, base) for number in range(1, posts + 1)],
            stories=[FakePost(500 + number, base, ("video",)) for number in range(1, stories + 1)],
            reels=[FakePost(700 + number, base, ("video",), is_clip=True) for number in range(1, reels + 1)],
            **facts,
        )
        self.users[name] = user
        return user

    def settings(self) -> dict[str, str]:
        """What an installation sets to come here."""
        return {"fastdl.base_url": self.server.base_url}

    def asked(self, name: str) -> int:
        """How often this part of the API was asked."""
        return sum(1 for seen in self.server.requests if seen.path.endswith(f"/{name}"))

    # -- the page and its check

    def _serve_page(self, exchange: Exchange) -> None:
        exchange.respond(200, fastdl_page(self._key, self.input_id).encode(), _HTML)

    def _serve_check(self, exchange: Exchange) -> None:
        self._check_began = self._check_began or time.monotonic()
        has_passed = self.check_seconds is not None and time.monotonic() - self._check_began >= self.check_seconds
        _answer(exchange, {"token": self._token() if has_passed else ""})

    def _token(self) -> str:
        return hmac.new(self._key, b"turnstile", hashlib.sha256).hexdigest()

    # -- the API

    def _api(self, path: str, answer: Any) -> None:
        def serve(exchange: Exchange) -> None:
            if self.is_hanging:
                self.hanging.set()
                exchange.wait_until_client_leaves()
                exchange.close()
                return
            if self.broken is not None:
                status, headers, body = self.broken
                exchange.respond(status, body.encode(), _JSON | headers)
                return
            body = json.loads(exchange.request.body or b"{}")
            problem = "" if self.unsigned else self._problem(body)
            if problem:
                self.refused += 1
                _answer(exchange, {"code": problem}, 401)
            elif self.check_seconds is not None and body.get("cf") != self._token():
                _answer(exchange, {"code": "CAPTCHA_REQUIRED"}, 422)
            else:
                _answer(exchange, answer(body))

        self.server.behave(path, serve)

    def _problem(self, body: dict[str, Any]) -> str:
        if any(name not in body for name in _OWN_FIELDS):
            return "REQUEST_SIGNATURE_MISSING_REQUIRED_PARAMETERS"
        if abs(time.time() * 1000 - body["ts"]) > MAX_AGE_MILLISECONDS:
            return "REQUEST_SIGNATURE_EXPIRED"
        own = {name: value for name, value in body.items() if name not in _OWN_FIELDS}
        text = json.dumps(own, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + str(body["ts"])
        expected = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, str(body["_s"])):
            return "REQUEST_SIGNATURE_WRONG"
        if body["_s"] in self._used:
            return "REQUEST_SIGNATURE_USED"
        self._used.add(body["_s"])
        return ""

    def _user_info(self, body: dict[str, Any]) -> Any:
        user = self.users.get(body["username"])
        if user is None:
            return {"result": []}
        facts = {"pk": "7", "username": user.name, "is_private": user.is_private, "media_count": len(user.posts)}
        return {"result": [{"user": facts, "status": "ok"}]}

    def _paged(self, body: dict[str, Any], kind: str, shape: Any) -> Any:
        user = self.users[body["username"]]
        if user.is_private:
            return {"success": False, "message": "This account is private"}
        everything = getattr(user, kind)
        start = int(body.get("maxId") or 0)
        end = start + self.page_size
        has_more = end < len(everything)
        edges = [{"node": shape(post, user.name)} for post in everything[start:end]]
        info = {"has_next_page": has_more, "end_cursor": str(end) if has_more else "None"}
        return {"result": {"count": len(everything), "edges": edges, "page_info": info}}

    def _stories(self, body: dict[str, Any]) -> Any:
        user = self.users[body["username"]]
        return {"result": [post.app_item(user.name) for post in user.stories]}

    def _story(self, body: dict[str, Any]) -> Any:
        for user in self.users.values():
            found = [post for post in user.stories if str(post.pk) in body["url"]]
            if found:
                return {"result": [found[0].app_item(user.name)]}
        return _MISSING

    def _convert(self, body: dict[str, Any]) -> Any:
        for user in self.users.values():
            for post in [*user.posts, *user.reels]:
                if f"/{post.code}/" in body["sf_url"]:
                    return post.converted(user.name)
        return _MISSING


_MISSING = {"response": 4, "response_type": "link not found", "success": False}


def _graphql(post: FakePost, user: str) -> Any:
    return post.node(user)


def _app_item(post: FakePost, user: str) -> Any:
    return post.app_item(user)


def _answer(exchange: Exchange, data: Any, status: int = 200) -> None:
    exchange.respond(status, json.dumps(data).encode(), _JSON)
