"""A local site that answers as several real ones do, for the adapters of ``web``.

It stands for hosts that gallery-dl and yt-dlp know (through the guarding proxy's host map, over
plain HTTP): a LynxChan board on ``endchan.org``, a profile on ``soundgasm.net``; and for an unknown
host by its own address: pages, direct files, an HLS stream.
"""

import json
import threading
from pathlib import Path

from tests.fakes.http_exchange import Exchange
from tests.fakes.media_server import MediaServer

BOARD_HOST = "endchan.org"
PROFILE_HOST = "soundgasm.net"
HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


class GallerySite:
    """Adds the fake sites' answers to a running :class:`MediaServer`."""

    def __init__(self, server: MediaServer) -> None:
        self.server = server
        self.hanging = threading.Event()
        self.settings: dict[str, object] = {}  # what an installation sets to come here

    @property
    def host_map(self) -> dict[str, str]:
        """For the guarding proxy: which names this server stands for."""
        return dict.fromkeys((BOARD_HOST, PROFILE_HOST), f"127.0.0.1:{self.server.port}")

    def page(self, path: str, body: str, *, status: int = 200, **headers: str) -> str:
        """Serve an HTML page; returns its URL."""
        return self.server.behave(path, lambda exchange: exchange.respond(status, body.encode(), HTML | headers))

    def status(self, path: str, status: int, **headers: str) -> str:
        """Answer everything at ``path`` with this status."""
        return self.page(path, f"<html><p>status {status}</p></html>", status=status, **headers)

    def hang(self, path: str) -> str:
        """Say nothing at ``path`` until the client leaves; :attr:`hanging` is set once it was asked."""

        def answer(exchange: Exchange) -> None:
            self.hanging.set()
            exchange.wait_until_client_leaves()
            exchange.close()

        return self.server.behave(path, answer)

    # -- gallery-dl knows this one

    def board(self, name: str, threads: int) -> str:
        """A board whose every thread has one post of two files; threads are asked for one by one."""
        numbers = range(1, threads + 1)
        catalog = [{"threadId": number} for number in numbers]
        self._json(f"/{name}/catalog.json", catalog)
        for number in numbers:
            self._json(f"/{name}/res/{number}.json", _thread(name, number))
        return f"http://{BOARD_HOST}/{name}/"

    # -- yt-dlp knows this one

    def profile(self, name: str, sounds: int) -> str:
        """A profile of sounds, each a page of its own with one m4a; the pages are asked for one by one."""
        titles = [f"sound-{number}" for number in range(1, sounds + 1)]
        links = "".join(f'<a href="http://{PROFILE_HOST}/u/{name}/{title}">{title}</a>' for title in titles)
        self.page(f"/u/{name}", f"<html><body>{links}</body></html>")
        for title in titles:
            self.page(f"/u/{name}/{title}", sound_page(name, title))
        return f"http://{PROFILE_HOST}/u/{name}"

    # -- an unknown host

    def stream(self, path: str, folder: Path) -> str:
        """Serve the files of an HLS or DASH stream from ``folder`` below ``path``; returns the URL of its list."""
        for file in sorted(folder.iterdir()):
            self.server.add(f"{path}/{file.name}", file)
        name = next(file.name for file in folder.iterdir() if file.suffix in {".m3u8", ".mpd"})
        return self.server.url_of(f"{path}/{name}")

    def _json(self, path: str, data: object) -> None:
        body = json.dumps(data).encode()
        self.server.behave(path, lambda exchange: exchange.respond(200, body, JSON))


def sound_page(user: str, title: str) -> str:
    """One sound's page, as yt-dlp reads it."""
    return f"""<html><body><div class="jp-title" aria-label="title">{title}</div>
        <div class="jp-description"><p>About {title}</p></div>
        <script>player({{m4a: "http://{PROFILE_HOST}/media/{user}-{title}.m4a"}})</script></body></html>"""


def _thread(board: str, number: int) -> dict[str, object]:
    files = [
        {"originalName": f"{board}-{number}-{part}.png", "path": f"/.media/{board}-{number}-{part}.png"}
        for part in (1, 2)
    ]
    return {"threadId": number, "boardUri": board, "subject": f"Thread {number}", "message": "Hello", "files": files}
