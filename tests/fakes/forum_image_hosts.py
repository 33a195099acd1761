"""Image hosts that gallery-dl knows, answering over TLS by their own names (through the proxy's host map)."""

import ssl

from tests.fakes.media_server import MediaServer

NAMES = ("imgbox.com", "vipr.im", "pixhost.cc")
HTML = {"Content-Type": "text/html; charset=utf-8"}


class ImageHosts:
    """Pages of single pictures: ``https://imgbox.com/aB3dE5fG``, ``https://vipr.im/abcdef123456``..."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.server = MediaServer(tls=context)

    @property
    def host_map(self) -> dict[str, str]:
        return dict.fromkeys(NAMES, f"127.0.0.1:{self.server.port}")

    def imgbox(self, key: str) -> tuple[str, str]:
        """A page of imgbox; the link to it, and the file that it shows."""
        file = f"https://images2.imgbox.com/aa/bb/{key}_o.jpg"
        self._page(
            f"/{key}",
            f"""<meta property="og:image" content="{file}"/><a href="#">x</a> &nbsp; 1 of 1
            <div class="image-container"><img class="image-content" title="photo {key}.jpg" src="{file}"></div>""",
        )
        return f"https://imgbox.com/{key}", file

    def vipr(self, token: str) -> tuple[str, str]:
        """A page of vipr."""
        file = f"https://i7.vipr.im/i/01/{token}.jpg"
        self._page(f"/{token}", f'<div id="body"><img src="{file}" class="pic img" alt="{token}.jpg"></div>')
        return f"https://vipr.im/{token}", file

    def _page(self, path: str, body: str) -> None:
        text = f"<html><body>{body}</body></html>".encode()
        self.server.behave(path, lambda exchange: exchange.respond(200, text, HTML))
