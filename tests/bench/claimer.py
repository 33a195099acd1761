"""Workers that only claim: ``python -m tests.bench.claimer <workers> <seconds> <claims a second> <items a claim>``.

The environment names the data folder. The workers are forked from one process that has loaded the
product, and begin together; prints what each claim took from wanting it to its commit, in milliseconds.
"""

import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any

from tests.product.running import Product

READY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Claims:
    """What the workers did together."""

    took_ms: list[float]
    items: int


def run_claimers(product: Product, workers: int, *, seconds: float, a_second: float, limit: int) -> Claims:
    """Let worker processes claim on a stopped product's queue, each at a pace (0: as fast as it can)."""
    arguments = [str(workers), str(seconds), str(a_second), str(limit)]
    output = subprocess.run(
        [sys.executable, "-m", "tests.bench.claimer", *arguments],
        env=product.environment(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=seconds + READY_SECONDS,
    ).stdout
    return Claims(**json.loads(output))


def _claim_for(begin: Barrier, seconds: float, a_second: float, limit: int, results: Any) -> None:
    from mediadl import clock
    from queue_app.blocks import read_blocks
    from queue_app.engine.claims import claim
    from queue_app.ledger import Ledger

    worker = f"bench-{os.getpid()}"
    blocks = read_blocks(clock.now())
    begin.wait(READY_SECONDS)
    pause = 1 / a_second if a_second else 0.0
    took_ms, items = [], 0
    end = time.monotonic() + seconds
    due = time.monotonic() + random.random() * pause
    while (started := max(time.monotonic(), due)) < end:
        time.sleep(max(due - time.monotonic(), 0.0))
        started = time.monotonic()
        with Ledger() as ledger:
            items += len(claim(ledger, worker, limit=limit, blocks=blocks, alone=False))
        took_ms.append(1000 * (time.monotonic() - started))
        due += pause
    results.put((took_ms, items))


def main() -> None:
    """Let them claim, then print the figures."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "mediadl.settings"
    import django

    django.setup()
    workers, limit = int(sys.argv[1]), int(sys.argv[4])
    seconds, a_second = float(sys.argv[2]), float(sys.argv[3])
    context = multiprocessing.get_context("fork")
    begin, results = context.Barrier(workers), context.SimpleQueue()
    arguments = (begin, seconds, a_second, limit, results)
    processes = [context.Process(target=_claim_for, args=arguments, daemon=True) for _ in range(workers)]
    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    took_ms = [took for took, _ in found for took in took]
    json.dump({"took_ms": took_ms, "items": sum(items for _, items in found)}, sys.stdout)


if __name__ == "__main__":
    main()
