"""Whether a pair of programs still does what the adapters need: both list a page of our own, on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mediadl.media import MediaError
from mediadl.net.children import run_child
from mediadl.net.stopping import StopSignal
from platforms.extractors import gallery_dl, yt_dlp
from platforms.programs import empty_working_folder, program_in

TIMEOUT_SECONDS = 120
_STREAM = b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfilm-1.ts\n#EXT-X-ENDLIST\n"
_ERROR_CHARACTERS = 300


class _Page(BaseHTTPRequestHandler):
    """A page with one picture, and a stream."""

    def do_GET(self) -> None:
        is_stream = self.path.endswith(".m3u8")
        page = f'<html><a href="http://{self.headers["Host"]}/picture.jpg">.</a></html>'
        body = _STREAM if is_stream else page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.apple.mpegurl" if is_stream else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the base class names it

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: its caller says what came of it."""


def problem_with(folder: Path | None) -> str:
    """What the programs in ``folder`` (None: the product's own) can no longer do, or an empty string."""
    with _site() as root:
        return _gallery_dl_problem(folder, root) or _yt_dlp_problem(folder, root)


def _gallery_dl_problem(folder: Path | None, root: str) -> str:
    with empty_working_folder() as work:
        arguments = gallery_dl.arguments_for(f"recursive:{root}/page", work, {})
        lines, said = _output([*program_in(folder, "gallery_dl"), *arguments], work)
    found = [data[gallery_dl.URL_KEY] for line in lines if (data := gallery_dl.read_line(line))]
    return "" if found == [f"{root}/picture.jpg"] else f"gallery-dl does not list a picture any more. {said}".strip()


def _yt_dlp_problem(folder: Path | None, root: str) -> str:
    url = f"{root}/film.m3u8"
    with empty_working_folder() as work:
        arguments = [*yt_dlp.every_argument(url), *yt_dlp.LISTING, "--format=b", "--", url]
        lines, said = _output([*program_in(folder, "yt_dlp"), *arguments], work)
    found = [data["url"] for line in lines if (data := yt_dlp.read_line(line))]
    return "" if found == [url] else f"yt-dlp does not list a stream any more. {said}".strip()


def _output(argv: list[str], work: Path) -> tuple[list[str], str]:
    lines: list[str] = []
    try:
        result = run_child(
            argv,
            stop=StopSignal(),
            proxy_url="",
            cwd=work,
            on_stdout_line=lines.append,
            timeout_seconds=TIMEOUT_SECONDS,
        )
    except MediaError as error:
        return [], error.detail
    return lines, result.stderr_tail.strip()[-_ERROR_CHARACTERS:]


@contextmanager
def _site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, name="extractors' test page", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
