"""A local site that answers as Instagram's web pages do, for gallery-dl's unchanged extractor.

Over TLS, through the guarding proxy's host map: profile pages with their tokens, the script that
names the queries, GraphQL and REST answers in the site's shapes, and its redirects for strangers.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer

HOSTS = ("www.instagram.com", "static.cdninstagram.com")
ROOT = "https://www.instagram.com"
SESSION = "4711%3Asecret-session"
NEWEST = 1_760_370_323
HOUR = 3600
PAGE_SIZE = 12
GRAPHQL, GRAPHQL_QUERY = "/api/graphql", "/graphql/query"
_SCRIPT = "/rsrc.php/v4/queries.js"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TABS = ("", "/reels", "/tagged")
_OPERATIONS = {
    "PolarisProfilePageContentQuery": "profile",
    "PolarisProfilePostsTabContentQuery_connection": "posts",
    "PolarisProfileReelsTabContentQuery_connection": "reels",
    "PolarisProfileStoryHighlightsTrayContentQuery": "highlights",
    "PolarisStoriesV3ReelPageGalleryQuery": "reels_media",
}
_Json = dict[str, Any]


def shortcode(pk: int) -> str:
    """A post's code in its address."""
    code = ""
    while pk:
        pk, digit = divmod(pk, len(_ALPHABET))
        code = _ALPHABET[digit] + code
    return code


@dataclass
class Account:
    """One user and what there is of him."""

    name: str
    posts: list[_Json] = field(default_factory=list)
    reels: list[_Json] = field(default_factory=list)
    stories: list[_Json] = field(default_factory=list)
    highlights: dict[str, list[_Json]] = field(default_factory=dict)
    is_private: bool = False

    @property
    def pk(self) -> str:
        return "1900" + "".join(str(ord(letter) % 10) for letter in self.name)

    @property
    def user(self) -> _Json:
        return {"pk": self.pk, "id": self.pk, "username": self.name, "full_name": self.name.title()}


@dataclass
class InstagramSite:
    """Adds the answers to ``pages`` (TLS); files lie on ``files`` (plain HTTP, asked directly)."""

    pages: MediaServer
    files: MediaServer
    accounts: dict[str, Account] = field(default_factory=dict)
    redirects_to: str = ""
    _next: int = 3_400_000_000_000_000_000

    def __post_init__(self) -> None:
        script = "\n".join(
            f'__d("{name}_instagramRelayOperation",[],(function(t,n,r,o,a,i){{a.exports="{index}"}}),null);'
            for index, name in enumerate(_OPERATIONS, start=2000)
        ).encode()
        self.pages.behave(_SCRIPT, lambda exchange: exchange.respond(200, script, {"Content-Type": "text/javascript"}))
        self._behave(GRAPHQL, self._answer_graphql)
        self._behave(GRAPHQL_QUERY, self._answer_graphql)
        self.pages.behave("/accounts/login/", lambda exchange: exchange.respond(200, b"<html>Log in</html>"))

    @property
    def host_map(self) -> dict[str, str]:
        return dict.fromkeys(HOSTS, f"127.0.0.1:{self.pages.port}")

    def account(self, name: str, posts: int = 0, **fields: Any) -> Account:
        """A user with so many picture posts, the newest first, an hour between them."""
        account = self.accounts[name] = Account(name, **fields)
        page = (
            f'<html><head><link href="https://static.cdninstagram.com{_SCRIPT}"/>'
            f'<script type="application/json" id="__eqmc">{{"l":"lsd-1","f":"dtsg-1"}}</script></head>'
            f'<script>{{"profile_id":"{account.pk}","params":{{"username":"{name}"}}}}</script></html>'
        ).encode()
        for tab in _TABS:
            self._behave(f"/{name}{tab}/", lambda exchange: exchange.respond(200, page, {"Content-Type": "text/html"}))
        for number in range(posts):
            account.posts.append(self.post(account, NEWEST - number * HOUR))
        return account

    def post(self, account: Account, date: int, *, pictures: int = 1, video: bool = False, **fields: Any) -> _Json:
        """A post of one picture, a carousel, or a reel; its own page answers too."""
        parts = [self._part(account, date, video=video) for _ in range(pictures)]
        pk = self._pk() if pictures > 1 else parts[0]["pk"]
        post = {
            **(parts[0] if pictures == 1 else {"carousel_media": parts}),
            "pk": pk, "code": shortcode(int(pk)), "taken_at": date, "user": account.user,
            "caption": {"text": f"A caption of {account.name} #cats"}, "like_count": 3,
            "product_type": "clips" if video else "feed", **fields,
        }  # fmt: skip
        answer = {"items": [post], "more_available": False}
        self._behave(f"/api/v1/media/{pk}/info/", lambda exchange: _json(exchange, answer))
        return post

    def story(self, account: Account, date: int) -> _Json:
        """One story; the site lists the oldest first."""
        story = {**self._part(account, date), "taken_at": date, "expiring_at": date + 24 * HOUR}
        account.stories = sorted([*account.stories, story], key=lambda one: one["taken_at"])
        return story

    def _pk(self) -> str:
        self._next += 1
        return str(self._next)

    def _part(self, account: Account, date: int, *, video: bool = False) -> _Json:
        pk = self._pk()
        picture = {"url": self.files.url_of(f"/instagram/{pk}.jpg"), "width": 1080, "height": 1350}
        part = {
            "pk": pk, "code": shortcode(int(pk)), "taken_at": date, "original_width": 1080, "original_height": 1350,
            "image_versions2": {"candidates": [picture]}, "owner": account.user,
        }  # fmt: skip
        if video:
            part["video_versions"] = [{"url": self.files.url_of(f"/instagram/{pk}.mp4"), "width": 720, "height": 1280}]
        return part

    def _behave(self, path: str, answer: Callable[[Exchange], None]) -> None:
        def guarded(exchange: Exchange) -> None:
            if self.redirects_to:
                exchange.respond(302, b"", {"Location": f"{ROOT}{self.redirects_to}"})
            elif f"sessionid={SESSION}" not in exchange.request.headers.get("cookie", ""):
                exchange.respond(302, b"", {"Location": f"{ROOT}/accounts/login/?next={path}"})
            else:
                answer(exchange)

        self.pages.behave(path, guarded)

    def _answer_graphql(self, exchange: Exchange) -> None:
        form = parse_qs(exchange.request.body.decode())
        if form.get("lsd") != ["lsd-1"] or form.get("fb_dtsg") != ["dtsg-1"]:
            exchange.respond(400, b"{}")
            return
        name, variables = form["fb_api_req_friendly_name"][0], json.loads(form["variables"][0])
        answer = getattr(self, f"_{_OPERATIONS[name]}")(variables)
        _json(exchange, {"data": answer})

    def _of(self, pk: object) -> Account:
        return next(one for one in self.accounts.values() if one.pk == str(pk))

    def _profile(self, variables: _Json) -> _Json:
        account = self._of(variables["id"])
        status = {"following": not account.is_private}
        return {"user": {**account.user, "is_private": account.is_private, "friendship_status": status}}

    def _posts(self, variables: _Json) -> _Json:
        posts = self.accounts[variables["username"]].posts
        return {"xdt_api__v1__feed__user_timeline_graphql_connection": _page(posts, variables["after"])}

    def _reels(self, variables: _Json) -> _Json:
        nodes = [{"media": {"pk": reel["pk"], "code": reel["code"]}} for reel in self._of(variables["id"]).reels]
        return {"fetch__XDTUserDict": {"xdt_user_clips_connection": _page(nodes, variables["after"])}}

    def _highlights(self, variables: _Json) -> _Json:
        titles = self._of(variables["user_id"]).highlights
        return {"highlights": {"edges": [{"node": {"id": f"highlight:{_tray_id(title)}"}} for title in titles]}}

    def _reels_media(self, variables: _Json) -> _Json:
        reels = [reel for reel_id in variables["reel_ids"] if (reel := self._reel(str(reel_id)))]
        return {"xdt_api__v1__feed__reels_media__connection": _page(reels, None)}

    def _reel(self, reel_id: str) -> _Json | None:
        kind, _, number = reel_id.rpartition(":")
        for account in self.accounts.values():
            if kind == "highlight":
                for title, items in account.highlights.items():
                    if _tray_id(title) == number:
                        return {
                            "id": reel_id, "user": account.user, "title": title, "items": items,
                            "reel_type": "highlight_reel", "latest_reel_media": items[0]["taken_at"],
                        }  # fmt: skip
            elif account.pk == number and account.stories:
                seen = account.stories[-1]["taken_at"]
                return {
                    "id": number,
                    "user": account.user,
                    "items": account.stories,
                    "seen": seen,
                    "reel_type": "user_reel",
                }
        return None


def _tray_id(title: str) -> str:
    return "1790" + "".join(str(ord(letter) % 10) for letter in title)


def _page(nodes: list[_Json], after: str | None) -> _Json:
    start = int(after or 0)
    end = start + PAGE_SIZE
    info = {"has_next_page": end < len(nodes), "end_cursor": str(end)}
    return {"edges": [{"node": node} for node in nodes[start:end]], "page_info": info}


def _json(exchange: Exchange, answer: object) -> None:
    exchange.respond(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})
