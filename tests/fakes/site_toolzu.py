"""A local toolzu: its paths, its form with a Turnstile-like box, and HTML fragments of cards as answers.

The page's own script signs the form with a key made anew for each fake; what is not signed is refused.
"""

import hashlib
import hmac
import html
import json
import secrets
import threading
import time
from urllib.parse import parse_qs

from tests.fakes.http_exchange import Exchange
from tests.fakes.instagram_posts import FakePost, FakeUser
from tests.fakes.media_server import MediaServer
from tests.fakes.site_fastdl import NEVER

SITE_KEY = "0x4AAAAAAAfake"
MAX_AGE_MILLISECONDS = 60_000
_HTML = {"Content-Type": "text/html; charset=utf-8"}

_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Toolzu</title>
<style>#gotit { position: fixed; inset: 0; background: #fffd; z-index: 9 }</style></head><body>
<div id="gotit"><p>Cookies</p><button>Got it</button></div>
<form id="%(form_id)s" method="post">
<input type="text" id="%(input_id)s" name="InstagramDownloaderForm[search]">
<div class="cf-turnstile" data-sitekey="%(site_key)s">Verify
<input type="hidden" name="cf-turnstile-response" value=""></div>
<button type="submit">Download</button></form>
<div id="ajax-results"></div>
<script>
(() => {
  const a = %(masked)s, b = %(mask)s;
  const field = document.querySelector("#%(input_id)s");
  const token = document.querySelector("input[name*=turnstile]");
  const results = document.querySelector("#ajax-results");
  let offset = 0;
  async function mark(text) {
    const raw = new Uint8Array(a.map((value, at) => value ^ b[at %% b.length]).reverse());
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const made = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
    return [...new Uint8Array(made)].map((one) => one.toString(16).padStart(2, "0")).join("");
  }
  async function send() {
    const ts = Date.now(), nonce = crypto.randomUUID();
    const body = new URLSearchParams({ search: field.value, "cf-turnstile-response": token.value, offset, ts, nonce,
      sign: await mark(field.value + "|" + offset + "|" + ts + "|" + nonce) });
    const answer = await fetch(location.pathname, { method: "POST", body });
    if (answer.headers.get("Content-Type") === "application/json") { field.classList.add("is-invalid"); return; }
    field.classList.remove("is-invalid");
    if (!answer.ok) return;
    const batch = await answer.text();
    if (%(replaces)s || !offset) results.innerHTML = batch;
    else { results.querySelector("#viewer-next").remove(); results.insertAdjacentHTML("beforeend", batch); }
    const next = results.querySelector("#viewer-next");
    if (next) next.onclick = () => { offset = Number(next.dataset.offset); send(); };
  }
  document.querySelector("#gotit button").onclick = () => document.querySelector("#gotit").remove();
  document.querySelector("form").onsubmit = (event) => { event.preventDefault(); offset = 0; send(); };
  const wait = async () => {
    const { token: made } = await (await fetch("/turnstile")).json();
    if (made) token.value = made; else setTimeout(wait, 300);
  };
  wait();
})();
</script></body></html>"""


class ToolzuFake:
    """Adds the site to a running :class:`MediaServer`.

    Attributes:
        check_seconds: how long the box takes to pass.
        solved: tokens of a solving service that count as well.
        results: shown in place of cards; None for cards.
        replaces: whether a batch replaces the one before.
    """

    def __init__(self, server: MediaServer, *, batch: int = 12, folder: str = "/downloader/instagram") -> None:
        self.server = server
        self.pages = {name: f"{folder}/{name}/" for name in ("photo", "video", "profile")}
        self.input_id = "instagramdownloaderform-search"
        self.form_id = "downloader-form"
        self.batch = batch
        self.users: dict[str, FakeUser] = {}
        self.check_seconds = 0.0
        self.solved: set[str] = set()
        self.results: str | None = None
        self.status = 0
        self.replaces = False
        self.refused = 0
        self.hanging = threading.Event()
        self._key = secrets.token_bytes(32)
        self._used: set[str] = set()
        self._began = 0.0
        server.behave("/turnstile", self._serve_check)
        for path in self.pages.values():
            server.behave(path, self._serve)

    def user(self, name: str, posts: int) -> FakeUser:
        """An account with so many pictures."""
        made = FakeUser(name, posts=[FakePost(number, self.server.base_url) for number in range(1, posts + 1)])
        self.users[name] = made
        return made

    def settings(self) -> dict[str, str]:
        """What an installation sets to come here."""
        return {"toolzu.base_url": self.server.base_url}

    def sent(self) -> int:
        """How often a form was sent."""
        return sum(1 for seen in self.server.requests if seen.method == "POST")

    def _serve_check(self, exchange: Exchange) -> None:
        self._began = self._began or time.monotonic()
        has_passed = self.check_seconds < NEVER and time.monotonic() - self._began >= self.check_seconds
        body = json.dumps({"token": self._token() if has_passed else ""})
        exchange.respond(200, body.encode(), {"Content-Type": "application/json"})

    def _token(self) -> str:
        return hmac.new(self._key, b"turnstile", hashlib.sha256).hexdigest()

    def _serve(self, exchange: Exchange) -> None:
        if exchange.request.method != "POST":
            exchange.respond(200, self._page().encode(), _HTML)
            return
        fields = {name: values[0] for name, values in parse_qs(exchange.request.body.decode(), True).items()}
        if not self._is_signed(fields):
            self.refused += 1
            exchange.respond(400, b"bad request", _HTML)
        elif fields.get("cf-turnstile-response", "") not in {self._token(), *self.solved}:
            body = json.dumps({self.input_id: ["The check was not finished."]})
            exchange.respond(200, body.encode(), {"Content-Type": "application/json"})
        elif self.status:
            exchange.respond(self.status, b"", _HTML | {"Retry-After": "60"})
        else:
            exchange.respond(200, self._answer(exchange.request.path, fields).encode(), _HTML)

    def _page(self) -> str:
        mask = secrets.token_bytes(16)
        masked = [value ^ mask[at % len(mask)] for at, value in enumerate(reversed(self._key))]
        values = {
            "site_key": SITE_KEY,
            "input_id": self.input_id,
            "form_id": self.form_id,
            "masked": json.dumps(masked),
            "mask": json.dumps(list(mask)),
        }
        return _PAGE % {**values, "replaces": json.dumps(self.replaces)}

    def _is_signed(self, fields: dict[str, str]) -> bool:
        if not {"search", "offset", "ts", "nonce", "sign"} <= set(fields):
            return False
        text = "|".join(fields[name] for name in ("search", "offset", "ts", "nonce"))
        expected = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
        is_fresh = abs(time.time() * 1000 - int(fields["ts"])) < MAX_AGE_MILLISECONDS
        if not is_fresh or fields["sign"] in self._used or not hmac.compare_digest(expected, fields["sign"]):
            return False
        self._used.add(fields["sign"])
        return True

    def _answer(self, path: str, fields: dict[str, str]) -> str:
        if self.results is not None:
            return self.results
        if path == self.pages["profile"]:
            return self._profile(fields["search"], int(fields["offset"]))
        for user in self.users.values():
            for post in user.posts:
                if f"/{post.code}/" in fields["search"]:
                    return "".join(
                        _card(post.url(pk, kind), kind) for pk, kind in zip(post.part_pks, post.parts, strict=True)
                    )
        return "<p>Post not found</p>"

    def _profile(self, name: str, start: int) -> str:
        user = self.users.get(name.rstrip("/").rpartition("/")[2])
        if user is None:
            return "<p>User not found</p>"
        if user.is_private:
            return "<p>This account is private</p>"
        end = start + self.batch
        cards = "".join(
            _card(post.url(post.part_pks[0], post.parts[0]), post.parts[0]) for post in user.posts[start:end]
        )
        more = f'<button type="button" id="viewer-next" data-offset="{end}">Next</button>'
        return cards + (more if end < len(user.posts) else "")


def _card(url: str, kind: str) -> str:
    icon = "fa-image" if kind == "image" else "fa-video"
    link = html.escape(url)
    return (
        f'<div class="download-card"><i class="fa {icon}"></i><img src="{link}&thumb=1">'
        f'<a download href="{link}">Download</a><a href="https://ads.example/x">Premium</a></div>'
    )
