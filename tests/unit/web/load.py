"""Run as a module: a cheap HTTP client that prints how many requests a second were answered."""

import asyncio
import sys
import time

CLIENTS = 8


async def requests_per_second(port: int, path: str, seconds: float, headers: str = "") -> float:
    """Eight keep-alive connections, each with one request at a time; ``headers`` end with CRLF."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n".encode()
    end = time.perf_counter() + seconds

    async def client() -> int:
        done = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                raise RuntimeError(head.decode("latin1"))
            _, length, rest = head.partition(b"content-length: ")
            if length:
                await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
            else:
                await reader.readuntil(b"0\r\n\r\n")
            done += 1
        writer.close()
        return done

    return sum(await asyncio.gather(*[client() for _ in range(CLIENTS)])) / seconds


if __name__ == "__main__":
    print(asyncio.run(requests_per_second(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))))  # noqa: T201
