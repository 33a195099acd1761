"""A site of pictures in a process of its own: ``python -m tests.bench.picture_site`` prints its port.

``/gallery/<name>/<n>`` links n pictures, ``/<any>.jpg`` is one of 1080x1350 whose bytes nobody else has
(a comment in it says its path). Asynchronous and small, so that the product gets the machine.
"""

import asyncio
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.corpus import picture


@contextmanager
def picture_site() -> Iterator[str]:
    """The site's address while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.picture_site"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def _plain_picture() -> bytes:
    encoded = io.BytesIO()
    picture(1080, 1350, 1).save(encoded, "JPEG", quality=80)
    return encoded.getvalue()


def _own_picture(plain: bytes, path: str) -> bytes:
    """The picture with its path as a comment after its first marker."""
    comment = path.encode()
    return plain[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + plain[2:]


def _gallery(path: str) -> bytes:
    _, _, name, count = path.split("/")
    links = "".join(f'<li><a href="/{name}-{number}.jpg">{number}</a></li>' for number in range(int(count)))
    return f"<!DOCTYPE html><html><head><title>{name}</title></head><body><ul>{links}</ul></body></html>".encode()


async def _serve(plain: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1")
            method, path, _ = head.split(" ", 2)
            is_picture = path.endswith(".jpg")
            body = _own_picture(plain, path) if is_picture else _gallery(path)
            kind = "image/jpeg" if is_picture else "text/html; charset=utf-8"
            answer = f'HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nETag: "{path}"\r\n\r\n'
            writer.write(answer.encode() + (b"" if method == "HEAD" else body))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main() -> None:
    plain = _plain_picture()
    server = await asyncio.start_server(lambda reader, writer: _serve(plain, reader, writer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the bench waits for it
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
