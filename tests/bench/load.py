"""A load client in a process of its own: ``python -m tests.bench.load`` with a :class:`Load` as JSON on standard input.

So many keep-alive connections, each asking anew as soon as it is answered (or at a pace); raw
sockets, so that the client takes as little of the machine as it can. Prints a :class:`Measured`.
"""

import asyncio
import json
import math
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

ANSWER_SECONDS = 60.0  # a stock list on a busy machine
SLACK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: ``path`` over and over; ``a_second`` paces all connections together (0: no pace)."""

    port: int
    path: str
    seconds: float
    connections: int = 8
    a_second: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it; times in milliseconds from a request to the whole answer."""

    requests: int
    rate: float
    p50_ms: float
    p95_ms: float
    most_ms: float


def run_load(load: Load) -> Measured:
    """Put the load on a server from another process and wait for the figures."""
    client = start_load(load)
    output, _ = client.communicate(timeout=load.seconds + SLACK_SECONDS)
    assert client.returncode == 0, output
    return Measured(**json.loads(output))


def start_load(load: Load) -> "subprocess.Popen[str]":
    """The same without waiting."""
    client = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdin is not None
    client.stdin.write(json.dumps(asdict(load)))
    client.stdin.close()
    client.stdin = None
    return client


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of ``values`` lie."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))


async def _one_connection(load: Load, number: int, until: float, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    lines = [f"GET {load.path} HTTP/1.1", f"Host: 127.0.0.1:{load.port}"]
    lines += [f"{name}: {value}" for name, value in load.headers.items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    pause = load.connections / load.a_second if load.a_second else 0.0
    due = time.monotonic() + (number / load.a_second if load.a_second else 0.0)
    while (now := time.monotonic()) < until:
        if due > now:
            await asyncio.sleep(due - now)
        started = time.monotonic()
        async with asyncio.timeout(ANSWER_SECONDS):
            await _ask(reader, writer, request)
        took.append(time.monotonic() - started)
        due += pause
    writer.close()


async def _run(load: Load) -> Measured:
    took: list[float] = []
    started = time.monotonic()
    until = started + load.seconds
    await asyncio.gather(*(_one_connection(load, number, until, took) for number in range(load.connections)))
    seconds = time.monotonic() - started
    p50, p95 = percentile(took, 0.5), percentile(took, 0.95)
    return Measured(len(took), len(took) / seconds, 1000 * p50, 1000 * p95, 1000 * max(took))


if __name__ == "__main__":
    json.dump(asdict(asyncio.run(_run(Load(**json.load(sys.stdin))))), sys.stdout)
