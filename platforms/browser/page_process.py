"""Run as a script: one Chromium with one page, driven by lines of JSON and answering each with one.

Nothing of the product is imported here. The options come on standard input (they hold the proxy's
password, which no command line may show), the commands through a named pipe.
"""

import json
import sys
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    BrowserContext,
    Error,
    Locator,
    Page,
    Playwright,
    Response,
    TimeoutError,
    sync_playwright,
)

ACTION_MILLISECONDS = 10_000
STEP_MILLISECONDS = 100
MAX_ANSWERS = 200
MAX_BODY_CHARACTERS = 20 * 1024 * 1024
# Nothing is looked at: pictures are switched off by a flag, these by their names.
HEAVY = [
    *("*.mp4*", "*.webm*", "*.m4v*", "*.mp3*", "*.m4a*", "*.m3u8*", "*.mpd*"),
    *("*.woff", "*.woff2", "*.woff2?*", "*.ttf", "*.otf", "*.eot"),
]
KEPT_HEADERS = frozenset({"retry-after", "cf-mitigated", "content-type"})
ARGUMENTS = (
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # no name is looked up here: the proxy does it
    "--dns-prefetch-disable",
    "--disable-dev-shm-usage",
    "--blink-settings=imagesEnabled=false",
    "--disk-cache-size=33554432",
    "--mute-audio",
    "--no-pings",
    "--disable-gpu",
)
NO_SIDE_DOORS = (
    "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete self[name];"
)
FAILURES = (
    ("Target crashed", "crashed"),
    ("Target page, context or browser has been closed", "crashed"),
    ("Connection closed", "crashed"),
    ("Page crashed", "crashed"),
    ("net::", "network"),
)


class OnePage:
    """The page and the answers that it received."""

    def __init__(self, context: BrowserContext, *, keep_user_agent: bool) -> None:
        self._page = context.pages[0] if context.pages else context.new_page()
        self._page.set_default_timeout(ACTION_MILLISECONDS)
        self._wanted: tuple[str, ...] = ()
        self._answers: deque[Response] = deque(maxlen=MAX_ANSWERS)
        self._page.on("response", self._note)
        context.on("page", self._close_other)
        session = context.new_cdp_session(self._page)
        session.send("Network.enable")
        session.send("Network.setBlockedURLs", {"urls": HEAVY})
        if not keep_user_agent:
            name = str(self._page.evaluate("navigator.userAgent"))
            session.send("Emulation.setUserAgentOverride", {"userAgent": name.replace("Headless", "")})

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carry out one command."""
        action = getattr(self, f"do_{command.pop('do')}")
        answer: dict[str, Any] = action(**command)
        return answer

    def do_open(self, url: str, answers: list[str], seconds: float) -> dict[str, Any]:
        """Go to ``url``; later, answers from paths with one of these ends are kept."""
        self._wanted = tuple(answers)
        self._answers.clear()
        response = self._page.goto(url, wait_until="domcontentloaded", timeout=seconds * 1000)
        return {"status": response.status, "headers": _headers(response)} if response else {"status": 0, "headers": {}}

    def do_fill(self, selector: str, text: str) -> dict[str, Any]:
        """Type ``text`` into a field, in place of what is there."""
        self._page.locator(selector).first.fill(text)
        return {}

    def do_click(self, selectors: list[str]) -> dict[str, Any]:
        """Click the first that is shown; tells which."""
        for selector in selectors:
            found = self._shown(selector)
            if found is not None:
                _click(found)
                return {"clicked": selector}
        return {"clicked": ""}

    def do_scroll(self) -> dict[str, Any]:
        """Go to the end of the page, as a person who wants to see more."""
        self._page.evaluate("window.scrollTo(0, 0); window.scrollTo(0, document.documentElement.scrollHeight)")
        return {}

    def do_wait(self, selectors: dict[str, str], seconds: float, *, answers: bool) -> dict[str, Any]:
        """Wait for a kept answer or for something to be shown, whatever is first."""
        for _ in range(max(1, int(seconds * 1000 / STEP_MILLISECONDS))):
            if answers and self._answers:
                return {"answer": _answer(self._answers.popleft())}
            for name, selector in selectors.items():
                if self._shown(selector) is not None:
                    return {"seen": name}
            self._page.wait_for_timeout(STEP_MILLISECONDS)
        return {}

    def do_value(self, selector: str) -> dict[str, Any]:
        """What a field holds, also a hidden one."""
        fields = self._page.locator(selector)
        values = fields.evaluate_all("fields => fields.map(field => field.value || '')")
        return {"value": next((value for value in values if value), ""), "count": len(values)}

    def do_put(self, selector: str, text: str) -> dict[str, Any]:
        """Put ``text`` into hidden fields."""
        script = "(fields, text) => fields.forEach(field => { field.value = text; })"
        self._page.locator(selector).evaluate_all(script, text)
        return {}

    def do_attribute(self, selector: str, name: str) -> dict[str, Any]:
        """An attribute of the first element that has it."""
        script = "(all, name) => all.map(one => one.getAttribute(name) || '').find(text => text) || ''"
        return {"value": self._page.locator(selector).evaluate_all(script, name)}

    def do_html(self, selector: str) -> dict[str, Any]:
        """The inside of the first such element."""
        found = self._page.locator(selector)
        return {"html": found.first.inner_html()[:MAX_BODY_CHARACTERS] if found.count() else ""}

    def do_text(self) -> dict[str, Any]:
        """The beginning of what a person reads on the page."""
        return {"text": self._page.locator("body").inner_text()[:2000]}

    def _shown(self, selector: str) -> Locator | None:
        found = self._page.locator(selector)
        for index in range(min(found.count(), 5)):
            if found.nth(index).is_visible():
                return found.nth(index)
        return None

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            return  # the page itself, whose form may post to its own path
        if self._wanted and urlsplit(response.url).path.rstrip("/").endswith(self._wanted):
            self._answers.append(response)

    def _close_other(self, other: Page) -> None:
        """One page: what a site opens besides it is advertising."""
        if other is not self._page:
            other.close()


def _click(found: Locator) -> None:
    try:
        found.click(timeout=3000)
    except TimeoutError:  # something lies over it, or it moves
        found.dispatch_event("click")


def _headers(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}


def _answer(response: Response) -> dict[str, Any]:
    try:
        body = response.text()[:MAX_BODY_CHARACTERS]
    except (Error, UnicodeDecodeError):
        body = ""  # the page went on before it was read
    return {"path": urlsplit(response.url).path, "status": response.status, "headers": _headers(response), "body": body}


def _launch(playwright: Playwright, options: dict[str, Any]) -> BrowserContext:
    arguments = [*ARGUMENTS, f"--disk-cache-dir={options['cache']}"]
    context = playwright.chromium.launch_persistent_context(
        options["profile"],
        executable_path=options["program"],
        headless=True,
        args=arguments,
        chromium_sandbox=options["sandbox"],
        proxy=options["proxy"],
        user_agent=options["user_agent"] or None,
        accept_downloads=False,
        service_workers="block",
        locale="en-US",
        viewport={"width": 1280, "height": 900},
        timeout=options["start_seconds"] * 1000,
    )
    context.add_init_script(NO_SIDE_DOORS)
    return context


def _failure(error: Error) -> dict[str, str]:
    if isinstance(error, TimeoutError):
        return {"error": "timeout", "message": str(error)}
    kind = next((kind for words, kind in FAILURES if words in str(error)), "page")
    return {"error": kind, "message": str(error).partition("\nCall log:")[0]}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Start the browser, then do what is asked until ``close``."""
    options = json.load(sys.stdin)
    with Path(options["commands"]).open() as commands, sync_playwright() as playwright:
        try:
            context = _launch(playwright, options)
            page = OnePage(context, keep_user_agent=bool(options["user_agent"]))
        except Error as error:
            _say({"error": "start", "message": str(error)})
            return
        _say({"ready": True})
        for line in commands:
            command = json.loads(line)
            if command["do"] == "close":
                context.close()
                _say({"closed": True})
                return
            try:
                _say(page.do(command))
            except Error as error:
                _say(_failure(error))


if __name__ == "__main__":
    main()
