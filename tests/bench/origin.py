"""The file server of the benches: one process, little CPU, a latency on demand.

    python -m tests.bench.origin FOLDER LATENCY_SECONDS   prints its port, then serves

Every program that is compared asks the same one. ``/gallery`` is a page with all the pictures in it.
"""

import asyncio
import re
import sys
from pathlib import Path
from urllib.parse import unquote

_HEAD = (
    "HTTP/1.1 {status}\r\nServer: origin\r\nContent-Type: {type}\r\nContent-Length: {length}\r\n"
    'ETag: "{name}"\r\nLast-Modified: Mon, 13 Oct 2025 15:45:23 GMT\r\nAccept-Ranges: bytes\r\n\r\n'
)
_RANGE = re.compile(rb"\r\nRange: bytes=(\d+)-(\d*)", re.IGNORECASE)
_TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4", ".bin": "application/octet-stream"}


class Origin:
    """Serves the files of one folder."""

    def __init__(self, folder: Path, latency: float) -> None:
        self._folder = folder
        self._latency = latency
        self._gallery = _gallery(folder)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _version = head.split(b"\r\n", 1)[0].split(b" ")
                await self._answer(method, unquote(target.decode()), _RANGE.search(head), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, method: bytes, target: str, wanted: re.Match[bytes] | None, writer: asyncio.StreamWriter
    ) -> None:
        if self._latency:
            await asyncio.sleep(self._latency)
        if target == "/gallery":
            head = _HEAD.format(
                status="200 OK", type="text/html; charset=utf-8", length=len(self._gallery), name="gallery"
            )
            writer.write(head.encode() + self._gallery)
            await writer.drain()
            return
        path = self._folder / target.lstrip("/")
        if not path.is_file():
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        size = path.stat().st_size
        first, last = (int(wanted[1]), min(int(wanted[2] or size), size - 1)) if wanted else (0, size - 1)
        status = f"206 Partial Content\r\nContent-Range: bytes {first}-{last}/{size}" if wanted else "200 OK"
        head = _HEAD.format(status=status, type=_TYPES[path.suffix], length=last + 1 - first, name=path.name)
        writer.write(head.encode())
        if method == b"HEAD":
            return
        await writer.drain()
        with path.open("rb") as file:
            await asyncio.get_running_loop().sendfile(writer.transport, file, first, last + 1 - first)


def _gallery(folder: Path) -> bytes:
    links = "\n".join(
        f'<a href="/{path.name}"><img src="/{path.name}" alt=""></a>' for path in sorted(folder.glob("*.jpg"))
    )
    return f"<!doctype html><title>Gallery</title><main>{links}</main>".encode()


async def _main(folder: Path, latency: float) -> None:
    server = await asyncio.start_server(Origin(folder, latency).serve, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - how its port is told
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), float(sys.argv[2])))
