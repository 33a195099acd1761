"""One worker that only claims: ``python -m tests.bench.claimer <seconds> <claims a second> <items a claim>``.

The environment names the data folder. Waits for a line on standard input, so that all begin at
once; prints what each claim took from wanting it to its commit, in milliseconds.
"""

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from tests.product.running import Product


@dataclass(frozen=True, slots=True)
class Claims:
    """What the workers did together."""

    took_ms: list[float]
    items: int


def run_claimers(product: Product, workers: int, *, seconds: float, a_second: float, limit: int) -> Claims:
    """Let worker processes claim on a stopped product's queue, each at a pace (0: as fast as it can)."""
    command = [sys.executable, "-m", "tests.bench.claimer", str(seconds), str(a_second), str(limit)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, env=product.environment(), **pipes) for _ in range(workers)]
    try:
        for process in processes:
            assert process.stdout.readline().strip() == "ready"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        results = [json.loads(process.communicate(timeout=seconds + 60)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return Claims([took for one in results for took in one["took_ms"]], sum(one["items"] for one in results))


def _claim_for(seconds: float, a_second: float, limit: int) -> dict[str, Any]:
    from mediadl import clock
    from queue_app.blocks import read_blocks
    from queue_app.engine.claims import claim
    from queue_app.ledger import Ledger

    worker = f"bench-{os.getpid()}"
    blocks = read_blocks(clock.now())
    print("ready", flush=True)  # noqa: T201 - the bench waits for it
    sys.stdin.readline()
    pause = 1 / a_second if a_second else 0.0
    took_ms, items = [], 0
    end = time.monotonic() + seconds
    due = time.monotonic() + random.random() * pause
    while (started := time.monotonic()) < end:
        if due > started:
            time.sleep(due - started)
            started = time.monotonic()
        with Ledger() as ledger:
            items += len(claim(ledger, worker, limit=limit, blocks=blocks, alone=False))
        took_ms.append(1000 * (time.monotonic() - started))
        due += pause
    return {"took_ms": took_ms, "items": items}


def main() -> None:
    """Claim, then print the figures."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    seconds, a_second, limit = sys.argv[1:]
    json.dump(_claim_for(float(seconds), float(a_second), int(limit)), sys.stdout)


if __name__ == "__main__":
    main()
