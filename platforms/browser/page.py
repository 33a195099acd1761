"""One page of a real browser for one listing: opened, driven command by command, ended with its block."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mediadl.media import FailureKind, MediaError
from mediadl.net.failures import error_for_page
from mediadl.net.headers import HeaderMap
from platforms.browser.chromium_process import bound_program, end_browser, kill_browser
from platforms.browser.command_line import CommandLine
from platforms.browser.failures import error_for
from platforms.browser.installed import SETUP_HINT, browser_found, browser_path
from platforms.browser.profile import profile_folder
from platforms.contract import ListingContext
from platforms.evidence import Seen
from platforms.programs import empty_working_folder

START_SECONDS = 30.0
OPEN_SECONDS = 30.0
_LONGEST_SOCKET_FOLDER = 60  # Chromium makes a socket below TMPDIR; a socket's path has 107 characters at most


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a request of the page's own script was answered.

    Attributes:
        path: of the request's URL, on whatever host.
    """

    path: str
    status: int
    headers: Mapping[str, str]
    body: str

    def error(self) -> MediaError | None:
        """What its status means; None for success."""
        return error_for_page(self.status, HeaderMap(list(self.headers.items())))

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            MediaError: ``NOT_JSON`` of kind ``SITE_CHANGED``.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            detail = "The site answered its own page with something else than the JSON it used to."
            raise MediaError(FailureKind.SITE_CHANGED, "NOT_JSON", detail, status=self.status) from error


@dataclass(frozen=True, slots=True)
class Waited:
    """What came first: an answer, the name of something that is shown, or nothing in time."""

    answer: PageAnswer | None = None
    seen: str = ""


class BrowserPage:
    """The page; each method raises a ``MediaError`` where the browser or the site fails.

    A browser that crashed or hangs is ``BROWSER_CRASHED`` or ``BROWSER_HUNG``, both transient: the
    next listing starts another one.
    """

    def __init__(self, commands: CommandLine, seen: Seen) -> None:
        self._commands = commands
        self._seen = seen

    def open(self, url: str, *, answers: Sequence[str] = ()) -> None:
        """Go to ``url``; answers to the page's own requests are kept where their path ends so.

        Raises:
            MediaError: it cannot be reached, or its status says that it failed. A page that checks
                whether a person is there (Cloudflare's) is no failure: see :mod:`platforms.browser.checks`.
        """
        said = self._do("open", OPEN_SECONDS, url=url, answers=list(answers), seconds=OPEN_SECONDS)
        status, headers = int(said["status"]), HeaderMap(list(said["headers"].items()))
        if status and "cf-mitigated" not in headers and (error := error_for_page(status, headers)):
            raise self._commands.refusal() or error

    def fill(self, selector: str, text: str) -> None:
        """Type ``text`` into the field."""
        self._do("fill", selector=selector, text=text)

    def click(self, *selectors: str) -> bool:
        """Click the first of them that is shown; False if none is."""
        return bool(self._do("click", selectors=list(selectors))["clicked"])

    def scroll_to_end(self) -> None:
        """Show the page's end, where more is loaded."""
        self._do("scroll")

    def wait(self, seconds: float, *, shown: Mapping[str, str] | None = None, answers: bool = True) -> Waited:
        """Wait for a kept answer, or until one of ``shown`` (name and selector) is visible.

        Raises:
            MediaError: also where the proxy lets the page's requests wait: the budget is used up.
        """
        said = self._do("wait", seconds * 3, selectors=dict(shown or {}), seconds=seconds, answers=answers)
        refusal = self._commands.refusal()
        if refusal is not None and refusal.kind is FailureKind.TOLD_TO_WAIT:
            raise refusal
        found = said.get("answer")
        if found:
            self._seen.note(f"{found['status']} {found['path']}", found["body"])
        return Waited(answer=PageAnswer(**found) if found else None, seen=str(said.get("seen", "")))

    def value(self, selector: str) -> str:
        """What the first such field that has a value holds, also a hidden one."""
        return str(self._do("value", selector=selector)["value"])

    def put(self, selector: str, text: str) -> None:
        """Put ``text`` into hidden fields."""
        self._do("put", selector=selector, text=text)

    def attribute(self, selector: str, name: str) -> str:
        """An attribute's text; empty where no such element has it."""
        return str(self._do("attribute", selector=selector, name=name)["value"])

    def html(self, selector: str) -> str:
        """What is inside the first such element; empty where there is none."""
        html = str(self._do("html", selector=selector)["html"])
        self._seen.note(f"the page's {selector}", html)
        return html

    def text(self) -> str:
        """The beginning of what a person reads."""
        text = str(self._do("text")["text"])
        self._seen.note("the page's text", text)
        return text

    def _do(self, action: str, at_most: float = 0.0, /, **values: Any) -> dict[str, Any]:
        return self._commands.run({"do": action, **values}, at_most)


@contextmanager
def browser_page(context: ListingContext, profile: str, *, patience_seconds: float = 15.0) -> Iterator[BrowserPage]:
    """Open a page in the profile of that name; its browser has ended when the block is left.

    A person's cookies stay out of it: the pages are other sites than those that the cookies are for, and
    Chromium would keep them in its profile as good as in the clear.

    Args:
        context: of the listing; its proxy is the page's only way out, its stop ends the browser at once.
        profile: one name a site.
        patience_seconds: beyond what a command may take; then the browser counts as hanging.

    Raises:
        MediaError: there is no browser (needs a person), it does not start, or the listing was stopped.
    """
    if not browser_found():
        raise MediaError(FailureKind.NEEDS_PERSON, "UNCONFIGURED", SETUP_HINT)
    with profile_folder(profile, context.stop) as kept, empty_working_folder() as folder:
        context.report("starting the browser")
        unregister = context.stop.on_stop(lambda: kill_browser(folder))
        commands = CommandLine(context, folder, _environment(folder), patience_seconds)
        try:
            said = commands.start(_options(context, kept, folder, commands), START_SECONDS)
            if "ready" not in said:
                raise error_for(said)
            yield BrowserPage(commands, context.seen)
            commands.finish()
        finally:
            unregister()
            commands.close()
            end_browser(folder)


def _environment(folder: Path) -> dict[str, str]:
    from playwright._impl._driver import compute_driver_executable

    node = bound_program(folder, "driver", compute_driver_executable()[0])
    values = {"PLAYWRIGHT_NODEJS_PATH": str(node)}
    if len(str(folder)) <= _LONGEST_SOCKET_FOLDER:
        values["TMPDIR"] = str(folder)  # goes with the folder, also what a killed browser leaves
    return values


def _options(context: ListingContext, profile: Path, folder: Path, commands: CommandLine) -> dict[str, Any]:
    proxy = urlsplit(context.proxy_url)
    return {
        "commands": str(commands.path),
        "profile": str(profile),
        "cache": str(folder / "cache"),
        "program": str(bound_program(folder, "chromium", browser_path())),
        "sandbox": os.geteuid() != 0,  # root's Chromium refuses to start with one
        "proxy": {
            "server": f"http://{proxy.hostname}:{proxy.port}",
            "username": proxy.username or "",
            "password": proxy.password or "",
            "bypass": "<-loopback>",
        },
        "user_agent": context.access.user_agent,
        "start_seconds": START_SECONDS,
    }
